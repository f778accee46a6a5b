import ArgumentParser
import JSON
import SirdarCore
import SirdarEngine

extension WorkflowCommand {
    /// `sirdar workflow run FILE`: rehearses one definition.
    struct Run: LocalCommand {
        static let configuration = CommandConfiguration(
            abstract: "Run a definition in memory, with written answers, and print its output.",
            discussion: """
                Nothing is called and nobody is asked: the answers say what actions give and what people do, and time \
                passes at once. Each step is told on standard error with the time that it would be; the output goes to \
                standard output. A fault prints the problem and ends with 1; so does an answer that is missing, with \
                what to write. docs/writing-workflows.md describes the files.
                """
        )

        @Argument(help: "The definition, a file.", completion: .file()) var file: String
        @Option(
            help: ArgumentHelp("The input, YAML or JSON; - is standard input.", valueName: "file"),
            completion: .file()
        )
        var input: String?
        @Option(
            help: ArgumentHelp("What actions and people answer, YAML or JSON.", valueName: "file"),
            completion: .file()
        )
        var answers: String?
        @Option(help: "Decides every jitter: the same seed, the same run. (default: the answers', else 1)")
        var seed: UInt64?
        @Flag(help: "Print exactly one JSON document: how it ended, and all that happened.") var json = false
        @Flag(name: .shortAndLong, help: "Do not tell the steps.") var quiet = false

        func perform(_ terminal: Terminal) throws(Failure) {
            let piece = try RehearsalFiles.open(file, .here).orTold()
            let given = try input.map(CatalogFiles.File.read)
            let input = try given.map { file throws(Failure) in try RehearsalFiles.input(file).orTold() } ?? [:]
            let account = rehearse(piece, input, try readAnswers(piece))
            if json {
                try terminal.line(terminal.isInteractive ? account.json.pretty : account.json.text)
            } else if let output = account.output {
                try terminal.line(output.pretty)
            }
            guard json ? account.endedWell : account.tellEnd() else { throw Failure(.failed, sentences: []) }
        }

        private func readAnswers(_ piece: RehearsalFiles.Piece) throws(Failure) -> Answers {
            var read = Answers()
            if let answers {
                guard answers != "-" || input != "-" else {
                    throw Failure(.usage, "Standard input is the input or the answers, and not both.")
                }
                read = try RehearsalFiles.answers(try .read(answers), for: piece).orTold()
            }
            read.seed = seed ?? read.seed
            return read
        }

        private func rehearse(_ piece: RehearsalFiles.Piece, _ input: JSON, _ answers: Answers) -> Account {
            let width = piece.stage.steps(of: piece.workflow).map(\.path.count).max() ?? 0
            let tells = !quiet && !json
            let tell = { (line: Account.Line) in
                if tells { Terminal.tell(line.text(pathWidth: min(width, 40))) }
            }
            var rehearsal = Rehearsal(on: piece.stage, answers, onLine: tell)
            return rehearsal.run(piece.workflow, input)
        }
    }
}

extension Account {
    /// Whether it ended well; if not, why is told.
    fileprivate func tellEnd() -> Bool {
        if let interruption {
            Terminal.say(interruption.text)
            if !interruption.advice.isEmpty { Terminal.say("Write into the answers:") }
            interruption.advice.forEach(Terminal.tell)
            return false
        }
        switch ending {
        case .output?: return true
        case .problem(let problem)?:
            Terminal.say("It faulted: \(problem.title). \(problem.detail ?? "")")
            Terminal.tell(problem.json.text)
        case .cancelled(let reason)?: Terminal.say("It was cancelled: \(reason)")
        case nil: Terminal.say("It did not end.")
        }
        return false
    }

    fileprivate var endedWell: Bool { interruption == nil && output != nil }
}
