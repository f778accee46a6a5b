import JSON
import JSONSchema
import Testing

@Suite("Schemas")
struct SchemaTests {
    private func messages(_ schema: JSON, _ instance: JSON, formats: Bool = false) throws -> [String] {
        try Schema(schema, options: Schema.Options(assertsFormat: formats)).validate(instance).map(\.description)
    }

    @Test("a violation says what is wanted and what is there")
    func words() throws {
        #expect(try messages(["minimum": 3], 2) == ["must be at least 3, is 2"])
        #expect(try messages(["maximum": 3], 3.5) == ["must be at most 3, is 3.5"])
        #expect(try messages(["exclusiveMinimum": 3], 3) == ["must be more than 3, is 3"])
        #expect(try messages(["exclusiveMaximum": 3], 3) == ["must be less than 3, is 3"])
        #expect(try messages(["multipleOf": 0.1], 0.35) == ["must be a multiple of 0.1, is 0.35"])
        #expect(try messages(["type": "integer"], 1.5) == ["must be a whole number, is 1.5"])
        #expect(try messages(["type": ["string", "null"]], 1) == ["must be a text or null, is 1"])
        #expect(try messages(["enum": ["a", "b", 3]], "c") == [#"must be "a", "b" or 3, is "c""#])
        #expect(try messages(["const": true], false) == ["must be true, is false"])
        #expect(try messages(["minLength": 1], "") == ["must have at least 1 character, has 0"])
        #expect(try messages(["maxItems": 2], [1, 2, 3]) == ["must have at most 2 elements, has 3"])
        #expect(try messages(["minProperties": 1], [:]) == ["must have at least 1 member, has 0"])
        #expect(try messages(["pattern": "^a"], "b") == [#"must match ^a, is "b""#])
        #expect(try messages(["required": ["name"]], [:]) == [#""name" is missing"#])
        #expect(try messages(["dependentRequired": ["a": ["b"]]], ["a": 1]) == [#""b" is missing, which "a" needs"#])
        #expect(
            try messages(["uniqueItems": true], [1, 2, 1.0]) == ["/2: is the same as element 0, and all must differ"]
        )
        #expect(try messages(["not": ["type": "null"]], nil) == ["is of a form that is forbidden here"])
        #expect(try messages(false, 1) == ["is not allowed here"])
        #expect(
            try messages(["contains": ["type": "null"]], [1])
                == ["must hold at least 1 element of a certain form, holds 0"]
        )
        #expect(
            try messages(["propertyNames": ["maxLength": 2]], ["abc": 1])
                == [#"the name "abc" is not allowed: it must have at most 2 characters, has 3"#]
        )
        #expect(
            try messages(["format": "ipv4"], "1.2.3", formats: true) == [#"must be an IPv4 address, is "1.2.3""#]
        )
        #expect(try messages(["format": "ipv4"], "1.2.3") == [])
    }

    @Test("an unknown member is told with the known one that was most likely meant")
    func unknownMember() throws {
        let schema: JSON = ["properties": ["colour": [:], "size": [:]], "additionalProperties": false]
        #expect(
            try messages(schema, ["color": 1, "zzz": 2])
                == [#"/color: "color" is not known here; did you mean "colour"?"#, #"/zzz: "zzz" is not known here"#]
        )
    }

    @Test("a choice says what each form minds")
    func choices() throws {
        let forms: JSON = [["type": "null"], ["required": ["id"]], ["properties": ["a": ["minimum": 3]]]]
        #expect(
            try messages(["anyOf": forms], ["a": 1])
                == [
                    #"fits none of the 3 forms allowed: (1) must be null, is {"a":1}; (2) "id" is missing; "#
                        + "(3) a must be at least 3, is 1"
                ]
        )
        #expect(
            try messages(["oneOf": [["minimum": 1], ["maximum": 5], ["type": "null"]]], 3)
                == ["must fit exactly one of 3 forms, fits 1 and 2"]
        )
    }

    @Test("all violations are told at once, in the order of the members, none twice")
    func completeness() throws {
        let schema: JSON = [
            "properties": ["a": ["$ref": "#/$defs/small"], "b": ["type": "array", "items": ["type": "string"]]],
            "allOf": [["properties": ["a": ["$ref": "#/$defs/small"]]]],
            "$defs": ["small": ["maximum": 5]],
        ]
        let violations = try Schema(schema).validate(["b": ["x", 1, 2], "a": 9])
        #expect(
            violations.map(\.description) == [
                "/b/1: must be a text, is 1", "/b/2: must be a text, is 2", "/a: must be at most 5, is 9",
            ]
        )
        #expect(violations.last?.schemaPointer.description == "/$defs/small/maximum")
        #expect(violations.last?.keyword == "maximum")
        #expect(violations.last?.instancePointer.description == "/a")
    }

    @Test(
        "what cannot be used is refused with its place",
        arguments: [
            (
                ["type": "text"], "/type",
                #""text" is no type; the types are null, boolean, object, array, number, integer, string"#
            ),
            (["properties": ["a": ["minimum": "3"]]], "/properties/a/minimum", "a number is wanted here"),
            (["items": 3], "/items", "a schema is an object, true or false"),
            (["$ref": "#/$defs/x"], "/$ref", "the reference '#/$defs/x' leads to nothing that was handed in"),
            (
                ["$ref": "https://example.org/x"], "/$ref",
                "the reference 'https://example.org/x' leads to nothing that was handed in"
            ),
            (
                ["$defs": ["a": ["$dynamicRef": "#x"]]], "/$defs/a/$dynamicRef",
                "the keyword '$dynamicRef' is not supported"
            ),
            (["contentEncoding": "base64"], "/contentEncoding", "the keyword 'contentEncoding' is not supported"),
            (
                ["pattern": "a("], "/pattern",
                "the pattern 'a(' is not understood, at character 2: a group begins here and never ends"
            ),
            (["allOf": [["$ref": "#"]]], "", "this schema refers to itself without end"),
            (["minLength": -1], "/minLength", "a whole number from 0 is wanted here"),
            (["multipleOf": 0], "/multipleOf", "'multipleOf' is a number above 0 of at most 18 digits"),
            (["required": "a"], "/required", "an array of names is wanted here"),
        ] as [(JSON, String, String)]
    )
    func refused(schema: JSON, pointer: String, message: String) {
        let error = #expect(throws: SchemaError.self) { try Schema(schema) }
        #expect(error?.pointer.description == pointer)
        #expect(error?.message == message)
    }

    @Test("documents that are handed in are found by their addresses")
    func resources() throws {
        let resources: [String: JSON] = ["https://example.org/types": ["$defs": ["port": ["maximum": 65535]]]]
        let schema = try Schema(["$ref": "https://example.org/types#/$defs/port"], resources: resources)
        #expect(schema.validate(80).isEmpty)
        #expect(schema.validate(70_000).map(\.description) == ["must be at most 65535, is 70000"])
    }

    @Test("names that differ in their scalars only are two members")
    func scalars() throws {
        let schema: JSON = ["properties": ["\u{E9}": ["type": "null"]], "additionalProperties": false]
        #expect(try messages(schema, ["\u{E9}": nil]) == [])
        #expect(try messages(schema, ["e\u{301}": nil]).count == 1)
    }

    @Test("a large array without repeats is checked in one pass")
    func largeArray() throws {
        let elements = (0..<100_000).map { JSON.number(JSON.Number($0)) }
        #expect(try messages(["uniqueItems": true], .array(elements)) == [])
    }

    @Test("a recursive schema follows a deep instance as far as its bound, and then says so")
    func depth() throws {
        let schema = try Schema(["properties": ["next": ["$ref": "#"]], "type": "object"])
        var instance: JSON = [:]
        for _ in 0..<400 { instance = ["next": instance] }
        #expect(schema.validate(instance).isEmpty)
        for _ in 0..<800 { instance = ["next": instance] }
        #expect(schema.validate(instance).map(\.message) == ["is nested too deep to be checked"])
    }

    @Test("schemas that multiply, and patterns that would take for ever, end")
    func budgets() throws {
        var schema: JSON = ["type": "null"]
        for level in 0..<24 {
            schema = ["$defs": ["x": schema], "anyOf": [["$ref": "#\(path(level))"], ["$ref": "#\(path(level))"]]]
        }
        #expect(try !Schema(schema).validate(1).isEmpty)
        let negated = try Schema(["not": ["$ref": "urn:many"]], resources: ["urn:many": schema])
        #expect(negated.validate(1).map(\.message) == ["takes too long to be checked"])
        let text = JSON.string(String(repeating: "a", count: 40) + "!")
        #expect(try messages(["pattern": "^(a+)+$"], text) == ["cannot be matched with ^(a+)+$ in reasonable time"])
        let told = try messages(["not": ["not": ["pattern": "^(a+)+$"]]], text)
        #expect(told == ["cannot be matched with ^(a+)+$ in reasonable time"])
    }

    private func path(_ level: Int) -> String {
        String(repeating: "/$defs/x", count: 24 - level)
    }

    @Test("multiples are exact, whatever the size")
    func multiples() throws {
        #expect(try messages(["multipleOf": 0.01], 4.35) == [])
        #expect(try messages(["multipleOf": 0.0001], 0.00751).count == 1)
        #expect(try messages(["multipleOf": 3], .number(JSON.Number("1e300") ?? 0)).count == 1)
        #expect(try messages(["multipleOf": 2], .number(JSON.Number("1e300") ?? 0)) == [])
        #expect(try messages(["multipleOf": 7], .number(JSON.Number("700000000000000000000000007") ?? 0)) == [])
    }
}
