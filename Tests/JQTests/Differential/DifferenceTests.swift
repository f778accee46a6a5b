import JQ
import JSON
import Testing

/// Where we mean to differ from libjq; `docs/conformance.md` says why.
@Suite("What differs from libjq on purpose")
struct DifferenceTests {
    private func answer(_ source: String, _ input: JSON = nil) -> String {
        do {
            let outputs = try Program(source).outputs(input)
            return outputs.map(\.text).joined(separator: " ")
        } catch { return "error: \(error)" }
    }

    @Test("what sees or changes the world does not compile", arguments: ["$ENV", "env", "now", "input", "debug"])
    func pure(source: String) {
        #expect(throws: CompileError.self) { try Program(source) }
    }

    @Test("a value that was made is no path, wherever it lies in memory")
    func made() {
        #expect(answer("path(1)").hasPrefix("error: "))
        #expect(answer("path(.a | 1)", ["a": 1]).hasPrefix("error: "))
    }

    @Test("an error, or a break, of what comes after the patterns tries no other pattern")
    func patterns() {
        let patterns = ".[] as [$a] ?// $a"
        // Of their own body, as libjq has it.
        #expect(answer("\(patterns) | if $a == 3 then error(\"x\") else \"tried\" end", [[3]]) == "\"tried\"")
        #expect(answer("(\(patterns) | $a) | error(\"x\")", [[3]]) == "error: x")
        #expect(answer("(\(patterns) | $a) | if . == 3 then error(\"x\") else \"tried\" end", [[3]]) == "error: x")
        #expect(answer("first(\(patterns) | $a)", [[3]]) == "3")
        #expect(answer("label $out | \(patterns) | ($a, break $out)", [[3]]) == "3")
    }

    @Test("an error speaks of the function that was called", arguments: ["ascii_downcase", "ascii_upcase"])
    func words(name: String) {
        #expect(answer("try \(name) catch .", 1) == "\"\(name) input must be a string\"")
    }
}
