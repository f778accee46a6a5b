package import JSON
package import SirdarCore
package import SirdarJournal

/// Keeps everything: the one place where state lives, behind domain verbs.
///
/// Every call can fail. A commit is acknowledged only when it would survive a power cut; what was acknowledged is
/// what every later read shows. `Tests/SirdarStoreTests` is the specification: a store that passes it, is one.
package protocol Store: RecordReader {
    // MARK: Writing

    /// Writes `commit` and acknowledges it, from a thread of the store's own, once it is durable. `then` must not
    /// wait for another commit: that thread may be the one that writes.
    ///
    /// Commits are applied and acknowledged in the order of their submission, and are grouped; a conflict fails its own
    /// commit alone, and those that follow it by its handle.
    func submit(_ commit: Commit, then: @escaping @Sendable (Result<Void, StoreError>) -> Void)

    /// As `submit`, by a thread that may be kept until the commit is durable: a store may write on it, and spares one
    /// commit at a time two changes of threads. `then` may run before this returns.
    func submitHere(_ commit: Commit, then: @escaping @Sendable (Result<Void, StoreError>) -> Void)

    /// Takes due steps that nobody holds, oldest first, at most as many of each lane as it is said to have room for.
    func claimWork(_ claim: WorkClaim, then: @escaping @Sendable (Result<[DueStep], StoreError>) -> Void)

    /// Prolongs the leases of steps that are being performed; answers those that are no longer this owner's.
    func renewLeases(_ work: [WorkID], _ lease: Lease) throws(StoreError) -> [WorkID]

    // MARK: What is due

    func dueTimers(at now: Timestamp, limit: Int) throws(StoreError) -> [DueTimer]

    /// When the next timer, or the next due step that nobody holds, becomes due; `nil`: nothing will.
    func nextDue() throws(StoreError) -> Timestamp?

    // MARK: Reading

    func instance(_ id: Identifier) throws(StoreError) -> Instance?
    /// The instance that runs on behalf of a step.
    func child(of parent: Instance.Parent) throws(StoreError) -> Identifier?
    func instances(_ query: InstanceQuery) throws(StoreError) -> [InstanceSummary]
    func work(of instance: Identifier) throws(StoreError) -> [HeldWork]
    func workflowCounts() throws(StoreError) -> [WorkflowCount]

    func task(_ id: Identifier) throws(StoreError) -> ManualTask?
    /// Whose task it is; that never changes.
    func instance(ofTask id: Identifier) throws(StoreError) -> Identifier?
    func tasks(_ query: TaskQuery) throws(StoreError) -> [ManualTask]
    /// The ready task that comes first for somebody of these queues and skills, whatever the number of the others.
    func nextTask(_ query: NextTaskQuery) throws(StoreError) -> ManualTask?
    func queueCounts() throws(StoreError) -> [QueueCount]
    /// What ended tasks took, added up by the store.
    func hours(_ query: HoursQuery) throws(StoreError) -> [HoursLine]

    /// Sequence numbers begin at 1 and have no gaps: they are the entries' places in the tree.
    func entries(_ query: EntryQuery) throws(StoreError) -> [StoredEntry]
    /// A tile of the tree over the journal; an empty one where there is none.
    func tile(_ place: Tile.Place) throws(StoreError) -> Tile
    func checkpoints(_ query: CheckpointQuery) throws(StoreError) -> [StoredCheckpoint]

    // MARK: Events

    func events(_ query: EventQuery) throws(StoreError) -> [StoredEvent]
    /// The forms under which anybody listens to events of a type; the empty one is not among them.
    func listeningForms(topic: String) throws(StoreError) -> [String]
    /// The instances that listen at an address, each once, in their order.
    func listeners(_ query: ListenerQuery) throws(StoreError) -> [Identifier]

    // MARK: Definitions

    /// Keeps a version of a definition; the same content again gives the same number.
    func deploy(_ deployment: Deployment) throws(StoreError) -> Int
    func deployments() throws(StoreError) -> [StoredDeployment]

    // MARK: Keeping house

    /// Looks at the store's own health: its settings, its version, its file, the room that is left.
    func examine() throws(StoreError) -> [Finding]

    /// Answers when nothing that was erased or removed is in any of the store's files any more.
    func scrub() throws(StoreError)

    /// Copies everything, as of one moment, into a new file.
    func backup(to path: String) throws(StoreError)
}

extension Store {
    package func submitHere(_ commit: Commit, then: @escaping @Sendable (Result<Void, StoreError>) -> Void) {
        submit(commit, then: then)
    }
}

package enum StoreError: Error, Sendable, Hashable {
    /// Somebody else was first: read and decide again.
    case conflict
    /// A due step is no longer this owner's: the result comes too late.
    case staleFence
    /// A unique name is taken.
    case nameTaken(kind: String, name: String)
    /// The same version was deployed before with another content.
    case versionTaken(String)
    /// The disk is full, or refuses to write.
    case storageFull
    case unavailable(String)
    /// What was read is not what was written.
    case corrupt(String)
}

package struct WorkClaim: Sendable, Hashable {
    package let now: Timestamp
    package let lease: Lease
    /// Room in all.
    package let limit: Int
    /// Lanes with less room than that; a lane that is absent has room for `limit`.
    package let room: [Lane: Int]

    package init(now: Timestamp, lease: Lease, limit: Int, room: [Lane: Int]) {
        self.now = now
        self.lease = lease
        self.limit = limit
        self.room = room
    }
}

/// A due step as people see it: who performs it, or when it is due.
package struct HeldWork: Sendable, Hashable {
    package let step: Int
    package let attempt: Int
    package let action: String
    package let input: JSON
    package let notBefore: Timestamp
    package let leasedUntil: Timestamp?
    package let isParked: Bool

    package init(
        step: Int,
        attempt: Int,
        action: String,
        input: JSON,
        notBefore: Timestamp,
        leasedUntil: Timestamp?,
        isParked: Bool
    ) {
        self.step = step
        self.attempt = attempt
        self.action = action
        self.input = input
        self.notBefore = notBefore
        self.leasedUntil = leasedUntil
        self.isParked = isParked
    }
}
