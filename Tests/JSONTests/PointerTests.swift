import JSON
import Testing

@Suite("JSON Pointer")
struct PointerTests {
    @Test(
        "the examples of RFC 6901 lead where it says",
        arguments: [
            ("/foo", #"["bar","baz"]"#), ("/foo/0", #""bar""#), ("/", "0"), ("/a~1b", "1"), ("/c%d", "2"),
            ("/e^f", "3"), ("/g|h", "4"), ("/i\\j", "5"), ("/k\"l", "6"), ("/ ", "7"), ("/m~0n", "8"),
        ]
    )
    func examples(text: String, expected: String) throws {
        let document = try JSON(
            parsing: #"""
                {"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\j":5,"k\"l":6," ":7,"m~n":8}
                """#
        )
        let pointer = try JSON.Pointer(parsing: text)
        #expect(document[pointer]?.text == expected)
        #expect(pointer.description == text)
        #expect(document[.root] == document)
    }

    @Test(
        "a pointer to nothing is nil",
        arguments: ["/foo/2", "/foo/00", "/foo/-", "/foo/x", "/bar", "/n/a", "/foo/+1"]
    )
    func nowhere(text: String) throws {
        let document: JSON = ["foo": [1, 2], "n": nil]
        #expect(document[try JSON.Pointer(parsing: text)] == nil)
    }

    @Test("text that is no pointer is refused", arguments: ["a", "/a~", "/a~2b"])
    func refused(text: String) {
        #expect(throws: JSON.Pointer.SyntaxError.self) { try JSON.Pointer(parsing: text) }
    }

    @Test("a pointer grows by names and indexes")
    func growing() {
        #expect(JSON.Pointer.root.appending("a/b").appending(3).appending("~").description == "/a~1b/3/~0")
    }
}
