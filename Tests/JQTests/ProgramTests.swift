import JQ
import JSON
import Testing

@Suite("Programs")
struct ProgramTests {
    private func outputs(_ source: String, _ input: JSON = nil, _ variables: [String: JSON] = [:]) throws -> [JSON] {
        try Program(source, variables: Array(variables.keys)).outputs(input, variables: variables)
    }

    @Test("variables are given by name, and the program says which it reads")
    func variables() throws {
        let program = try Program("$context.machine + $input", variables: ["context", "input", "workflow"])
        #expect(program.variablesUsed == ["context", "input"])
        let variables: [String: JSON] = ["context": ["machine": "m"], "input": "-1"]
        #expect(try program.evaluate(nil, variables: variables) == "m-1")
        #expect(try Program(". + $a", variables: ["a"]).evaluate(3) == 3)
    }

    @Test("the first output is the answer, and none is an error")
    func firstOutput() throws {
        #expect(try Program("1, error(\"never reached\")").evaluate(nil) == 1)
        #expect(throws: EvaluationError.noOutput) { try Program("empty").evaluate(nil) }
        #expect(throws: EvaluationError.raised(["code": 7])) { try Program("error({code: 7})").evaluate(nil) }
        #expect(throws: EvaluationError.type(message: "number (1) and string (\"a\") cannot be added")) {
            try Program("1 + \"a\"").evaluate(nil)
        }
    }

    @Test("an empty program is its input")
    func emptyProgram() throws {
        #expect(try Program("").evaluate([1]) == [1])
        #expect(try Program(" # nothing\n").evaluate([1]) == [1])
    }

    @Test("integers are exact as far as Int goes")
    func exactIntegers() throws {
        #expect(try outputs(". - 10", 13_911_860_366_432_393) == [13_911_860_366_432_383])
        #expect(try outputs(". * 3 | . / 3", 3_000_000_000_000_000_001) == [3_000_000_000_000_000_001])
        #expect(try outputs("9007199254740993 % 10") == [3])
        #expect(try outputs(". + 1 | floor", 9_007_199_254_740_992) == [9_007_199_254_740_993])
        #expect(try outputs("9223372036854775807 + 1")[0].asDouble == 9.223_372_036_854_775_807e18)
        #expect(try outputs("\"12345678901234567890123\" | tonumber | tostring") == ["12345678901234567890123"])
    }

    @Test("what JSON has no number for never leaves a program")
    func nonFinite() throws {
        #expect(
            try outputs("nan, [infinite], {a: -infinite}, (nan | isnan), ([nan] | sort)").map(\.text) == [
                "null", "[1.7976931348623157e+308]", #"{"a":-1.7976931348623157e+308}"#, "true", "[null]",
            ]
        )
    }

    @Test(
        "what would see or change the world is refused with its place and what to write instead",
        arguments: [
            ("env.HOME", 1, 1, "'env' is refused: it reads the environment of the process"),
            ("1 +\n  $ENV.HOME", 2, 3, "'$ENV' is refused: it reads the environment of the process"),
            (".a | now", 1, 6, "'now' is refused: it reads the clock"),
            ("[inputs]", 1, 2, "'inputs' is refused: it reads other input"),
            ("input_line_number", 1, 1, "'input_line_number' is refused: it reads other input"),
            ("debug(\"x\")", 1, 1, "'debug' is refused: it prints"),
            ("halt", 1, 1, "'halt' is refused: it ends the process"),
            ("localtime", 1, 1, "'localtime' is refused: it reads the time zone of the machine"),
            ("import \"a\" as a; 1", 1, 1, "'import' is refused: an expression has no modules"),
            ("a::b", 1, 1, "'import' is refused: an expression has no modules"),
            ("$__prog_args", 1, 1, "'$__prog_args' is refused: it reads the arguments of the process"),
        ]
    )
    func refused(source: String, line: Int, column: Int, message: String) {
        let error = #expect(throws: CompileError.self) { try Program(source) }
        #expect(error?.line == line)
        #expect(error?.column == column)
        #expect(error?.message == message)
        #expect(error?.hint != nil)
    }

    @Test(
        "a mistake is told with its place and, where there is one, a hint",
        arguments: [
            (".a |", 1, 5, "expected an expression, found the end of the expression", nil),
            ("selct(.a)", 1, 1, "selct/1 is not defined", "did you mean select?"),
            ("ltrimstr", 1, 1, "ltrimstr takes 1 argument, not 0", "arguments are separated by ';'"),
            (
                "range(1, 2; 3; 4; 5)", 1, 1, "range takes 1 or 2 or 3 arguments, not 4",
                "arguments are separated by ';'"
            ),
            ("$nope", 1, 1, "$nope is not defined", nil),
            ("if .a then 1", 1, 13, "expected 'end' of the 'if', found the end of the expression", nil),
            ("{(1): 2}", 1, 3, "number (1) cannot be the name of a member", "names are strings; use tostring"),
            (".a == 1 == 2", 1, 9, "'==' and '==' stand side by side", "put one of them in parentheses"),
            ("break $x", 1, 1, "there is no 'label $x' around this 'break'", nil),
            (
                "@cvs", 1, 1, "there is no format '@cvs'",
                "the formats are @text @json @csv @tsv @html @uri @urid @sh @base64 @base64d"
            ),
            (
                "\"a\\x\"", 1, 3, "there is no escape '\\x'",
                "those of strings are \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX and \\(…)"
            ),
            ("\"abc", 1, 1, "a string begins here and never ends", nil),
            (".a?//1", 1, 3, "'?//' stands between patterns only", "write '? //' with a space"),
            (". ~ 1", 1, 3, "'~' means nothing here", nil),
        ] as [(String, Int, Int, String, String?)]
    )
    func mistakes(source: String, line: Int, column: Int, message: String, hint: String?) {
        let error = #expect(throws: CompileError.self) { try Program(source) }
        #expect(error?.line == line)
        #expect(error?.column == column)
        #expect(error?.message == message)
        #expect(error?.hint == hint)
    }

    @Test("no text, however it is cut or mixed, stops the compiler", arguments: 1...20 as ClosedRange<UInt64>)
    func fuzzedSource(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let pieces = [
            ".", "[", "]", "{", "}", "(", ")", "|", ",", ":", ";", "as", "$x", "def f:", "if", "then", "end", "?//",
            "//",
            "reduce", "foreach", "try", "catch", "\"", "\\(", "a", "1", "-", "..", "label", "?", "=", "|=", "@csv", " ",
        ]
        for _ in 0..<200 {
            let source = (0..<Int.random(in: 1..<14, using: &random))
                .map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
            guard let program = try? Program(source) else { continue }
            _ = try? program.outputs([1, ["a": "b"]], budget: Budget(steps: 2_000))
        }
    }

    @Test(
        "nesting that nobody writes by hand is refused, not followed",
        arguments: ["(", "[", "{a:", "-", "1+(", "\"\\("]
    )
    func nesting(opening: String) {
        #expect(throws: CompileError.self) { try Program(String(repeating: opening, count: 100_000)) }
    }

    @Test("a function sees what stood before it, not what comes after")
    func scopes() throws {
        #expect(try outputs("def f: 1; def g: f; def f: 2; [f, g]") == [[2, 1]])
        #expect(try outputs("def f($a): [.[] | a]; f(.[0])", [[1], [2]]) == [[1, 2]])
        #expect(try outputs("1 as $x | def f: $x; 2 as $x | [f, $x]") == [[1, 2]])
        #expect(try outputs("def f(g): def h: g; [h, 5 | g]; f(.)", 3) == [[3, 5]])
    }

    @Test("names that differ in their scalars only are two members")
    func scalars() throws {
        let value = try JSON(parsing: #"{"\u00e9":1,"e\u0301":2}"#)
        #expect(try outputs(".[\"e\\u0301\"], length, (\"\\u00e9\" == \"e\\u0301\")", value) == [2, 2, false])
    }

    @Test("errors that are caught do not hide those after them")
    func errors() throws {
        #expect(
            try outputs("[.[] | try (if . > 1 then error(\"big\") else . end) catch \"caught \\(.)\"]", [1, 2]) == [
                [1, "caught big"]
            ]
        )
        #expect(throws: EvaluationError.raised("later")) { try outputs("try 1 catch 2 | error(\"later\")") }
        #expect(try outputs("[(1, error(\"x\"), 3)?]") == [[1]])
        #expect(try outputs("error(null)?") == [])
    }

    @Test("time is UTC and takes no clock")
    func time() throws {
        #expect(
            try outputs("1700000000 | todate, (gmtime | mktime), strftime(\"%G-W%V-%u %j %I%p\")") == [
                "2023-11-14T22:13:20Z", 1_700_000_000, "2023-W46-2 318 10PM",
            ]
        )
        #expect(
            try outputs("\"10 Jan 2024 3:04 PM\" | strptime(\"%d %b %Y %I:%M %p\") | todate") == [
                "2024-01-10T15:04:00Z"
            ]
        )
        #expect(try outputs("-1 | todate") == ["1969-12-31T23:59:59Z"])
        #expect(throws: EvaluationError.self) { try outputs("\"2024-13-01\" | strptime(\"%Y-%m-%d\")") }
    }
}

/// SplitMix64: the same numbers for the same seed, on every machine.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
