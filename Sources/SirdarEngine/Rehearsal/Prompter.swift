import JSON
import SirdarCore

/// Knows whose turn it is: gives each question its answer, in the order in which the answers are written.
struct Prompter {
    /// Is asked before the answers: for tests that change one thing at a time.
    typealias Override = @Sendable (Question) -> Answer?

    private let answers: Answers
    private let override: Override?
    private var taken: [Key: Taken] = [:]
    /// The answer that was given last, of each step.
    private var last: [String: Answer] = [:]

    private struct Key: Hashable {
        let section: Section
        let name: String
    }

    private enum Section { case steps, undo, actions }

    private struct Taken {
        var position = 0
        var times = 0
    }

    /// Why there is no answer.
    enum Lack: Error {
        case nothingWritten
        /// So many were written, and all have been given.
        case usedUp(Int, under: String)
        /// The next answer is of another kind than what is asked for.
        case other(Answer, under: String)
    }

    init(_ answers: Answers, override: Override?) {
        self.answers = answers
        self.override = override
    }

    mutating func answer(_ question: Question) throws(Lack) -> Answer {
        if let answer = override?(question) { return remember(answer, question) }
        let last = last[question.memory]
        switch question.role {
        case .decision:
            if let decision = last?.decides { return Answer(.decision(decision)) }
        case .check:
            switch last?.check {
            case .output(let output)?: return Answer(.output(output))
            case .failure(let failure)?: return Answer(.failure(failure))
            case nil: break
            }
        case .call, .task, .workflow: break
        }
        guard let (key, series) = series(for: question) else { throw .nothingWritten }
        return remember(try next(of: series, key, for: question), question)
    }

    /// A check's answer is not the step's own.
    private mutating func remember(_ answer: Answer, _ question: Question) -> Answer {
        if question.role != .check { last[question.memory] = answer }
        return answer
    }

    /// Whether anything is written about a step that runs another workflow.
    func answersWorkflow(_ question: Question) -> Bool { override?(question) != nil || series(for: question) != nil }

    private func series(for question: Question) -> (Key, Answers.Series)? {
        let section = question.undoes ? answers.undo : answers.steps
        if question.role != .check {
            for name in [question.path, question.pointer, question.name] {
                guard let series = section[name] else { continue }
                return (Key(section: question.undoes ? .undo : .steps, name: name), series)
            }
        }
        guard let action = question.action, let series = answers.actions[action] else { return nil }
        return (Key(section: .actions, name: action), series)
    }

    private mutating func next(
        of series: Answers.Series,
        _ key: Key,
        for question: Question
    ) throws(Lack) -> Answer {
        var taken = self.taken[key] ?? Taken()
        guard taken.position < series.answers.count else { throw .usedUp(series.answers.count, under: key.name) }
        let answer = series.answers[taken.position]
        guard answer.fits(question.role) else { throw .other(answer, under: key.name) }
        if !series.repeats {
            taken.times += 1
            if taken.times >= answer.times { taken = Taken(position: taken.position + 1) }
            self.taken[key] = taken
        }
        return answer
    }
}

extension Question {
    /// Under which the last answer is remembered.
    fileprivate var memory: String { undoes ? "undo \(path)" : path }
}

extension Answer {
    /// Whether it can answer what is asked for.
    func fits(_ role: Question.Role) -> Bool {
        switch (kind, role) {
        case (.never, _), (.failure, .call), (.failure, .check), (.failure, .task), (.failure, .workflow): true
        case (.output, .call), (.output, .check), (.output, .workflow): true
        case (.pending, .call), (.pending, .check): true
        case (.work, .task), (.decision, .decision): true
        case (.failure, .decision), (.output, .task), (.output, .decision), (.pending, .task), (.pending, .decision),
            (.pending, .workflow), (.work, _), (.decision, _):
            false
        }
    }
}
