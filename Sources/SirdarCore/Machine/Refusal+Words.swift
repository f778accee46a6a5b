extension Refusal {
    /// The code that programs look at.
    package var code: String {
        switch self {
        case .task(let refusal): refusal.code
        case .ended: "instance-ended"
        case .alreadyStarted: "already-started"
        case .noSuchStep: "no-such-step"
        case .staleAttempt: "stale-attempt"
        case .notAwaited: "not-awaited"
        case .unwinding: "unwinding"
        case .notListening: "not-listening"
        case .alreadySuspended: "already-suspended"
        case .notSuspended: "not-suspended"
        case .notStopped: "not-stopped"
        case .notSkippable: "not-skippable"
        case .outputUnfit: "output-unfit"
        case .inputUnfit: "input-unfit"
        case .notEditable: "not-editable"
        case .notRewindable: "not-rewindable"
        case .notReopenable: "not-reopenable"
        }
    }

    /// What to tell whoever was refused.
    package var sentence: String {
        switch self {
        case .task(let refusal): refusal.sentence()
        case .ended(let status): "It has ended: \(status.name). Nothing more can be done to it."
        case .alreadyStarted: "It has already been started."
        case .noSuchStep: "That step has ended, or never was."
        case .staleAttempt: "That result is of an attempt that is no longer awaited."
        case .notAwaited(step: _, let awaiting): "The step is \(awaiting): this does not apply to it now."
        case .unwinding: "What had begun is being undone. Wait until that is over."
        case .notListening: "No step of it waits for this event."
        case .alreadySuspended(let since): "It is suspended since \(since)."
        case .notSuspended: "It is not suspended."
        case .notStopped: "It is running. Suspend it first."
        case .notSkippable:
            "The workflow does not allow this step to be skipped: it would have to say `metadata: { skippable: true }`."
        case .outputUnfit(let errors):
            "The output breaks the step's schema. \(errors.map(\.line).joined(separator: " "))"
        case .inputUnfit(let errors):
            "The step's action does not take this input. \(errors.map(\.line).joined(separator: " "))"
        case .notEditable: "This step has nothing that can be changed: it has begun, or its work is a person's."
        case .notRewindable:
            "There is no way back to this step: it is over with the steps around it, or it lies in a fork."
        case .notReopenable: "What follows this step has begun, so it cannot be opened again."
        }
    }
}

extension FieldError {
    fileprivate var line: String { "\(pointer.isEmpty ? "/" : pointer): \(detail)" }
}
