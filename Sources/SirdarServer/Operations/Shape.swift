import JSON

/// What a value looks like, as a JSON Schema: what the interface's description says of bodies, parameters and answers.
struct Shape: Sendable {
    let json: JSON

    init(_ json: JSON) { self.json = json }

    // MARK: Texts

    static let text = Shape(["type": "string"])
    static let flag = Shape(["type": "boolean"])
    static let whole = Shape(["type": "integer"])
    static let anything = Shape([:])
    static let identifier = Shape([
        "type": "string", "format": "uuid",
        "pattern": "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-7[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$",
    ])
    static let time = Shape(["type": "string", "format": "date-time"])
    static let bytes = Shape(["type": "string", "contentMediaType": "application/octet-stream"])

    /// A text that says something, of at most so many characters.
    static func words(_ max: Int = Limits.noteCharactersMax) -> Shape {
        Shape(["type": "string", "pattern": "\\S", "maxLength": .number(JSON.Number(max))])
    }

    /// A text that may be empty, of at most so many characters.
    static func note(_ max: Int = Limits.noteCharactersMax) -> Shape {
        Shape(["type": "string", "maxLength": .number(JSON.Number(max))])
    }

    static func one(of values: [String]) -> Shape {
        Shape(["type": "string", "enum": .array(values.map(JSON.string))])
    }

    static func one<Choice: RawRepresentable & CaseIterable>(of type: Choice.Type) -> Shape
    where Choice.RawValue == String { one(of: Choice.allCases.map(\.rawValue)) }

    static func whole(_ range: ClosedRange<Int>) -> Shape {
        Shape([
            "type": "integer", "minimum": .number(JSON.Number(range.lowerBound)),
            "maximum": .number(JSON.Number(range.upperBound)),
        ])
    }

    // MARK: Made of others

    static func list(of shape: Shape) -> Shape { Shape(["type": "array", "items": shape.json]) }

    static func list(of shape: Shape, _ range: ClosedRange<Int>) -> Shape {
        Shape([
            "type": "array", "items": shape.json, "minItems": .number(JSON.Number(range.lowerBound)),
            "maxItems": .number(JSON.Number(range.upperBound)),
        ])
    }

    /// Members by their names, all of one shape.
    static func map(of shape: Shape) -> Shape { Shape(["type": "object", "additionalProperties": shape.json]) }

    static let object = Shape(["type": "object"])

    /// What an answer has at least: more may come with later versions.
    static func answer(
        _ members: KeyValuePairs<String, Shape>,
        optional: KeyValuePairs<String, Shape> = [:]
    ) -> Shape { Shape(.object(described(members, optional))) }

    /// What a request has, and nothing besides: a mistyped name must not be passed over in silence.
    static func request(
        _ members: KeyValuePairs<String, Shape>,
        optional: KeyValuePairs<String, Shape> = [:]
    ) -> Shape {
        var object = described(members, [:])
        var properties = object["properties"]?.asObject ?? [:]
        // `null` is as good as nothing.
        for (name, shape) in optional { properties[name] = shape.orNull.json }
        object["properties"] = .object(properties)
        object["additionalProperties"] = false
        return Shape(.object(object))
    }

    private static func described(
        _ needed: KeyValuePairs<String, Shape>,
        _ optional: KeyValuePairs<String, Shape>
    ) -> JSON.Object {
        var properties: JSON.Object = [:]
        for (name, shape) in needed { properties[name] = shape.json }
        for (name, shape) in optional { properties[name] = shape.json }
        var object: JSON.Object = ["type": "object", "properties": .object(properties)]
        if !needed.isEmpty { object["required"] = .array(needed.map { .string($0.key) }) }
        return object
    }

    static func either(_ shapes: Shape...) -> Shape { Shape(["anyOf": .array(shapes.map(\.json))]) }

    /// A page of a list.
    static func page(of item: Shape) -> Shape { answer(["items": list(of: item), "next": text.orNull]) }

    /// This, or nothing.
    var orNull: Shape { Shape(["anyOf": [json, ["type": "null"]]]) }

    /// One of the shapes that have a name in the description.
    static func named(_ name: Name) -> Shape { Shape(["$ref": .string("#/components/schemas/\(name.rawValue)")]) }
}
