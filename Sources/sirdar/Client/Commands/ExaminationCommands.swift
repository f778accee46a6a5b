import ArgumentParser
import JSON

/// `sirdar doctor`: whether everything is as it should be.
struct DoctorCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Examine a running server: its store, the journal's proof, and every instance against the journal.",
        discussion: "Every entry of the journal is read. It ends with 1 when something is wrong."
    )

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func perform(_ session: Session) async throws(Failure) {
        let examination = try await session.api.get(Address.examination)
        let findings = examination.elements("findings")
        try session.show(examination) { () throws(Failure) in
            var table = Table([.init(""), .init("EXAMINED"), .init("FOUND")])
            for finding in findings {
                let (mark, tone) = Self.mark(finding.text("verdict") ?? "")
                table.add([
                    .init(mark, tone), .init(finding.text("name") ?? "", .strong), .init(finding.text("detail") ?? ""),
                ])
            }
            try session.table(table, orSay: "Nothing was examined.")
        }
        guard examination["sound"]?.asBool == true else {
            let wrong = findings.filter { $0.text("verdict") == "wrong" }.compactMap { $0.text("name") }
            throw Failure(.failed, "Not as it should be: \(wrong.joined(separator: ", ")).")
        }
    }

    private static func mark(_ verdict: String) -> (String, Tone) {
        switch verdict {
        case "sound": ("✓", .good)
        case "notice": ("!", .busy)
        default: ("✗", .bad)
        }
    }
}

/// `sirdar explain ID`: why something does not move.
struct ExplainCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Explain why an instance does not move: what it waits for, on whom, since when, and what to try."
    )

    @Argument(help: "The id of the instance, or of its request.") var id: String
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func perform(_ session: Session) async throws(Failure) {
        let explanation = try await explanation(session)
        try session.show(explanation) { () throws(Failure) in
            try session.lines(Self.lines(explanation, session))
        }
    }

    private func explanation(_ session: Session) async throws(Failure) -> JSON {
        do throws(Failure) { return try await session.api.get(Address.explanation(id)) } catch {
            guard error.ending == .notFound else { throw error }
            let request: JSON
            do throws(Failure) { request = try await session.api.get(Address.request(id)) } catch _ { throw error }
            guard let instance = request.text("instance") else { throw error }
            return try await session.api.get(Address.explanation(instance))
        }
    }

    private static func lines(_ explanation: JSON, _ session: Session) -> [String] {
        var lines = [session.title(explanation.text("sentence") ?? "")]
        for wait in explanation.elements("waits") {
            var facts = Facts()
            facts.add("waits", wait.text("sentence"))
            facts.add("since", session.time(wait.moment("since")))
            facts.add("last problem", wait.text("last_problem"), .bad)
            for (index, text) in wait.texts("try").enumerated() { facts.add(index == 0 ? "try" : "", text) }
            lines.append(session.title(wait.text("step") ?? ""))
            lines += facts.lines(colour: session.terminal.usesColour)
        }
        return lines
    }
}
