import JSON

/// Turns documents into nodes, starting at the root and following references.
struct SchemaCompiler {
    private let resources: Resources
    private let options: Schema.Options
    private(set) var nodes: [SchemaNode?] = []
    private(set) var tracksEvaluated = false
    private var known: [Location: Int] = [:]
    /// Schemas that have a number and are still to be compiled: a list, because schemas refer to each other in circles.
    private var waiting: [Location] = []

    init(_ root: JSON, _ documents: [String: JSON], _ options: Schema.Options) {
        resources = Resources(root, documents)
        self.options = options
    }

    mutating func compile() throws(SchemaError) -> Int {
        try refuseUnsupported()
        let root = number(of: Location(document: 0, pointer: .root))
        while let location = waiting.popLast() {
            guard let index = known[location] else { continue }
            nodes[index] = try node(location)
        }
        return root
    }

    /// What is not supported is refused wherever it stands, also in a definition that nothing refers to.
    private func refuseUnsupported() throws(SchemaError) {
        var left = [(JSON.Pointer.root, resources.documents[0])]
        while let (pointer, schema) = left.popLast() {
            guard case .object(let members) = schema else { continue }
            let location = Location(document: 0, pointer: pointer)
            for member in members { try check(member.key, member.value, location) }
            left.append(contentsOf: Resources.subschemas(of: members, pointer))
        }
    }

    private mutating func number(of location: Location) -> Int {
        if let index = known[location] { return index }
        known[location] = nodes.count
        nodes.append(nil)
        waiting.append(location)
        return nodes.count - 1
    }

    private func failure(_ location: Location, _ message: String) -> SchemaError {
        SchemaError(pointer: location.pointer, message: message)
    }

    private func failure(_ location: Location, _ keyword: String, _ message: String) -> SchemaError {
        SchemaError(pointer: location.pointer.appending(keyword), message: message)
    }

    private mutating func node(_ location: Location) throws(SchemaError) -> SchemaNode {
        switch resources[location] {
        case .bool(true): return SchemaNode(pointer: location.pointer, rules: [])
        case .bool(false):
            return SchemaNode(pointer: location.pointer, rules: [SchemaNode.Rule(keyword: "false", kind: .never)])
        case .object(let members):
            var rules: [SchemaNode.Rule] = []
            for member in members {
                try check(member.key, member.value, location)
                guard let kind = try kind(member.key, member.value, members, location) else { continue }
                rules.append(SchemaNode.Rule(keyword: member.key, kind: kind))
            }
            if rules.contains(where: \.isLast) { tracksEvaluated = true }
            rules = rules.filter { !$0.isLast } + rules.filter(\.isLast)
            return SchemaNode(pointer: location.pointer, rules: rules)
        default:
            throw failure(location, "a schema is an object, true or false")
        }
    }

    private func check(_ keyword: String, _ value: JSON, _ location: Location) throws(SchemaError) {
        if Keywords.refused.contains(keyword) {
            throw failure(location, keyword, "the keyword '\(keyword)' is not supported")
        }
        guard keyword == "$schema" else { return }
        guard value.asString.map({ URIReference($0).document }) == Keywords.dialect else {
            throw failure(location, keyword, "only the dialect of draft 2020-12 is supported: \(Keywords.dialect)")
        }
    }

    // MARK: Keywords

    private mutating func kind(
        _ keyword: String,
        _ value: JSON,
        _ members: JSON.Object,
        _ location: Location
    ) throws(SchemaError) -> SchemaNode.Kind? {
        let place = Location(document: location.document, pointer: location.pointer.appending(keyword))
        switch keyword {
        case "$ref": return .reference(try reference(value, location))
        case "allOf": return .allOf(try list(value, place))
        case "anyOf": return .anyOf(try list(value, place))
        case "oneOf": return .oneOf(try list(value, place))
        case "not": return .not(number(of: place))
        case "if": return conditional(members, location)
        case "dependentSchemas": return .dependentSchemas(try map(value, place))
        case "properties", "patternProperties", "additionalProperties":
            return try memberRules(keyword, members, location)
        case "propertyNames": return .propertyNames(number(of: place))
        case "prefixItems": return members["items"] == nil ? .items(prefix: try list(value, place), rest: nil) : nil
        case "items": return try items(members, location)
        case "contains":
            let min = try members["minContains"].map { value throws(SchemaError) in try count(value, location) } ?? 1
            let max = try members["maxContains"].map { value throws(SchemaError) in try count(value, location) }
            return .contains(number(of: place), min: min, max: max)
        case "unevaluatedItems": return .unevaluatedItems(number(of: place))
        case "unevaluatedProperties": return .unevaluatedProperties(number(of: place))
        default: return try assertion(keyword, value, place)
        }
    }

    private func assertion(
        _ keyword: String,
        _ value: JSON,
        _ place: Location
    ) throws(SchemaError) -> SchemaNode.Kind? {
        switch keyword {
        case "type": return .type(try types(value, place))
        case "enum":
            guard case .array(let values) = value else { throw failure(place, "'enum' is an array of values") }
            return .oneOfValues(values)
        case "const": return .constant(value)
        case "minimum": return .bound(try number(value, place), .minimum)
        case "maximum": return .bound(try number(value, place), .maximum)
        case "exclusiveMinimum": return .bound(try number(value, place), .exclusiveMinimum)
        case "exclusiveMaximum": return .bound(try number(value, place), .exclusiveMaximum)
        case "multipleOf":
            let divisor = try number(value, place)
            guard divisor > 0, divisor.canDivide else {
                throw failure(place, "'multipleOf' is a number above 0 of at most 18 digits")
            }
            return .multipleOf(divisor)
        case "minLength": return .size(try count(value, place), .minLength)
        case "maxLength": return .size(try count(value, place), .maxLength)
        case "minItems": return .size(try count(value, place), .minItems)
        case "maxItems": return .size(try count(value, place), .maxItems)
        case "minProperties": return .size(try count(value, place), .minProperties)
        case "maxProperties": return .size(try count(value, place), .maxProperties)
        case "pattern": return .pattern(try pattern(value, place))
        case "required": return .required(try names(value, place))
        case "dependentRequired":
            guard case .object(let members) = value else { throw failure(place, "an object is wanted here") }
            var needs: [(name: String, needs: [String])] = []
            for member in members { needs.append((member.key, try names(member.value, place))) }
            return .dependentRequired(needs)
        case "uniqueItems":
            guard case .bool(let isUnique) = value else { throw failure(place, "true or false is wanted here") }
            return isUnique ? .uniqueItems : nil
        case "format":
            guard options.assertsFormat, let name = value.asString else { return nil }
            return Format(rawValue: name).map { .format($0) }
        default: return nil
        }
    }

    private mutating func reference(_ value: JSON, _ location: Location) throws(SchemaError) -> Int {
        guard case .string(let reference) = value else { throw failure(location, "$ref", "'$ref' is a text") }
        guard let target = resources.resolve(reference, at: location) else {
            throw failure(location, "$ref", "the reference '\(reference)' leads to nothing that was handed in")
        }
        return number(of: target)
    }

    private mutating func list(_ value: JSON, _ place: Location) throws(SchemaError) -> [Int] {
        guard case .array(let elements) = value else { throw failure(place, "an array of schemas is wanted here") }
        return elements.indices.map { index in
            number(of: Location(document: place.document, pointer: place.pointer.appending(index)))
        }
    }

    private mutating func map(_ value: JSON, _ place: Location) throws(SchemaError) -> [(name: String, schema: Int)] {
        guard case .object(let members) = value else { throw failure(place, "an object of schemas is wanted here") }
        return members.map { member in
            let inner = Location(document: place.document, pointer: place.pointer.appending(member.key))
            return (member.key, number(of: inner))
        }
    }

    private mutating func conditional(_ members: JSON.Object, _ location: Location) -> SchemaNode.Kind? {
        func place(_ keyword: String) -> Location {
            Location(document: location.document, pointer: location.pointer.appending(keyword))
        }
        let then = members["then"].map { _ in number(of: place("then")) }
        let otherwise = members["else"].map { _ in number(of: place("else")) }
        return .conditional(number(of: place("if")), then: then, otherwise: otherwise)
    }

    /// All three keywords in one rule, which stands where the first of them does.
    private mutating func memberRules(
        _ keyword: String,
        _ members: JSON.Object,
        _ location: Location
    ) throws(SchemaError) -> SchemaNode.Kind? {
        let three = ["properties", "patternProperties", "additionalProperties"]
        guard members.keys.first(where: three.contains) == keyword else { return nil }
        func place(_ keyword: String) -> Location {
            Location(document: location.document, pointer: location.pointer.appending(keyword))
        }
        var rules = SchemaNode.MemberRules()
        if let properties = members["properties"] {
            for (name, schema) in try map(properties, place("properties")) {
                rules.named[name] = .number(JSON.Number(schema))
            }
        }
        if let patterns = members["patternProperties"] {
            for (source, schema) in try map(patterns, place("patternProperties")) {
                rules.patterned.append((try pattern(.string(source), place("patternProperties")), schema))
            }
        }
        if members["additionalProperties"] != nil { rules.additional = number(of: place("additionalProperties")) }
        return .members(rules)
    }

    private mutating func items(_ members: JSON.Object, _ location: Location) throws(SchemaError) -> SchemaNode.Kind {
        let rest = number(of: Location(document: location.document, pointer: location.pointer.appending("items")))
        guard let prefix = members["prefixItems"] else { return .items(prefix: [], rest: rest) }
        let place = Location(document: location.document, pointer: location.pointer.appending("prefixItems"))
        return .items(prefix: try list(prefix, place), rest: rest)
    }

    // MARK: Values

    private func types(_ value: JSON, _ place: Location) throws(SchemaError) -> [InstanceType] {
        var types: [InstanceType] = []
        for name in value.asArray ?? [value] {
            guard let type = name.asString.flatMap(InstanceType.init(rawValue:)) else {
                let known = InstanceType.allCases.map(\.rawValue).joined(separator: ", ")
                throw failure(place, "\(name.text) is no type; the types are \(known)")
            }
            types.append(type)
        }
        return types
    }

    private func number(_ value: JSON, _ place: Location) throws(SchemaError) -> JSON.Number {
        guard case .number(let number) = value else { throw failure(place, "a number is wanted here") }
        return number
    }

    private func count(_ value: JSON, _ place: Location) throws(SchemaError) -> Int {
        guard let count = value.asInt, count >= 0 else {
            throw failure(place, "a whole number from 0 is wanted here")
        }
        return count
    }

    private func names(_ value: JSON, _ place: Location) throws(SchemaError) -> [String] {
        guard case .array(let elements) = value else { throw failure(place, "an array of names is wanted here") }
        let names = elements.compactMap(\.asString)
        guard names.count == elements.count else { throw failure(place, "an array of names is wanted here") }
        return names
    }

    private func pattern(_ value: JSON, _ place: Location) throws(SchemaError) -> JSON.Pattern {
        guard case .string(let source) = value else { throw failure(place, "a pattern is a text") }
        do throws(JSON.Pattern.SyntaxError) {
            return try JSON.Pattern(source, dialect: .ecmaScript)
        } catch {
            throw failure(place, "the pattern '\(source)' is not understood, \(error)")
        }
    }
}

/// Finds schemas that apply themselves to the same value again and again.
enum LoopFinder {
    static func check(_ nodes: [SchemaNode]) throws(SchemaError) {
        var isDone = Array(repeating: false, count: nodes.count)
        for start in nodes.indices where !isDone[start] {
            // Depth first, with the way here kept in a list: circles may be long.
            var isOpen: Set<Int> = [start]
            var way = [(node: start, next: nodes[start].inPlace[...])]
            while let (node, rest) = way.popLast() {
                guard let next = rest.first else {
                    isOpen.remove(node)
                    isDone[node] = true
                    continue
                }
                way.append((node, rest.dropFirst()))
                if isOpen.contains(next) {
                    throw SchemaError(pointer: nodes[next].pointer, message: "this schema refers to itself without end")
                }
                if !isDone[next] {
                    isOpen.insert(next)
                    way.append((next, nodes[next].inPlace[...]))
                }
            }
        }
    }
}

extension SchemaNode {
    /// The schemas that are applied to the very value that this one is.
    fileprivate var inPlace: [Int] {
        rules.flatMap { rule -> [Int] in
            switch rule.kind {
            case .reference(let schema), .not(let schema): [schema]
            case .allOf(let schemas), .anyOf(let schemas), .oneOf(let schemas): schemas
            case .conditional(let condition, let then, let otherwise):
                [condition] + [then, otherwise].compactMap(\.self)
            case .dependentSchemas(let schemas): schemas.map(\.schema)
            default: []
            }
        }
    }
}
