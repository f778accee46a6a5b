package import JSON

extension Instance {
    /// A person holds the instance: what runs finishes, and no new step starts until it is resumed.
    package struct Suspension: Sendable, Hashable {
        package let since: Timestamp
        /// Timers that came meanwhile, in their order: they take effect when it is resumed.
        package var kept: [KeptTimer]
        /// Calls whose next attempt waits until it is resumed.
        package var parked: [Int]

        package init(since: Timestamp, kept: [KeptTimer] = [], parked: [Int] = []) {
            self.since = since
            self.kept = kept
            self.parked = parked
        }
    }

    package struct KeptTimer: Sendable, Hashable {
        package let step: Int
        package let kind: TimerKind

        package init(step: Int, kind: TimerKind) {
            self.step = step
            self.kind = kind
        }
    }

    /// A step that the instance can be rewound to: what it was given, and the context as it was when it was entered.
    ///
    /// Kept for the steps of every sequence that is in progress and lies in no fork, the latest entry of each; the
    /// marks of a sequence go with it, and all of them with the instance.
    package struct Mark: Sendable, Hashable {
        package let step: Int
        package let node: Int
        /// What entered the step, before its own `input` looked at it.
        package let input: JSON
        package let context: JSON

        package init(step: Int, node: Int, input: JSON, context: JSON) {
            self.step = step
            self.node = node
            self.input = input
            self.context = context
        }
    }

    /// Where the instance goes on once the steps that it goes back behind are undone.
    package struct Rewind: Sendable, Hashable {
        /// The steps in progress as they are then: the one to go on with is pending.
        package let root: Step
        package let context: JSON
        /// Steps with this number and later ones are undone.
        package let floor: Int
        /// Whether it goes on by itself: it was not suspended when it was rewound.
        package let resumes: Bool

        package init(root: Step, context: JSON, floor: Int, resumes: Bool) {
            self.root = root
            self.context = context
            self.floor = floor
            self.resumes = resumes
        }
    }
}

extension Instance {
    /// Whether it stands still for a supervisor to mend: suspended, or with a step that a person decides about.
    package var isStopped: Bool {
        guard case .body(let root) = progress else { return false }
        return suspension != nil || root.leaves.contains { $0.phase == .needsPerson }
    }
}
