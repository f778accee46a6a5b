package import JQ
package import JSON

/// A person's step as its definition says it: what is evaluated when the task opens, and what only at completion.
package struct ManualWork: Sendable {
    /// The parts evaluated when the step starts; their value is read by `TaskSpec(json:)`.
    package let opening: Template
    /// The automatic check after completion; its arguments are evaluated then, with `$form` and `$task`.
    package let verify: Node.Call?
    package let review: Review?

    package init(opening: Template, verify: Node.Call? = nil, review: Review? = nil) {
        self.opening = opening
        self.verify = verify
        self.review = review
    }

    /// Four eyes: when another person must confirm what was done.
    package struct Review: Sendable {
        package let skills: [String]
        /// `nil`: always.
        package let when: JQ.Program?

        package init(skills: [String], when: JQ.Program?) {
            self.skills = skills
            self.when = when
        }
    }

    /// Evaluates the parts that open a task.
    package func open(_ input: JSON, _ scope: Scope) throws(Problem) -> TaskSpec {
        try TaskSpec(json: opening.evaluate(input, scope), at: scope.node.pointer)
    }
}

extension Node {
    package var call: Call? {
        switch kind {
        case .call(let call): call
        case .sequence, .set, .choice, .loop, .parallel, .attempt, .raise, .wait, .manual, .workflow, .emit, .listen:
            nil
        }
    }

    package var manual: ManualWork? {
        switch kind {
        case .manual(let work): work
        case .sequence, .set, .choice, .loop, .parallel, .attempt, .raise, .wait, .call, .workflow, .emit, .listen: nil
        }
    }
}
