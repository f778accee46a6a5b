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
}
