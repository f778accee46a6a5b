import JSON
import SirdarCore
import SirdarEngine
import SirdarTestKit

/// A scenario, run: what came of it, held to each of its sentences.
struct ScenarioRun {
    enum Verdict: Equatable {
        case passed
        case failed(String)
        /// By the decoder, with its own words.
        case refused(String)
    }

    private let progress: Instance.Progress
    /// The names of the steps in the order in which they ended.
    private let order: [String]

    private struct Disappointed: Error {
        let why: String
    }

    static func of(_ scenario: Scenario, _ server: ScriptedServer) throws -> Verdict {
        guard let definition = scenario.steps.first(where: { $0.text == "a workflow with definition:" })?.document
        else {
            return .failed("it has no definition")
        }
        let decoded = HTTPBench.decode(definition)
        let errors = decoded.diagnostics.filter(\.isError)
        if let refusal = errors.first(where: { $0.code == .refused || $0.code == .notYet }) {
            return .refused(refusal.message)
        }
        guard errors.isEmpty else { return .failed(errors.map { $0.text(in: scenario.name) }.joined(separator: "\n")) }
        let bench = try HTTPBench(Loopback.rules(KitHosts.names), transport: Mapped(to: server))
        let given = scenario.steps.first { $0.text == "the workflow input is:" }?.document
        let id = try bench.start(definition: definition, try given.map(value) ?? [:])
        let instance = try bench.ended(id)
        let run = ScenarioRun(progress: instance.progress, order: try bench.order(id))
        do {
            for step in scenario.steps { try run.expect(step) }
        } catch let disappointed as Disappointed {
            return .failed("\(disappointed.why); it ended with \(instance.progress), steps \(run.order)")
        }
        return .passed
    }

    private static func value(_ document: String) throws -> JSON { try YAMLSource.read(document).get().json }

    // MARK: Sentences

    private func expect(_ step: Scenario.Step) throws {
        let document = try step.document.map(Self.value)
        switch step.text {
        case "a workflow with definition:", "the workflow input is:", "the workflow is executed": return
        case "the workflow should complete": _ = try output()
        case "the workflow should complete with output:": try require(output() == document, step.text)
        case "the workflow should fault": _ = try problem()
        case "the workflow should fault with error:":
            let problem = try problem().json
            for (key, wanted) in document?.asObject ?? ["": nil] { try require(problem[key] == wanted, "its \(key)") }
        default: try expect(sentence: step.text, document)
        }
    }

    private func expect(sentence: String, _ document: JSON?) throws {
        let quoted = sentence.split(separator: "'", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }.map { String($0.element) }
        if sentence.hasPrefix("the workflow output should have properties ") {
            for path in quoted { try require(member(path) != nil, "there is no \(path)") }
        } else if sentence.hasPrefix("the workflow output should have a "), sentence.hasSuffix(" property with value:")
        {
            try require(document != nil && member(quoted.first ?? "") == document, sentence)
        } else if sentence.hasPrefix("the workflow output should have a "), sentence.hasSuffix(" items") {
            let count = sentence.split(separator: " ").dropLast().last.flatMap { Int($0) }
            try require(count != nil && member(quoted.first ?? "")?.asArray?.count == count, sentence)
        } else {
            try expectOrder(sentence)
        }
    }

    private func expectOrder(_ sentence: String) throws {
        let words = sentence.split(separator: " ").map(String.init)
        guard words.count >= 4, words[1] == "should", words[2] == "run" else {
            throw Disappointed(why: "what is: \(sentence)")
        }
        switch words[3] {
        case "first": try require(order.first == words[0], sentence)
        case "last": try require(order.last == words[0], sentence)
        case "after" where words.count == 5:
            let (earlier, later) = (order.firstIndex(of: words[4]), order.firstIndex(of: words[0]))
            try require(earlier != nil && later != nil && earlier ?? 0 < later ?? 0, sentence)
        default: throw Disappointed(why: "what is: \(sentence)")
        }
    }

    // MARK: What it ended with

    private func output() throws -> JSON {
        if case .ended(.output(let output)) = progress { return output }
        throw Disappointed(why: "it did not complete")
    }

    private func problem() throws -> Problem {
        if case .ended(.problem(let problem)) = progress { return problem }
        throw Disappointed(why: "it did not fault")
    }

    private func member(_ path: String) throws -> JSON? {
        try path.split(separator: ".").reduce(output() as JSON?) { value, key in value?[String(key)] }
    }

    private func require(_ condition: Bool, _ why: String) throws {
        if !condition { throw Disappointed(why: why) }
    }
}

extension HTTPBench {
    /// The steps that ended, by their names.
    fileprivate func order(_ id: Identifier) throws -> [String] {
        try story(id).filter { $0["is"] == "completed" }.compactMap { step in
            step["at"]?.asString?.split(separator: "/").last.map(String.init)
        }
    }
}
