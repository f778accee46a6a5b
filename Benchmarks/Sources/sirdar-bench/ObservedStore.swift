import JSON
import SirdarCore
import SirdarEngine
import SirdarJournal
import SirdarSQLite

/// The store, with a word on each commit that has become durable: how the benchmark's people learn what to do next.
final class ObservedStore: Store {
    /// What a durable commit said.
    enum News: Sendable {
        case taskOpened(Identifier)
        case stepEnded(Identifier)
        case instanceEnded(Identifier)
    }

    let inner: SQLiteStore
    /// In a struct, because a bare function in a generic box is wrapped once more with every access.
    private struct Observer {
        let body: @Sendable (News) -> Void
    }

    private let observer = Locked<Observer?>(nil)
    private let tape = Locked<[Commit]?>(nil)
    private let commits = Locked(0)

    init(_ inner: SQLiteStore) { self.inner = inner }

    func observe(_ body: (@Sendable (News) -> Void)?) { observer.withLock { $0 = body.map(Observer.init) } }

    /// Keeps what is committed from here on, in order.
    func record() { tape.withLock { $0 = [] } }
    var recorded: [Commit] { tape.withLock { $0 ?? [] } }

    /// Commits acknowledged so far.
    var acknowledged: Int { commits.withLock { $0 } }

    func submit(_ commit: Commit, then: @escaping @Sendable (Result<Void, StoreError>) -> Void) {
        inner.submit(commit) { result in
            if case .success = result { self.tell(commit) }
            then(result)
        }
    }

    func submitHere(_ commit: Commit, then: @escaping @Sendable (Result<Void, StoreError>) -> Void) {
        inner.submitHere(commit) { result in
            if case .success = result { self.tell(commit) }
            then(result)
        }
    }

    private func tell(_ commit: Commit) {
        commits.withLock { $0 += 1 }
        tape.withLock { $0?.append(commit) }
        guard let observer = observer.withLock({ $0 })?.body else { return }
        for write in commit.tasks where write.before == nil { observer(.taskOpened(write.task.id)) }
        for write in commit.instances {
            observer(write.instance.status.isFinal ? .instanceEnded(write.instance.id) : .stepEnded(write.instance.id))
        }
    }

    // MARK: Everything else is the store's

    func claimWork(_ claim: WorkClaim, then: @escaping @Sendable (Result<[DueStep], StoreError>) -> Void) {
        inner.claimWork(claim, then: then)
    }
    func renewLeases(_ work: [WorkID], _ lease: Lease) throws(StoreError) -> [WorkID] {
        try inner.renewLeases(work, lease)
    }
    func dueTimers(at now: Timestamp, limit: Int) throws(StoreError) -> [DueTimer] {
        try inner.dueTimers(at: now, limit: limit)
    }
    func nextDue() throws(StoreError) -> Timestamp? { try inner.nextDue() }
    func instance(_ id: Identifier) throws(StoreError) -> Instance? { try inner.instance(id) }
    func child(of parent: Instance.Parent) throws(StoreError) -> Identifier? { try inner.child(of: parent) }
    func instances(_ query: InstanceQuery) throws(StoreError) -> [InstanceSummary] { try inner.instances(query) }
    func work(of instance: Identifier) throws(StoreError) -> [HeldWork] { try inner.work(of: instance) }
    func task(_ id: Identifier) throws(StoreError) -> ManualTask? { try inner.task(id) }
    func instance(ofTask id: Identifier) throws(StoreError) -> Identifier? { try inner.instance(ofTask: id) }
    func tasks(_ query: TaskQuery) throws(StoreError) -> [ManualTask] { try inner.tasks(query) }
    func nextTask(_ query: NextTaskQuery) throws(StoreError) -> ManualTask? { try inner.nextTask(query) }
    func queueCounts() throws(StoreError) -> [QueueCount] { try inner.queueCounts() }
    func hours(_ query: HoursQuery) throws(StoreError) -> [HoursLine] { try inner.hours(query) }
    func entries(_ query: EntryQuery) throws(StoreError) -> [StoredEntry] { try inner.entries(query) }
    func workflowCounts() throws(StoreError) -> [WorkflowCount] { try inner.workflowCounts() }
    func tile(_ place: Tile.Place) throws(StoreError) -> Tile { try inner.tile(place) }
    func checkpoints(_ query: CheckpointQuery) throws(StoreError) -> [StoredCheckpoint] {
        try inner.checkpoints(query)
    }
    func events(_ query: EventQuery) throws(StoreError) -> [StoredEvent] { try inner.events(query) }
    func listeningForms(topic: String) throws(StoreError) -> [String] { try inner.listeningForms(topic: topic) }
    func listeners(_ query: ListenerQuery) throws(StoreError) -> [Identifier] { try inner.listeners(query) }
    func examine() throws(StoreError) -> [Finding] { try inner.examine() }
    func deploy(_ deployment: Deployment) throws(StoreError) -> Int { try inner.deploy(deployment) }
    func deployments() throws(StoreError) -> [StoredDeployment] { try inner.deployments() }
    func scrub() throws(StoreError) { try inner.scrub() }
    func backup(to path: String) throws(StoreError) { try inner.backup(to: path) }
    func record(_ kind: String, _ key: String) throws(StoreError) -> Record? { try inner.record(kind, key) }
    func record(_ kind: String, scope: String, named name: String) throws(StoreError) -> Record? {
        try inner.record(kind, scope: scope, named: name)
    }
    func records(_ query: RecordQuery) throws(StoreError) -> [Record] { try inner.records(query) }
}
