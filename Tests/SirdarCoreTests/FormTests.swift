import JSON
import SirdarCore
import Testing

@Suite("Forms: the engine's own rules, whichever way the values come")
struct FormTests {
    private func form() throws -> Form {
        try Form(
            json: [
                "storage": [
                    "type": "ip", "label": "Storage", "within": "10.57.0.0/16", "not": ["10.57.0.30", "10.42.0.20"],
                    "required": true,
                ],
                "manager": ["type": "host", "within": "10.57.0.0/16", "not": ["10.57.0.20"]],
                "port": ["type": "port"], "path": ["type": "path"],
                "count": ["type": "integer", "minimum": 1, "maximum": 9],
                "sure": ["type": "boolean"], "size": ["type": "choice", "options": ["small", "large"]],
                "code": ["type": "string", "pattern": "[a-z]+\\d", "maxLength": 5],
                "data": ["type": "json", "maxLength": 20],
            ],
            at: "/do"
        )
    }

    private func errors(_ values: JSON.Object) throws -> [String] {
        switch try form().check(values) {
        case .success: []
        case .failure(let errors): errors.errors.map(\.pointer)
        }
    }

    @Test(
        "a right value is accepted, in its normal form",
        arguments: [
            ("storage", "::ffff:10.57.0.20", "10.57.0.20"), ("manager", "Manager.Example", "manager.example"),
            ("port", "8080", 8080), ("path", "/mnt/projects", "/mnt/projects"), ("count", "3", 3), ("sure", "on", true),
            ("size", "large", "large"), ("code", "abc1", "abc1"), ("data", "{\"a\": [1]}", ["a": [1]]),
            ("data", ["a": [1]], ["a": [1]]), ("data", "null", .null), ("data", "\"text\"", "text"),
        ] as [(String, JSON, JSON)]
    )
    func accepted(_ name: String, _ value: JSON, _ normal: JSON) throws {
        var values: JSON.Object = ["storage": "10.57.0.20"]
        values[name] = value
        guard case .success(let accepted) = try form().check(values) else {
            Issue.record("\(name) was refused")
            return
        }
        #expect(accepted[name] == normal)
    }

    @Test(
        "a wrong value is refused",
        arguments: [
            ("storage", "10.42.0.20"), ("storage", "10.57.0.30"), ("storage", "::ffff:10.42.0.20"),
            ("storage", "10.57.0.0"), ("storage", "127.0.0.1"), ("storage", "010.57.0.20"), ("storage", "filer"),
            ("storage", 7), ("manager", "10.42.0.30"), ("manager", "10.57.0.20"), ("manager", "-bad-"), ("port", 0),
            ("port", 65_536), ("port", "http"), ("path", "mnt"), ("path", "/a/../b"), ("path", "/a b"), ("count", 0),
            ("count", 10), ("sure", "maybe"), ("size", "medium"), ("code", "1abc"), ("code", "abcdef1"), ("other", "x"),
            ("data", "{a: 1}"), ("data", "[1,2,3,4,5,6,7,8,9,10]"), ("data", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
        ] as [(String, JSON)]
    )
    func refused(_ name: String, _ value: JSON) throws {
        var values: JSON.Object = ["storage": "10.57.0.20"]
        values[name] = value
        #expect(try errors(values) == ["/values/\(name)"])
    }

    @Test("everything that is wrong is told at once")
    func atOnce() throws {
        #expect(try errors(["port": 0, "code": "no"]) == ["/values/storage", "/values/port", "/values/code"])
    }

    @Test("a pattern that would not end refuses its value, and hangs nothing")
    func hostilePattern() throws {
        let form = try Form(json: ["x": ["type": "string", "pattern": "(a+)+b"]], at: "/do")
        guard case .failure = form.check(["x": .string(String(repeating: "a", count: 60))]) else {
            Issue.record("it was accepted")
            return
        }
    }
}
