import ArgumentParser
import JSON

/// Why something is done to an instance; it goes into the journal.
struct ReasonOption: ParsableArguments {
    @Option(help: "Why: what you have seen, and what you expect of it.") var reason: String
}

// What supervisors do to an instance.
extension InstanceCommand {
    struct Suspend: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let no new step begin; what runs finishes, and its result is kept."
        )

        @Argument(help: "The instance's id.") var id: String
        @OptionGroup var why: ReasonOption
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            try await session.supervise("suspension", of: id, [:], why, "Suspended.")
            session.suggest("instance", "resume", id)
        }
    }

    struct Resume: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let a suspended instance go on; what came meanwhile takes effect now."
        )

        @Argument(help: "The instance's id.") var id: String
        @OptionGroup var why: ReasonOption
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let path = "\(Address.instance(id))/suspension"
            let instance = try await session.api.delete(path, ["reason": .string(why.reason)]) ?? .null
            try session.show(instance, afterSaying: "Resumed.")
        }
    }

    struct Retry: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Try a step again that gave up, with another input where one is given."
        )

        @Argument(help: "The instance's id.") var id: String
        @Argument(help: "The step's number, as `sirdar instance show` has it.") var step: Int
        @Option(help: ArgumentHelp("What the step is given from now on, as JSON.", valueName: "json"))
        var input: String?
        @OptionGroup var why: ReasonOption
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            var body: JSON.Object = [:]
            body["input"] = try Value.read(input, of: "--input")
            try await session.supervise("steps/\(step)/retry", of: id, body, why, "Step \(step) is tried again.")
        }
    }

    struct Skip: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let an instance go on without a step, where its workflow allows that."
        )

        @Argument(help: "The instance's id.") var id: String
        @Argument(help: "The step's number, as `sirdar instance show` has it.") var step: Int
        @Option(help: ArgumentHelp("What the step gives instead, as JSON. (default: null)", valueName: "json"))
        var outputValue: String?
        @OptionGroup var why: ReasonOption
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            var body: JSON.Object = [:]
            body["output"] = try Value.read(outputValue, of: "--output-value")
            try await session.supervise("steps/\(step)/skip", of: id, body, why, "Step \(step) is skipped.")
        }
    }

    struct GiveUp: ClientCommand {
        static let configuration = CommandConfiguration(
            commandName: "give-up",
            abstract: "Give a step up: the workflow catches that, or undoes what it did."
        )

        @Argument(help: "The instance's id.") var id: String
        @Argument(help: "The step's number, as `sirdar instance show` has it.") var step: Int
        @OptionGroup var why: ReasonOption
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            try await session.supervise("steps/\(step)/give-up", of: id, [:], why, "Step \(step) is given up.")
        }
    }

    struct Edit: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change the data of an instance that stands still: its context, or what a step is to be given.",
            discussion: "The journal keeps the value before and after."
        )

        @Argument(help: "The instance's id.") var id: String
        @Option(help: ArgumentHelp("The new context, as JSON; the whole of it.", valueName: "json"))
        var context: String?
        @Option(help: ArgumentHelp("The step whose input is changed.", valueName: "number")) var step: Int?
        @Option(help: ArgumentHelp("The step's new input, as JSON.", valueName: "json")) var input: String?
        @OptionGroup var why: ReasonOption
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func validate() throws {
            guard (context != nil) != (step != nil), (step != nil) == (input != nil) else {
                throw ValidationError("Give --context, or --step with --input.")
            }
        }

        func perform(_ session: Session) async throws(Failure) {
            if let step {
                let body: JSON.Object = ["input": try Value.read(input, of: "--input") ?? .null]
                return try await session.supervise("steps/\(step)/input", of: id, body, why, "Step \(step) is changed.")
            }
            let body: JSON.Object = ["context": try Value.read(context, of: "--context") ?? .null]
            try await session.supervise("context", of: id, body, why, "The context is changed.")
        }
    }

    struct Rewind: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take an instance back to an earlier step: what began since is undone first."
        )

        @Argument(help: "The instance's id.") var id: String
        @Option(help: ArgumentHelp("The number of the step to begin with again.", valueName: "number")) var to: Int
        @OptionGroup var why: ReasonOption
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let body: JSON.Object = ["step": .number(JSON.Number(to))]
            try await session.supervise("rewind", of: id, body, why, "It goes back to step \(to).")
        }
    }
}

/// A value given on the command line.
enum Value {
    static func read(_ text: String?, of option: String) throws(Failure) -> JSON? {
        guard let text else { return nil }
        do { return try JSON(parsing: text) } catch { throw Failure(.usage, "\(option) is not JSON: \(error)") }
    }
}

extension Session {
    /// Does something to an instance, and shows how it stands then.
    func supervise(
        _ part: String,
        of id: String,
        _ body: JSON.Object,
        _ why: ReasonOption,
        _ sentence: String
    ) async throws(Failure) {
        var body = body
        body["reason"] = .string(why.reason)
        try show(try await api.put("\(Address.instance(id))/\(part)", .object(body)), afterSaying: sentence)
    }

    func show(_ instance: JSON, afterSaying sentence: String) throws(Failure) {
        say(sentence)
        try show(instance) { () throws(Failure) in try lines(InstanceView(instance, self).lines) }
    }
}
