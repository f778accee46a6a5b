import Foundation
import JSON
import SirdarCore
import SirdarEngine
import SirdarImages
import Testing

/// The workflows that come with the program do what their scenarios promise, by the code that authors run.
@Suite("Shipped workflows")
struct ShippedScenarioTests {
    static let surroundings = Catalog.Surroundings(functions: ImageActions.signatures.map { .init($0) })
    private static let files = (try? RehearsalFiles.scenarios([Shipped.root], surroundings).get()) ?? []
    private static let scenarios = files.flatMap { file in file.scenarios.map { Case(stage: file.stage, scenario: $0) }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let stage: Stage
        let scenario: Scenario

        var testDescription: String { "\(scenario.workflow.name): \(scenario.title)" }
    }

    @Test("they load without a word, warnings included")
    func strict() {
        let files = DefinitionCheck.run(paths: ["\(Shipped.root)/Workflows"], Self.surroundings)
        #expect(files.count == 6)
        #expect(files.flatMap { file in file.diagnostics.map { $0.text(in: file.file) } } == [])
    }

    @Test("each has scenarios, without a mistake")
    func covered() {
        #expect(Self.files.flatMap { file in file.diagnostics.map { $0.text(in: file.path) } } == [])
        let names = Set(Self.scenarios.map(\.scenario.workflow.name))
        let images: Set = ["adapt-image", "copy-image", "create-image", "delete-image"]
        #expect(names == images.union(["create-machines", "mark-golden"]))
        for name in names {
            let ends = Set(Self.scenarios.filter { $0.scenario.workflow.name == name }.map(\.scenario.expected.status))
            #expect(ends == [.completed, .faulted, .cancelled], "\(name)")
        }
    }

    @Test("every scenario comes out as it is written", arguments: scenarios)
    func holds(_ test: Case) {
        let result = test.scenario.run(on: test.stage)
        #expect(result.passed, "\(result.lines.joined(separator: "\n"))")
    }

    @Test("the scenarios reach every step of every workflow")
    func reach() {
        var reached: Set<String> = []
        for test in Self.scenarios {
            let account = test.scenario.run(on: test.stage).account
            for line in account.lines where !line.path.contains("/") {
                reached.insert("\(test.scenario.workflow.name) \(line.pointer)")
            }
        }
        for definition in Self.files.first?.stage.definitions.values.map(\.workflow) ?? [] {
            for node in definition.nodes where node.tellsStory {
                let name = "\(definition.document.name) \(node.pointer)"
                #expect(reached.contains(name), "no scenario comes to \(name)")
            }
        }
    }

    @Test(
        "each call of each happy end, failing for good, ends with what began undone in reverse order",
        arguments: scenarios.filter { $0.scenario.expected.status == .completed }
    )
    func eachFails(_ test: Case) {
        let scenario = test.scenario
        let undoable = test.stage.steps(of: scenario.workflow).filter { $0.node.compensation != nil }.map(\.path)
        let called = Set(scenario.run(on: test.stage).account.calls.filter { !$0.undoes }.map(\.path))
        #expect(!called.isEmpty)
        for step in called.sorted() {
            var rehearsal = Rehearsal(on: test.stage, scenario.answers, override: { Self.fail(step, $0) })
            let account = rehearsal.run(scenario.workflow, scenario.input)
            #expect(account.interruption == nil && account.status == .faulted, "\(step): \(account.json)")
            // What another workflow had begun it has undone itself, or has ended well.
            let began = account.steps.filter { undoable.contains($0) && !$0.contains("/") }
            #expect(account.undone.filter { !$0.contains("/") } == began.reversed(), "\(step)")
        }
    }

    /// The step fails for good, and whoever is asked gives it up.
    @Sendable private static func fail(_ step: String, _ question: Question) -> Answer? {
        if question.name == "copyFailed" { return Answer(.work(outcome: "giveUp", values: [:], ticks: nil)) }
        guard question.path == step, !question.undoes else { return nil }
        switch question.role {
        case .call: return .fails("It cannot be done.")
        case .decision: return Answer(.decision(.init("giveUp")))
        case .task, .check, .workflow: return nil
        }
    }
}

enum Shipped {
    /// The repository's own folder.
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path
}
