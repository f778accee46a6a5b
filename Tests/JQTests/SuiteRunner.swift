import JQ
import JSON

/// Runs jq's own test suite against `Program`, and says of each group whether it passes, fails or is refused by rule.
struct SuiteRunner {
    enum Verdict: Sendable {
        case passed
        case failed(String)
        case refused(SuiteRule)
    }

    struct Report: Sendable {
        var passed = 0
        var failures: [String] = []
        var refused: [SuiteRule: Int] = [:]

        var refusedCount: Int { refused.values.reduce(0, +) }
        var total: Int { passed + failures.count + refusedCount }
        var summary: String { "\(passed) passed, \(failures.count) failed, \(refusedCount) refused" }
    }

    /// jq nests as deep as ten thousand; an expression of a workflow may not, unless it is asked for.
    private static let budget = Budget(steps: 20_000_000, depth: 12_000, outputs: 100_000, bytes: 1 << 30)

    static func run(_ file: SuiteFile) -> Report {
        var report = Report()
        for group in file.groups {
            switch verdict(group) {
            case .passed: report.passed += 1
            case .failed(let why): report.failures.append("\(file.name):\(group.line): \(group.program)\n    \(why)")
            case .refused(let rule): report.refused[rule, default: 0] += 1
            }
        }
        return report
    }

    private static func verdict(_ group: SuiteFile.Group) -> Verdict {
        do {
            let program = try Program(group.program)
            guard case .outputs(let input, let expected) = group.body else { return .failed("compiles, and must not") }
            let why = mismatch(program, input, expected)
            guard let why else { return .passed }
            return SuiteRule.covering(group.program, failure: why).map { .refused($0) } ?? .failed(why)
        } catch {
            if case .mustNotCompile = group.body { return .passed }
            return SuiteRule.covering(group.program, failure: error.description).map { .refused($0) }
                ?? .failed("does not compile: \(error)")
        }
    }

    private static func mismatch(_ program: Program, _ input: String, _ expected: [String]) -> String? {
        do {
            let wanted = try expected.map(value)
            let (outputs, error) = outputs(of: program, try value(input))
            // After the outputs that are listed, jq's suite does not mind an error.
            if outputs == wanted { return nil }
            let shown = outputs.map(\.text).joined(separator: " ")
            return "gives \(shown)\(error.map { ", then: \($0)" } ?? "")\n    instead of \(expected)"
        } catch {
            return "the group cannot be read: \(error)"
        }
    }

    private static func outputs(of program: Program, _ input: JSON) -> ([JSON], EvaluationError?) {
        var outputs: [JSON] = []
        do throws(EvaluationError) {
            try program.run(input, budget: budget) { outputs.append($0) }
            return (outputs, nil)
        } catch {
            return (outputs, error)
        }
    }

    /// What stands for not-a-number while the rest of the text is read as JSON.
    private static let standIn = "0.123456789e-99"

    /// A value as jq reads it: a byte order mark before it, and the numbers that JSON does not know.
    private static func value(_ text: String) throws -> JSON {
        var text = String(String.UnicodeScalarView(text.unicodeScalars.drop { $0 == "\u{FEFF}" }))
        let words = [
            ("-Infinity", "-1e999"), ("Infinity", "1e999"), ("-NaN", standIn), ("NaN", standIn), ("nan", standIn),
        ]
        for (word, replacement) in words {
            for before in ["[", ",", ":"] {
                text = text.split(separator: before + word, omittingEmptySubsequences: false)
                    .joined(separator: before + replacement)
            }
        }
        let limits = JSON.Limits(depth: 20_000, duplicateKeys: .lastWins)
        guard text.contains(standIn) else { return try JSON(parsing: text, limits: limits) }
        return try withNaN(JSON(parsing: text, limits: limits), JSON.Number(standIn))
    }

    private static func withNaN(_ value: JSON, _ standIn: JSON.Number?) -> JSON {
        switch value {
        case .number(let number) where number == standIn: .number(JSON.Number(unchecked: .nan))
        case .array(let elements): .array(elements.map { withNaN($0, standIn) })
        case .object(let members): .object(JSON.Object(members.map { ($0.key, withNaN($0.value, standIn)) }))
        case .null, .bool, .number, .string: value
        }
    }
}
