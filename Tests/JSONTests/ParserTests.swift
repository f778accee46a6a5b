import JSON
import Testing

@Suite("Reading JSON")
struct ParserTests {
    @Test("every kind of value is read")
    func kinds() throws {
        let text = #" { "a" : [ null , true , false , -12 , 3.5 , "x" ] , "b" : { } , "c" : [ ] } "#
        let expected: JSON = ["a": [nil, true, false, -12, 3.5, "x"], "b": [:], "c": []]
        #expect(try JSON(parsing: text) == expected)
        #expect(try JSON(parsing: Array(text.utf8)) == expected)
    }

    @Test("members keep the order of the document")
    func order() throws {
        let object = try #require(JSON(parsing: #"{"z":1,"a":2,"m":3}"#).asObject)
        #expect(object.keys == ["z", "a", "m"])
        #expect(object.values == [1, 2, 3])
    }

    @Test("escapes and surrogate pairs are read")
    func escapes() throws {
        #expect(try JSON(parsing: #""\"\\\/\b\f\n\r\tA\u00e9\ud83d\ude00é""#) == "\"\\/\u{8}\u{C}\n\r\tAé😀é")
    }

    @Test(
        "what is not JSON is refused with its place",
        arguments: [
            ("", 1, 1, "expected a value, but the document ends"),
            ("[1,]", 1, 4, "expected a value, found ']'"),
            ("{\"a\":1,}", 1, 8, "no comma may stand before '}'"),
            ("{\n  a: 1}", 2, 3, "expected a name in quotes, found 'a'"),
            ("{\"a\" 1}", 1, 6, "expected ':' after the name, found '1'"),
            ("[1 2]", 1, 4, "expected ',' or ']', found '2'"),
            ("1 2", 1, 3, "nothing may follow the value, found '2'"),
            ("01", 1, 2, "a number does not begin with 0"),
            ("1.", 1, 3, "expected a digit, found the end of the document"),
            ("-", 1, 2, "expected a digit, found the end of the document"),
            ("1e+", 1, 4, "expected a digit, found the end of the document"),
            ("12x", 1, 3, "a number ends before 'x'"),
            ("tru", 1, 1, "expected a value, found 't'"),
            ("nullx", 1, 1, "expected a value, found 'n'"),
            ("NaN", 1, 1, "expected a value, found 'N'"),
            ("'a'", 1, 1, "expected a value, found '''"),
            ("\"é\u{1}\"", 1, 3, "a control character in a string is written \\u0001"),
            ("\"abc", 1, 1, "a string begins here and never ends"),
            (#""a\x""#, 1, 3, #"no such escape; those of JSON are \" \\ \/ \b \f \n \r \t \u"#),
            (#""a\u12g4""#, 1, 3, "\\u takes four hexadecimal digits"),
            (#"{"a":1,"a":2}"#, 1, 13, #"a second member is named "a""#),
            ("1e1000000000001", 1, 1, "the exponent is beyond 1000000000000"),
            ("\u{FEFF}1", 1, 1, "expected a value, found a character outside ASCII"),
        ]
    )
    func refused(text: String, line: Int, column: Int, message: String) {
        let error = #expect(throws: JSON.ParseError.self) { try JSON(parsing: text) }
        #expect(error?.line == line)
        #expect(error?.column == column)
        #expect(error?.message == message)
    }

    @Test("a lone surrogate is refused with its place", arguments: [#""a\ud800""#, #""a\udc00""#, #""a\ud800\u0041""#])
    func loneSurrogate(text: String) {
        let error = #expect(throws: JSON.ParseError.self) { try JSON(parsing: text) }
        #expect(error?.column == 3)
        #expect(error?.message == "a surrogate without its pair")
    }

    @Test(
        "invalid UTF-8 is refused at the byte where it begins",
        arguments: [
            [0x22, 0x61, 0xFF, 0x22], [0x22, 0x61, 0xC0, 0x80, 0x22], [0x22, 0x61, 0xED, 0xA0, 0x80, 0x22],
            [0x22, 0x61, 0xF4, 0x90, 0x80, 0x80, 0x22], [0x22, 0x61, 0xE2, 0x82, 0x22],
            [0x22, 0x61, 0xFF, 0x5C, 0x6E, 0x22],
        ] as [[UInt8]]
    )
    func invalidUTF8(bytes: [UInt8]) {
        let error = #expect(throws: JSON.ParseError.self) { try JSON(parsing: bytes) }
        #expect(error?.offset == 2)
        #expect(error?.message == "invalid UTF-8")
    }

    @Test("of two members of one name the last is kept when that is asked for")
    func duplicates() throws {
        let limits = JSON.Limits(duplicateKeys: .lastWins)
        #expect(try JSON(parsing: #"{"a":1,"b":2,"a":3}"#, limits: limits).text == #"{"a":3,"b":2}"#)
    }

    @Test("names that differ in their scalars only are two members")
    func canonicalEquivalence() throws {
        let value = try JSON(parsing: #"{"\u00e9":1,"e\u0301":2}"#)
        #expect(value.asObject?.count == 2)
        #expect(value["\u{E9}"] == 1)
        #expect(value["e\u{301}"] == 2)
        #expect(JSON.string("\u{E9}") != JSON.string("e\u{301}"))
    }

    @Test("depth is limited, and a deep document needs no deep stack")
    func depth() throws {
        let deep = String(repeating: "[", count: 512) + String(repeating: "]", count: 512)
        #expect(throws: Never.self) { try JSON(parsing: deep) }
        let error = #expect(throws: JSON.ParseError.self) { try JSON(parsing: "[\(deep)]") }
        #expect(error?.message == "nested deeper than 512 levels")
        #expect(error?.offset == 512)
        let hostile = String(repeating: "[{\"a\":", count: 1_000_000)
        #expect(throws: JSON.ParseError.self) { try JSON(parsing: hostile) }
    }

    @Test("length is limited")
    func length() {
        #expect(throws: JSON.ParseError.self) { try JSON(parsing: "[1, 2, 3]", limits: JSON.Limits(bytes: 8)) }
        #expect(throws: Never.self) { try JSON(parsing: "[1, 2, 3]", limits: JSON.Limits(bytes: 9)) }
    }

    @Test("no document cut short is accepted, and none makes the parser read past its end")
    func truncation() throws {
        let text = Array(#"{"a":[1.5e3,true,null,"\u00e9x"],"b":{"c":-0}}"#.utf8)
        for length in 0..<text.count {
            #expect(throws: JSON.ParseError.self) { try JSON(parsing: text[..<length]) }
        }
    }
}
