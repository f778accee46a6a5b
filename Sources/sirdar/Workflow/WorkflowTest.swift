import ArgumentParser
import JSON
import SirdarCore
import SirdarEngine

extension WorkflowCommand {
    /// `sirdar workflow test`: an author's scenarios.
    struct Test: LocalCommand {
        static let configuration = CommandConfiguration(
            abstract: "Run scenarios: given this, when that happens, then this comes of the workflow.",
            discussion: """
                Scenarios are files below Workflows/scenarios; docs/writing-workflows.md describes them. Each runs in \
                memory on a clock of its own. What is not as it should be is told below its scenario, and the command \
                ends with 1.
                """
        )

        @Argument(help: "Files of scenarios, or folders with them.", completion: .file()) var paths = ["."]
        @Option(help: ArgumentHelp("Only scenarios with this in their title.", valueName: "text")) var filter: String?
        @Flag(help: "Print exactly one JSON document with every result.") var json = false
        @Flag(name: .shortAndLong, help: "Tell only of scenarios that fail.") var quiet = false

        func perform(_ terminal: Terminal) throws(Failure) {
            let files = try RehearsalFiles.scenarios(paths, .here).orTold()
            let results = files.map { file in (file: file, results: run(file)) }
            let all = results.flatMap(\.results)
            let wrong = files.filter(\.hasErrors)
            if json {
                let document = Self.document(results)
                try terminal.line(terminal.isInteractive ? document.pretty : document.text)
            } else {
                for (file, results) in results { try show(file, results, terminal) }
                try terminal.line(Self.summary(all, wrong))
            }
            if all.isEmpty, wrong.isEmpty { throw Failure(.failed, "No scenario was run.") }
            if !wrong.isEmpty || !all.allSatisfy(\.passed) { throw Failure(.failed, sentences: []) }
        }

        private func run(_ file: RehearsalFiles.ScenarioFile) -> [Scenario.Result] {
            guard !file.hasErrors else { return [] }
            let wanted = file.scenarios.filter { scenario in filter.map(scenario.title.contains) ?? true }
            return wanted.map { $0.run(on: file.stage) }
        }

        private func show(
            _ file: RehearsalFiles.ScenarioFile,
            _ results: [Scenario.Result],
            _ terminal: Terminal
        ) throws(Failure) {
            for diagnostic in file.diagnostics { try terminal.line(diagnostic.text(in: file.path)) }
            let shown = quiet ? results.filter { !$0.passed } : results
            guard !shown.isEmpty else { return }
            try terminal.line(terminal.paint(file.path, .strong))
            for result in shown {
                for (index, line) in result.lines.enumerated() {
                    let tone: Tone = index > 0 ? .plain : result.passed ? .good : .bad
                    try terminal.line(terminal.paint(Text.printable(line), tone))
                }
            }
        }

        private static func summary(
            _ results: [Scenario.Result],
            _ wrong: [RehearsalFiles.ScenarioFile]
        ) -> String {
            let failed = results.count { !$0.passed }
            let files = wrong.isEmpty ? "" : ", \(Text.count(wrong.count, "file", "files")) with mistakes"
            return "\(Text.count(results.count, "scenario", "scenarios")): "
                + "\(results.count - failed) passed, \(failed) failed\(files)"
        }

        private static func document(
            _ results: [(file: RehearsalFiles.ScenarioFile, results: [Scenario.Result])]
        ) -> JSON {
            let all = results.flatMap(\.results)
            let failed = all.count { !$0.passed }
            return [
                "files": .array(
                    results.map { file, results in
                        [
                            "file": .string(file.path), "diagnostics": .array(file.diagnostics.map(\.json)),
                            "scenarios": .array(results.map(\.json)),
                        ]
                    }
                ),
                "passed": .number(JSON.Number(all.count - failed)), "failed": .number(JSON.Number(failed)),
            ]
        }
    }
}
