import Foundation
import JQ
import JSON
import Testing

/// Compares with libjq, through PyPI's `jq` in one process. Set JQ_PYTHON to a Python that has it, and JQ_SEED and
/// JQ_COUNT to go further than usual.
@Suite("Compared with libjq", .enabled(if: ProcessInfo.processInfo.environment["JQ_PYTHON"] != nil))
struct DifferentialTests {
    /// A line of JSON in, a line of JSON out.
    private static let script = """
        import json, sys, jq
        def answer(question):
            try:
                program = jq.compile(question["program"])
            except ValueError as error:
                return {"outputs": [], "error": str(error), "compiles": False}
            outputs = []
            try:
                for output in program.input_value(question["input"]):
                    outputs.append(output)
                    if len(outputs) > 2000:
                        break
            except ValueError as error:
                return {"outputs": outputs, "error": str(error), "compiles": True}
            return {"outputs": outputs, "error": None, "compiles": True}
        for line in sys.stdin:
            print(json.dumps(answer(json.loads(line))))
        """

    private struct Question {
        let program: String
        let input: JSON
    }

    @Test("generated programs give what libjq gives")
    func generated() throws {
        let environment = ProcessInfo.processInfo.environment
        let python = try #require(environment["JQ_PYTHON"])
        let seed = environment["JQ_SEED"].flatMap(UInt64.init) ?? 1
        let count = environment["JQ_COUNT"].flatMap(Int.init) ?? 10_000
        var generator = ExpressionGenerator(seed: seed)
        let questions = (0..<count).map { _ in Question(program: generator.program(), input: generator.value()) }
        let answers = try ask(python, questions)
        try #require(answers.count == count, "libjq answered \(answers.count) of \(count) questions")
        var agreed = 0
        var excused: [String: Int] = [:]
        for (question, answer) in zip(questions, answers) {
            guard let difference = difference(question, answer) else {
                agreed += 1
                continue
            }
            if let reason = Self.excuse(question, difference) {
                excused[reason, default: 0] += 1
            } else {
                Issue.record("seed \(seed): \(question.program)\n    on \(question.input.text)\n    \(difference)")
            }
        }
        let excusedCount = excused.values.reduce(0, +)
        let differ = count - agreed - excusedCount
        print("CONFORMANCE libjq seed \(seed): \(agreed) agree, \(differ) differ, \(excusedCount) by rule of \(count)")
        for (rule, count) in excused.sorted(by: { $0.key < $1.key }) {
            print("  by rule \(count): \(rule)")
            #expect(ConformanceReport.text.contains("| \(rule) |"), "docs/conformance.md lacks a rule")
        }
    }

    private func ask(_ python: String, _ questions: [Question]) throws -> [JSON] {
        let process = Process()
        process.executableURL = URL(filePath: python)
        process.arguments = ["-c", Self.script]
        let folder = FileManager.default.temporaryDirectory.appending(path: "libjq-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }  // Left over, it only takes room.
        let lines = questions.map { JSON.object(["program": .string($0.program), "input": $0.input]).text }
        let (inPath, outPath) = (folder.appending(path: "in"), folder.appending(path: "out"))
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: inPath)
        try Data().write(to: outPath)
        process.standardInput = try FileHandle(forReadingFrom: inPath)
        process.standardOutput = try FileHandle(forWritingTo: outPath)
        try process.run()
        process.waitUntilExit()
        let text = String(decoding: try Data(contentsOf: outPath), as: UTF8.self)
        return try text.split(separator: "\n").map { line in
            // Python writes NaN where jq would write null.
            let limits = JSON.Limits(depth: 10_000)
            let plain = line.replacing("NaN", with: "null").replacing("-Infinity", with: "-1.7976931348623157e308")
            return try JSON(
                parsing: String(plain.replacing("Infinity", with: "1.7976931348623157e308")),
                limits: limits
            )
        }
    }

    private func difference(_ question: Question, _ answer: JSON) -> String? {
        let theirs = answer["outputs"]?.asArray ?? []
        let theirError = answer["error"]?.asString
        let program: Program
        do throws(CompileError) {
            program = try Program(question.program)
        } catch {
            return answer["compiles"] == false ? nil : "does not compile: \(error)"
        }
        guard answer["compiles"] == true else { return "compiles, and libjq says \(theirError ?? "")" }
        var ours: [JSON] = []
        var ourError: String?
        do throws(EvaluationError) {
            try program.run(question.input, budget: Budget(steps: 500_000)) { ours.append($0) }
        } catch {
            ourError = error.description
        }
        if theirs.count > 2_000 { return nil }
        if ours.count == theirs.count, zip(ours, theirs).allSatisfy(Self.areAlike),
            (ourError == nil) == (theirError == nil)
        {
            return nil
        }
        return
            "gives \(JSON.array(ours).text) \(ourError ?? "")\n    not   \(JSON.array(theirs).text) \(theirError ?? "")"
    }

    /// Equal, where numbers may differ in the last place.
    private static func areAlike(_ left: JSON, _ right: JSON) -> Bool {
        switch (left, right) {
        case (.number(let left), .number(let right)):
            left == right || (left.double - right.double).magnitude <= left.double.magnitude * 1e-15
        case (.array(let left), .array(let right)):
            left.count == right.count && zip(left, right).allSatisfy(areAlike)
        case (.object(let left), .object(let right)):
            left.count == right.count
                && left.allSatisfy { member in right[member.key].map { areAlike(member.value, $0) } ?? false }
        default: left == right
        }
    }

    /// Where we mean to differ.
    private static func excuse(_ question: Question, _ difference: String) -> String? {
        if difference.contains("is refused: it") { return "pure" }
        // libjq takes an error, or a break, of what comes after `as` for one of the pattern.
        if question.program.contains("?//") { return "an error after the patterns is not theirs" }
        // Whether a number was made or reached, libjq tells by where it lies in memory.
        if difference.contains("Invalid path expression") { return "what is reached by a path" }
        if question.program.contains("ascii_"), question.program.contains("catch") { return "words" }
        return nil
    }
}
