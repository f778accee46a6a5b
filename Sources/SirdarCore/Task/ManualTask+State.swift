package import JSON

extension ManualTask {
    package enum State: Sendable, Hashable {
        /// Nobody is eligible: it waits for a supervisor, or for somebody who comes to be. Can go to ready, claimed,
        /// inProgress, skipped, cancelled, expired.
        case unroutable
        /// Offered in its queue. Can go to claimed, inProgress, unroutable, skipped, cancelled, expired.
        case ready
        /// Owned, not begun. Can go to inProgress, onHold, ready, unroutable, skipped, cancelled, expired, and with
        /// its completion to verifying, awaitingReview, completed, failed.
        case claimed
        /// Being worked on. Can go to verifying, awaitingReview, completed, failed, claimed (by another), onHold,
        /// ready, unroutable, skipped, cancelled, expired.
        case inProgress
        /// Its owner waits for something. Can go back to claimed or inProgress, to ready, unroutable, skipped,
        /// cancelled, expired.
        case onHold(Hold)
        /// The automatic check after completion is running. Can go to completed, awaitingReview, inProgress, cancelled,
        /// expired.
        case verifying(Completion)
        /// Another person is to confirm what was done. Can go to completed, inProgress, skipped, cancelled, expired.
        case awaitingReview(Completion)
        /// Final, but for a supervisor who finds it wrong before the steps after it have begun: then inProgress.
        case completed(Completion)
        /// Final: its owner says that it cannot be done.
        case failed(code: String, text: String)
        /// Final: a supervisor let the workflow go on without it.
        case skipped(output: JSON)
        /// Final: what it was for is over.
        case cancelled
        /// Final: it took longer than it may.
        case expired

        package var name: String {
            switch self {
            case .unroutable: "unroutable"
            case .ready: "ready"
            case .claimed: "claimed"
            case .inProgress: "in_progress"
            case .onHold: "on_hold"
            case .verifying: "verifying"
            case .awaitingReview: "awaiting_review"
            case .completed: "completed"
            case .failed: "failed"
            case .skipped: "skipped"
            case .cancelled: "cancelled"
            case .expired: "expired"
            }
        }

        package var isFinal: Bool { stage == .ended }

        var stage: Stage {
            switch self {
            case .unroutable, .ready: .ready
            case .claimed, .inProgress, .onHold, .verifying, .awaitingReview: .held
            case .completed, .failed, .skipped, .cancelled, .expired: .ended
            }
        }
    }

    /// The three stages that queues are ordered by. What nobody can do yet is offered to whoever comes to be eligible.
    package enum Stage: Int, Sendable, Hashable {
        case ready = 0
        case held = 1
        case ended = 2
    }

    package var stage: Stage { state.stage }

    /// Why a task rests with its owner, and what it goes back to.
    package struct Hold: Sendable, Hashable {
        package let awaiting: Awaiting
        /// The owner's words.
        package let reason: String
        /// When it resumes by itself; `nil`: when somebody says so.
        package let until: Timestamp?
        package let since: Timestamp
        /// Whether it had been begun, and goes back to that.
        package let wasBegun: Bool
        /// What the requester is asked.
        package let question: Question?

        package enum Awaiting: String, Sendable, Hashable, CaseIterable {
            case time, vendor
            /// The only wait that does not count against the task's due time.
            case requester
        }

        package init(
            awaiting: Awaiting,
            reason: String,
            until: Timestamp?,
            since: Timestamp,
            wasBegun: Bool,
            question: Question? = nil
        ) {
            self.awaiting = awaiting
            self.reason = reason
            self.until = until
            self.since = since
            self.wasBegun = wasBegun
            self.question = question
        }
    }

    /// A question to the requester, with the fields that the answer has.
    package struct Question: Sendable, Hashable {
        package let text: String
        package let form: Form
        /// The form as it was written: what is stored.
        package let fields: JSON

        /// - Throws: a problem when `fields` is no form.
        package init(text: String, fields: JSON = .null) throws(Problem) {
            self.text = text
            self.fields = fields
            form = try Form(json: fields, at: "/fields")
        }
    }
}
