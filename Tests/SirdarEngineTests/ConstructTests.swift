import JSON
import SirdarCore
import SirdarEngine
import SirdarTestKit
import Testing

/// A small workflow, and what it gives.
struct Construct: Sendable, CustomTestStringConvertible {
    let name: String
    var head = ""
    let steps: String
    var input: JSON = [:]
    let gives: Gives

    enum Gives: Sendable, Equatable {
        case output(JSON)
        case problem(status: Int, at: String)
    }

    var testDescription: String { name }

    init(_ name: String, head: String = "", _ steps: String, input: JSON = [:], gives output: JSON) {
        (self.name, self.head, self.steps, self.input, gives) = (name, head, steps, input, .output(output))
    }

    init(_ name: String, head: String = "", _ steps: String, input: JSON = [:], faults status: Int, at pointer: String)
    {
        (self.name, self.head, self.steps, self.input) = (name, head, steps, input)
        gives = .problem(status: status, at: pointer)
    }
}

@Suite("Every construct of the language does what its text says")
struct ConstructTests {
    @Test("steps and where they lead", arguments: Construct.flow)
    func flow(_ construct: Construct) throws { try expect(construct) }

    @Test("loops and branches", arguments: Construct.repetition)
    func repetition(_ construct: Construct) throws { try expect(construct) }

    @Test("errors, and what is done about them", arguments: Construct.errors)
    func errors(_ construct: Construct) throws { try expect(construct) }

    @Test("data in and out", arguments: Construct.data)
    func data(_ construct: Construct) throws { try expect(construct) }

    private func expect(_ construct: Construct) throws {
        let flaky = ScriptedAction("flaky") { call in
            let problem = Problem(type: "https://e.org/busy", status: 503, title: "Busy", detail: nil)
            let needed = call.input["attempts"]?.asInt ?? 1
            return call.attempt < needed
                ? .failed(Failure(problem, remedy: .tryAgain)) : .done(["tried": .number(JSON.Number(call.attempt))])
        }
        let bench = try EngineBench(actions: [EngineBench.note, flaky])
        let id = try bench.start(bench.define(construct.steps, head: construct.head), construct.input)
        let ended = try bench.endedInTime(id)
        switch construct.gives {
        case .output(let output): #expect(ended.progress == .ended(.output(output)))
        case .problem(let status, let pointer):
            guard case .ended(.problem(let problem)) = ended.progress else {
                Issue.record("it ended as \(ended.progress)")
                return
            }
            #expect(problem.status == status && problem.instance == pointer, "\(problem)")
        }
    }
}

extension EngineBench {
    /// The instance, once it has ended; time passes meanwhile.
    func endedInTime(_ id: Identifier) throws -> Instance {
        try eventually {
            if let instance = try store.instance(id), instance.status.isFinal { return instance }
            _ = clock.advanceToNext()
            return nil
        }
    }
}
