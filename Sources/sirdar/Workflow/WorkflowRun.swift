import ArgumentParser
import Foundation
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
            let piece = try RehearsalFiles.open(file, .here).orFailure()
            let given = try input.map(CatalogFiles.File.read)
            let input = try given.map { file throws(Failure) in try RehearsalFiles.input(file).orFailure() } ?? [:]
            let account = rehearse(piece, input, try readAnswers(piece))
            if json {
                try terminal.line(terminal.isInteractive ? account.json.pretty : account.json.text)
            } else if let output = account.output {
                try terminal.line(output.pretty)
            }
            if let failure = Failure(account, isTold: json) { throw failure }
        }

        private func readAnswers(_ piece: RehearsalFiles.Piece) throws(Failure) -> Answers {
            var read = Answers()
            if let answers {
                guard answers != "-" || input != "-" else {
                    throw Failure(.usage, "Standard input is the input or the answers, and not both.")
                }
                read = try RehearsalFiles.answers(try .read(answers), for: piece).orFailure()
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

extension Terminal {
    /// A line of progress, beside the results.
    static func tell(_ line: String) {
        let bytes = Array("\(Text.printable(line))\n".utf8)
        _ = bytes.withUnsafeBytes { Foundation.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}

extension Failure {
    /// `nil` when it ended well. `isTold`: the account itself has been printed.
    init?(_ account: Account, isTold: Bool) {
        if let interruption = account.interruption {
            let advice = interruption.advice.isEmpty ? [] : ["Write into the answers:"] + interruption.advice
            self.init(.failed, sentences: isTold ? [] : [interruption.text] + advice)
            return
        }
        switch account.ending {
        case .output?: return nil
        case .problem(let problem)?: self.init(.failed, sentences: isTold ? [] : problem.sentences)
        case .cancelled(let reason)?: self.init(.failed, sentences: isTold ? [] : ["It was cancelled: \(reason)"])
        case nil: self.init(.failed, sentences: isTold ? [] : ["It did not end."])
        }
    }
}

extension Problem {
    /// The problem for people, and then as the document that it is.
    fileprivate var sentences: [String] {
        let place = instance.map { " (\($0))" } ?? ""
        return ["It faulted: \(title)\(place). \(detail ?? "")", json.text]
    }
}

extension Result where Failure == RehearsalFiles.Mistaken {
    func orFailure() throws(sirdar.Failure) -> Success {
        switch self {
        case .success(let value): return value
        case .failure(let mistaken): throw sirdar.Failure(mistaken)
        }
    }
}
