import Foundation
import JSON
import SirdarCore
import SirdarEngine
import Testing

/// The examples of docs/writing-workflows.md: the complete ones are run, the quoted ones are in the files.
@Suite("The guide for authors")
struct GuideTests {
    private static let text =
        (try? String(contentsOfFile: "\(Shipped.root)/docs/writing-workflows.md", encoding: .utf8))
    private static let fences = Fence.all(in: text ?? "")

    /// A block of code, with the words after its three strokes.
    struct Fence {
        let line: Int
        let words: [String]
        let text: String

        var kind: String { words.dropFirst().first ?? "" }

        static func all(in text: String) -> [Fence] {
            var fences: [Fence] = []
            var open: (line: Int, words: [String], lines: [Substring])?
            for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
                if let fence = open, line == "```" {
                    let text = fence.lines.joined(separator: "\n") + "\n"
                    fences.append(Fence(line: fence.line, words: fence.words, text: text))
                    open = nil
                } else if open != nil {
                    open?.lines.append(line)
                } else if line.hasPrefix("```") {
                    open = (index + 1, line.dropFirst(3).split(separator: " ").map(String.init), [])
                }
            }
            return fences
        }
    }

    /// A workflow with what stands below it, up to the next.
    private struct Example {
        let piece: RehearsalFiles.Piece
        var input: JSON = [:]
        var answers = Answers()

        init(_ fence: Fence) throws {
            let file = CatalogFiles.File(path: "\(Shipped.root)/docs/line-\(fence.line).yaml", text: fence.text)
            piece = try RehearsalFiles.open(file, ShippedScenarioTests.surroundings).get()
        }

        func run() -> Account {
            var rehearsal = Rehearsal(on: piece.stage, answers)
            return rehearsal.run(piece.workflow, input)
        }
    }

    @Test("every complete example gives what stands beside it")
    func examples() throws {
        var example: Example?
        var judged: [Int] = []
        var workflows: [Int] = []
        for fence in Self.fences {
            switch fence.kind {
            case "workflow":
                workflows.append(fence.line)
                example = try Example(fence)
            case "input": example?.input = try RehearsalFiles.input(fence.file).get()
            case "answers":
                let piece = try #require(example?.piece)
                example?.answers = try RehearsalFiles.answers(fence.file, for: piece).get()
            case "output":
                let account = try #require(example).run()
                let message = "line \(fence.line): \(account.json)"
                #expect(account.output == (try JSON(parsing: Array(fence.text.utf8))), "\(message)")
                judged.append(workflows.last ?? 0)
            case "problem", "scenarios": judged.append(try judge(fence, try #require(example), workflows.last))
            default: continue
            }
        }
        #expect(workflows.count >= 9 && Set(judged) == Set(workflows), "every example is judged")
    }

    /// A problem is what a scenario without answers of its own would say.
    private func judge(_ fence: Fence, _ example: Example, _ line: Int?) throws -> Int {
        if fence.kind == "scenarios" {
            let file = RehearsalFiles.scenarioFile(fence.file, example.piece.stage)
            #expect(file.diagnostics.map { $0.text(in: "line \(fence.line)") } == [])
            #expect(!file.scenarios.isEmpty)
            for result in file.scenarios.map({ $0.run(on: file.stage) }) {
                #expect(result.passed, "\(result.lines.joined(separator: "\n"))")
            }
            return line ?? 0
        }
        let indented = fence.text.split(separator: "\n").map { "        \($0)" }.joined(separator: "\n")
        let head = "workflow: \(example.piece.workflow.name)\nscenarios:\n  - title: it\n    then:\n      problem:\n"
        let text = head + indented + "\n"
        let file = RehearsalFiles.scenarioFile(.init(path: "problem", text: text), example.piece.stage)
        let scenario = try #require(file.scenarios.first, "\(file.diagnostics)")
        let account = example.run()
        let result = Scenario(
            title: scenario.title,
            workflow: scenario.workflow,
            input: example.input,
            answers: example.answers,
            expected: scenario.expected
        ).run(on: example.piece.stage)
        #expect(account.status == .faulted)
        #expect(result.passed, "line \(fence.line): \(result.lines.joined(separator: "\n"))")
        return line ?? 0
    }

    @Test("every quoted example stands in the file that it names")
    func quotes() throws {
        let quotes = Self.fences.filter { $0.kind == "from" }
        #expect(quotes.count >= 5)
        for quote in quotes {
            let path = try #require(quote.words.last)
            let file = try String(contentsOfFile: "\(Shipped.root)/\(path)", encoding: .utf8)
            #expect(file.contains("\n\(quote.text)"), "line \(quote.line) is not in \(path)")
        }
    }

    @Test("the example of all answers is one that can be read")
    func allAnswers() throws {
        let fence = try #require(Self.fences.first { $0.words == ["yaml"] })
        guard case .success(let root) = YAMLSource.read(fence.text) else {
            Issue.record("line \(fence.line) is no YAML")
            return
        }
        #expect(
            root.members?.map(\.key) == [
                "steps", "undo", "actions", "events", "cancel", "requester", "startsAt", "seed",
            ]
        )
    }
}

extension GuideTests.Fence {
    fileprivate var file: CatalogFiles.File { .init(path: "line \(line)", text: text) }
}
