package import JSON
package import SirdarCore

/// What happened in a rehearsal, in order, and how it ended.
package struct Account: Sendable {
    package var lines: [Line] = []
    package var tasks: [Task] = []
    package var calls: [Call] = []
    package var status = Instance.Status.pending
    package var ending: Instance.Ending?
    /// How long it took, on its own clock.
    package var took = Interval.zero
    /// Why it could not go on.
    package var interruption: Interruption?

    /// A step came to be in another state.
    package struct Line: Sendable {
        /// Since the beginning.
        package let at: Interval
        package let path: String
        package let pointer: String
        package let name: String
        package let phase: StepPhase
        package let attempt: Int?
        package let problem: Problem?
        /// It is about undoing the step.
        package let undoes: Bool
        /// The step does something by itself, and does not only hold others.
        package let isWork: Bool
        /// It has begun with this.
        package let begins: Bool
    }

    /// A task as it was opened, and what has become of it.
    package struct Task: Sendable {
        package let path: String
        package var task: ManualTask
        /// How often its check has sent it back.
        package var returns = 0
    }

    /// A call of an action, with what it was given.
    package struct Call: Sendable {
        package let path: String
        package let action: String
        package let input: JSON
        package let attempt: Int
        package let undoes: Bool
    }
}

extension Account {
    /// The steps that did something by themselves, in the order in which they began.
    package var steps: [String] { lines.filter { $0.isWork && $0.begins && !$0.undoes }.map(\.path) }

    /// The steps that were undone, in the order in which that was done.
    package var undone: [String] {
        lines.filter { line in
            guard line.undoes, case .completed = line.phase else { return false }
            return true
        }.map(\.path)
    }

    package var output: JSON? {
        if case .output(let output)? = ending { output } else { nil }
    }

    package var problem: Problem? {
        if case .problem(let problem)? = ending { problem } else { nil }
    }
}

/// A rehearsal could not go on: what was missing, where, and what to write.
package struct Interruption: Error, Sendable, Hashable {
    /// What is wrong, in sentences.
    package let text: String
    /// Lines to put into the answers; empty when none would help.
    package let advice: [String]

    package init(_ text: String, advice: [String] = []) {
        self.text = text
        self.advice = advice
    }
}
