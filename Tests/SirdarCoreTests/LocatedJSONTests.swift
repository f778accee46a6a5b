import JSON
import SirdarCore
import Testing

@Suite("JSON with places")
struct LocatedJSONTests {
    @Test("every place leads back to its value, also below names with slashes and tildes")
    func pointers() throws {
        let json: JSON = ["a/b": ["~": [1, true, .null]], "c": "text"]
        let located = LocatedJSON(json)
        #expect(located.root.json == json)
        #expect(located.pointer(of: located.root.place) == .root)
        let list = try #require(located.root["a/b"]?["~"])
        #expect(located.pointer(of: list.place).description == "/a~1b/~0")
        let last = try #require(list.list?.last)
        #expect(located.pointer(of: last.place).description == "/a~1b/~0/2")
        #expect(located.pointer(of: Place(line: 99, column: 9)) == .root)
    }
}
