package import JSON
package import SirdarCore
package import SirdarJournal

/// What one decision writes, in one transaction: all of it, or nothing.
package struct Commit: Sendable {
    package var instances: [InstanceWrite] = []
    package var tasks: [TaskWrite] = []
    /// What is kept of tasks that end, to be added up.
    package var endings: [TaskEnding] = []
    /// Tasks that had ended and are open again: what was kept of their ends is not true any more.
    package var reopenings: [Reopening] = []
    package var work: [WorkWrite] = []
    package var timers: [TimerWrite] = []
    package var records: [RecordChange] = []
    package var events: [EventWrite] = []
    package var entries: [SealedEntry] = []
    /// The entries, by their sequence numbers, whose names and free text go. What the tree covers stays.
    package var erasures: [Int64] = []
    /// Where an instance that moves to another version has its tasks and due steps there.
    package var placements: [Placement] = []
    /// New versions of definitions, each with the number that it is to have.
    package var deployments: [StoredDeployment] = []
    package var seal: SealWrite?
    package var anchorings: [Anchoring] = []
    /// By which another commit names this one.
    package var handle: Handle?
    /// The commit before this one, which this one was decided on: without it, this one fails as a conflict.
    package var follows: Handle?

    package init() {}

    package struct Reopening: Sendable, Hashable {
        package let task: Identifier
        package let endedAt: Timestamp

        package init(task: Identifier, endedAt: Timestamp) {
            self.task = task
            self.endedAt = endedAt
        }
    }

    /// Names a commit that is on its way, so that what is decided on top of it can be written if it is, and only then.
    /// The version of an instance cannot say that: somebody else's decision may have made the same version.
    package final class Handle: Sendable {
        private let failed = Locked(false)

        package init() {}

        package var isLost: Bool { failed.withLock { $0 } }

        /// The store's word that the commit was not written.
        package func lose() { failed.withLock { $0 = true } }
    }
}

/// A class, as `TaskWrite` is: it goes through several hands, and a copy would touch every part of the state.
package final class InstanceWrite: Sendable {
    package let instance: Instance
    /// The version that it must have; `nil`: it is new.
    package let expecting: Int64?
    /// What it was, where its status or its workflow changes: the counts of workflows go by it.
    package let before: Standing?
    package let at: Timestamp
    /// The instance's changing part, made by whoever decides: the one writer has nothing to do but write.
    package let state: [UInt8]

    package struct Standing: Sendable, Hashable {
        package let workflow: Int
        package let status: Instance.Status

        package init(_ instance: Instance) {
            workflow = instance.workflow
            status = instance.status
        }
    }

    package convenience init(_ instance: Instance, before: Instance?, at: Timestamp) {
        self.init(instance, expecting: before?.version, before: before.map(Standing.init), at: at)
    }

    package init(_ instance: Instance, expecting: Int64?, before: Standing? = nil, at: Timestamp) {
        self.instance = instance
        self.expecting = expecting
        self.before = before
        self.at = at
        state = instance.stateBytes
    }
}

package final class TaskWrite: Sendable {
    package let task: ManualTask
    /// The task as it was, whose version it must still have; `nil`: it is new.
    package let before: ManualTask?
    /// The task's changing part, and for a new one what never changes.
    package let state: [UInt8]
    package let spec: [UInt8]
    package let skillSet: String

    package init(_ task: ManualTask, before: ManualTask?) {
        self.task = task
        self.before = before
        state = task.stateBytes
        spec = before == nil ? task.specBytes : []
        skillSet = task.spec.skillSet
    }
}

/// A call of an action that is due, or will be.
package struct DueStep: Sendable, Hashable {
    package let instance: Identifier
    package let step: Int
    /// The task whose completion it checks; `nil` for a step of the instance itself.
    package let task: Identifier?
    package let node: Int
    package let attempt: Int
    package let action: String
    package let lane: Lane
    package let input: JSON
    package let key: String
    package let notBefore: Timestamp
    /// Grows with each owner; a result must carry it.
    package let fence: Int64

    package init(
        instance: Identifier,
        step: Int,
        task: Identifier? = nil,
        node: Int,
        attempt: Int,
        action: String,
        lane: Lane,
        input: JSON,
        key: String,
        notBefore: Timestamp,
        fence: Int64
    ) {
        self.instance = instance
        self.step = step
        self.task = task
        self.node = node
        self.attempt = attempt
        self.action = action
        self.lane = lane
        self.input = input
        self.key = key
        self.notBefore = notBefore
        self.fence = fence
    }

    package var id: WorkID { WorkID(instance: instance, step: step) }
}

package struct WorkID: Sendable, Hashable {
    package let instance: Identifier
    package let step: Int

    package init(instance: Identifier, step: Int) {
        self.instance = instance
        self.step = step
    }
}

/// Who performs a due step, and until when nobody else may.
package struct Lease: Sendable, Hashable {
    /// This run of the program: another number after each start.
    package let owner: Int64
    package let until: Timestamp

    package init(owner: Int64, until: Timestamp) {
        self.owner = owner
        self.until = until
    }
}

package enum WorkWrite: Sendable {
    /// A new due step; with a lease it is born in the hands of its owner.
    case insert(DueStep, lease: Lease?)
    /// Due again at another time, in nobody's hands. `fence`: only if its owner still holds it.
    case again(WorkID, attempt: Int, notBefore: Timestamp, fence: Int64?)
    /// Kept for a person to decide on; nobody performs it.
    case park(WorkID, fence: Int64?)
    /// Over. `fence`: only if its owner still holds it.
    case drop(WorkID, fence: Int64?)
    /// To be performed with another input; in nobody's hands.
    case amend(WorkID, input: JSON, lane: Lane)
    /// Everything that was put aside (due at `Timestamp.distantFuture`) is due.
    case takeUp(at: Timestamp)
}

/// The node that a task or a due step belongs to, in the version that its instance moves to.
package enum Placement: Sendable, Hashable {
    case task(Identifier, node: Int)
    case work(WorkID, node: Int)
}

/// Something to be told to an instance at a time.
package struct DueTimer: Sendable, Hashable {
    package let instance: Identifier
    package let step: Int
    package let kind: TimerKind
    package let at: Timestamp
    /// What is told with it: how a child ended.
    package let ending: Instance.Ending?

    package init(instance: Identifier, step: Int, kind: TimerKind, at: Timestamp, ending: Instance.Ending? = nil) {
        self.instance = instance
        self.step = step
        self.kind = kind
        self.at = at
        self.ending = ending
    }
}

package enum TimerWrite: Sendable {
    case set(DueTimer)
    case drop(Identifier, step: Int, kind: TimerKind)
}
