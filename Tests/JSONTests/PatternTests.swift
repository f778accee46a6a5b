import JSON
import Testing

@Suite("Patterns")
struct PatternTests {
    private typealias Pattern = JSON.Pattern

    private func match(
        _ source: String,
        _ text: String,
        _ dialect: JSON.Pattern.Dialect = .perl,
        _ flags: JSON.Pattern.Flags = []
    ) throws -> [String?]? {
        let subject = Pattern.Subject(text)
        var steps = Pattern.stepsDefault
        let pattern = try Pattern(source, dialect: dialect, flags: flags)
        guard let match = try pattern.firstMatch(in: subject, steps: &steps) else { return nil }
        return [subject.text(match.range)] + match.groups.map { $0.map(subject.text) }
    }

    @Test(
        "the first match is found, with its groups",
        arguments: [
            ("abc", "xabcx", ["abc"]), ("a|ab", "ab", ["a"]), ("(?:a|ab)c", "abc", ["abc"]), ("", "abc", [""]),
            ("a*", "aaab", ["aaa"]), ("a*?b", "aaab", ["aaab"]), ("a+?", "aaa", ["a"]), ("a{2}", "aaa", ["aa"]),
            ("a{2,}", "aaaa", ["aaaa"]), ("a{2,3}", "aaaa", ["aaa"]), ("a{2,3}?", "aaaa", ["aa"]),
            ("a{,2}", "a{,2}", ["a{,2}"]), ("x{", "x{", ["x{"]), ("(a)(b)?", "a", ["a", "a", nil]),
            ("(a|b)*", "abba", ["abba", "a"]), ("(a*)*", "aab", ["aa", ""]), ("(a*)+", "b", ["", ""]),
            ("(?<x>a)(?<y>b)", "ab", ["ab", "a", "b"]), ("(.)\\1", "abccd", ["cc", "c"]),
            ("(?<q>['\"]).*?\\k<q>", "say 'it' \"x\"", ["'it'", "'"]), ("(?i)(ab)\\1", "aBAb", ["aBAb", "aB"]),
            ("foo(?=bar)", "foo foobar", ["foo"]), ("foo(?!bar)", "foobar foox", ["foo"]),
            ("(?<=\\$)\\d+", "a1 $23", ["23"]), ("(?<!\\$)\\b\\d+", "$23 45", ["45"]),
            ("(?<=ab|c)x", "abx", ["x"]), ("(?=(a+))a*b\\1", "baaabac", ["aba", "a"]),
            ("(?>a+)b", "aaab", ["aaab"]), ("a++b", "aab", ["aab"]), ("\\Aa\\z", "a", ["a"]),
            ("a$", "a\n", ["a"]), ("a\\z|b", "a\nb", ["b"]),
            ("[a-c]+", "xxbcay", ["bca"]), ("[^a-c]+", "abxyc", ["xy"]),
            ("[]a]+", "a]b", ["a]"]), ("[a-z&&[^aeiou]]+", "aeixyz", ["xyz"]), ("[[:alpha:]_]+", "1é_2", ["é_"]),
            ("[\\d-x]+", "1-x", ["1-x"]), ("\\p{Lu}+", "aÄÖb", ["ÄÖ"]), ("\\P{L}+", "a12b", ["12"]),
            ("\\p{^Alpha}", "a1", ["1"]), ("\\w+", "-naïve ", ["naïve"]), ("\\bé", "é", ["é"]),
            ("\\x41\\x{1F600}\\u00e9", "A😀é", ["A😀é"]), ("\\Qa.b*|)\\E+", "a.b*|))", ["a.b*|))"]), (".", "\na", ["a"]),
            ("(?s).", "\na", ["\n"]), ("(?x) a b # tail", "ab", ["ab"]), ("(?#note)a", "a", ["a"]),
            ("(?i:a)b", "Ab", ["Ab"]), ("(?-i)a", "a", ["a"]), ("\\.\\/\\-", "./-", ["./-"]),
            ("(a?)*?b", "aab", ["aab", "a"]), ("(?:a?)*b", "aab", ["aab"]), ("(?:(?:a|b)*c)*d", "abcbcd", ["abcbcd"]),
            (".{2,4}?c", "aabbc", ["aabbc"]), ("(?:ab){2,3}", "abababab", ["ababab"]),
        ] as [(String, String, [String?])]
    )
    func firstMatch(source: String, text: String, expected: [String?]) throws {
        #expect(try match(source, text) == expected)
    }

    @Test(
        "what should not match does not",
        arguments: [
            ("a{2}", "a"), ("^b", "ab"), ("(?>a*)a", "aaa"), ("a*+a", "aaa"), ("(.)\\1", "abc"), ("(b)?\\1a", "a"),
            ("\\Bx", "x"), ("[^\\s\\S]", "a"), ("(?<=a{2})b", "ab"), ("(?!a)a", "a"),
        ]
    )
    func noMatch(source: String, text: String) throws {
        #expect(try match(source, text) == nil)
    }

    @Test("flags change what matches")
    func flags() throws {
        #expect(try match("straße", "STRAßE", .perl, .ignoresCase) == ["STRAßE"])
        #expect(try match("[a-z]+", "ÀBC", .perl, .ignoresCase) == ["BC"])
        #expect(try match("[^a]", "Ab", .perl, .ignoresCase) == ["b"])
        #expect(try match("a.b", "a\nb", .perl, .dotIsAll) == ["a\nb"])
        #expect(try match("a|ab|abc", "abcd", .perl, .longest) == ["abc"])
        #expect(try match("x*", "aaxx", .perl, .notEmpty) == ["xx"])
        #expect(try match("a b", "ab", .perl, .extended) == ["ab"])
    }

    @Test("ECMAScript's classes are ASCII, and its end is the end")
    func ecmaScript() throws {
        #expect(try match("^\\d$", "৫", .ecmaScript) == nil)
        #expect(try match("^\\d$", "৫", .perl) == ["৫"])
        #expect(try match("\\w", "é", .ecmaScript) == nil)
        #expect(try match("\\s", "\u{FEFF}", .ecmaScript) == ["\u{FEFF}"])
        #expect(try match("a$", "a\n", .ecmaScript) == nil)
        #expect(try match(".", "\u{2028}", .ecmaScript) == nil)
        #expect(try match("[]", "a", .ecmaScript) == nil)
        #expect(try match("[^]", "\n", .ecmaScript) == ["\n"])
        #expect(try match("\\cA\\u{1F600}\\ud83d\\ude00\\0", "\u{1}😀😀\0", .ecmaScript) == ["\u{1}😀😀\0"])
        #expect(try match("(b)?\\1a", "a", .ecmaScript) == ["a", nil])
    }

    @Test(
        "what is not supported or makes no sense is refused by name and place",
        arguments: [
            ("a(b", .perl, 1, "a group begins here and never ends"), ("a)", .perl, 1, "')' closes no group"),
            ("[a", .perl, 0, "a class begins here and never ends"), ("*a", .perl, 0, "'*' repeats nothing"),
            ("a{3,2}", .perl, 1, "the repeat ends before it begins"),
            ("[z-a]", .perl, 1, "the range ends before it begins"),
            ("\\y", .perl, 0, "the escape '\\y' is not supported"), ("a\\", .perl, 1, "a backslash ends the pattern"),
            ("\\p{Greek}", .perl, 0, "the property 'Greek' is not supported"),
            ("\\2(a)", .perl, 0, "there is no group of that number"),
            ("\\k<x>", .perl, 0, "no group before this is named 'x'"),
            ("(?<1>a)", .perl, 3, "the name of a group is a word"),
            ("(?~a)", .perl, 0, "a group '(?~' is not supported"),
            ("(?<=a+)b", .perl, 0, "a look-behind of no fixed width is not supported"),
            ("^*", .perl, 1, "a place in the text cannot be repeated"),
            ("a{99999999}", .perl, 2, "a repeat of more than 100000"),
            ("((a{9}b){999}c){999}", .perl, 0, "the repeats multiply to more than can be compiled"),
            ("a**", .ecmaScript, 2, "a repeat cannot be repeated; put it in a group"),
            ("a{", .ecmaScript, 1, "'{' is written '\\{'"), ("a}", .ecmaScript, 1, "'}' is written '\\}'"),
            ("\\a", .ecmaScript, 0, "the escape '\\a' is not supported"),
            ("\\Z", .ecmaScript, 0, "the escape '\\Z' is not supported"),
            ("(?>a)", .ecmaScript, 0, "ECMAScript has no group '(?>'"),
            ("(?<n>a)(?<n>b)", .ecmaScript, 7, "a second group is named 'n'"),
            ("\\u12", .ecmaScript, 0, "'\\u' takes four hexadecimal digits, and of surrogates a pair"),
        ] as [(String, JSON.Pattern.Dialect, Int, String)]
    )
    func refused(source: String, dialect: JSON.Pattern.Dialect, offset: Int, message: String) {
        let error = #expect(throws: JSON.Pattern.SyntaxError.self) { try JSON.Pattern(source, dialect: dialect) }
        #expect(error?.offset == offset)
        #expect(error?.message == message)
    }

    @Test("a group nested too deep is refused, not followed")
    func nesting() {
        let deep = String(repeating: "(", count: 100_000)
        #expect(throws: JSON.Pattern.SyntaxError.self) { try JSON.Pattern(deep) }
        let classes = String(repeating: "[", count: 100_000)
        #expect(throws: JSON.Pattern.SyntaxError.self) { try JSON.Pattern(classes, dialect: .perl) }
    }

    @Test(
        "a pattern that would take for ever stops at its budget",
        arguments: ["(a+)+$", "(a|a)*$", "(a|aa)+$", "(.*a){20}$", "^(([a-z])+.)+[A-Z]([a-z])+$", "(a*)*\\1$"]
    )
    func catastrophe(source: String) throws {
        let pattern = try JSON.Pattern(source)
        let text = String(repeating: "a", count: 39) + "!"
        #expect(throws: JSON.Pattern.StepsExhausted.self) { try pattern.matches(text, steps: 100_000) }
    }

    @Test("a long text costs steps, and no stack")
    func longText() throws {
        let text = String(repeating: "ab", count: 100_000)
        #expect(try JSON.Pattern("^(?:ab)*$").matches(text, steps: 2_000_000))
        #expect(try JSON.Pattern("^.*$").matches(text, steps: 1_000_000))
        #expect(throws: JSON.Pattern.StepsExhausted.self) { try JSON.Pattern("^.*$").matches(text, steps: 1_000) }
    }

    @Test("the steps taken are taken from the budget")
    func steps() throws {
        var steps = 100
        let pattern = try JSON.Pattern("a")
        _ = try pattern.firstMatch(in: JSON.Pattern.Subject("a"), steps: &steps)
        #expect(steps < 100 && steps > 90)
    }
}
