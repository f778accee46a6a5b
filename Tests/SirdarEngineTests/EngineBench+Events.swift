import JSON
import SirdarCore
import SirdarEngine
import SirdarTestKit
import Testing

extension EngineBench {
    /// Deploys a definition as an author writes it: what stands before its steps, and these, from `do:` on.
    @discardableResult
    func define(
        _ steps: String,
        name: String = "sample",
        head: String = "",
        version: String = "1.0.0",
        onExhausted: String = "fault"
    ) throws -> Int {
        let text = """
            document: { dsl: '1.0.3', namespace: test, name: \(name), version: \(version) }
            metadata: { onExhausted: \(onExhausted) }
            \(head)
            do:
            \(steps)
            """
        let decoded = Sample.decode(text)
        let workflow = try #require(decoded.workflow, "\(decoded.lines)")
        return try deploy(workflow)
    }

    /// Starts a definition, and gives its instance.
    func start(_ steps: String, _ input: JSON = [:]) throws -> Identifier { try start(define(steps), input) }

    @discardableResult
    func bring(_ type: String, _ id: String, _ data: JSON = [:], subject: String? = nil) throws -> EventReceipt {
        var envelope: JSON.Object = [
            "specversion": "1.0", "id": .string(id), "source": "/test", "type": .string(type), "data": data,
        ]
        envelope["subject"] = subject.map(JSON.string)
        let event = try CloudEvent(envelope: envelope)
        let engine = engine
        return try answer { then in engine.receive(event, by: Self.operation, then: then) }
    }

    /// What an instance gave when it had ended well.
    func output(_ id: Identifier) throws -> JSON {
        guard case .ended(.output(let output)) = try ended(id).progress else { throw NotEndedWell(id: id) }
        return output
    }

    /// Why an instance faulted.
    func problem(_ id: Identifier) throws -> Problem {
        guard case .ended(.problem(let problem)) = try ended(id).progress else { throw NotEndedWell(id: id) }
        return problem
    }

    struct NotEndedWell: Error { let id: Identifier }
}
