import JSON
import SirdarCore
import SirdarEngine
import SirdarJournal

/// Stands between an engine and its store, counts commits, and can end the program's life right after one of them.
///
/// A commit after which the program is to stop is kept and never answered for: from then on nothing is written, and
/// every answer is that the store is not there.
final class StoppingStore: Store {
    private struct State {
        var commits = 0
        var inFlight = 0
        var stopsAfter: Int?
        var isStopped = false
        var due: [String: DueStep] = [:]
    }

    let store: any Store
    private let state: Locked<State>

    init(_ store: any Store, commits: Int, stopsAfter: Int?) {
        self.store = store
        state = Locked(State(commits: commits, stopsAfter: stopsAfter))
    }

    private static let ended = StoreError.unavailable("the program has ended")

    var commits: Int { state.withLock { $0.commits } }
    var isStopped: Bool { state.withLock { $0.isStopped } }
    var isIdle: Bool { state.withLock { $0.inFlight == 0 } }
    /// The steps that were made due, by the key of their call.
    var due: [String: DueStep] { state.withLock { $0.due } }

    /// Counts a commit once it is durable; `true` when the program is not there any more to hear of it.
    private func isLost(_ isDurable: Bool) -> Bool {
        state.withLock { state in
            guard !state.isStopped else { return true }
            if isDurable { state.commits += 1 }
            state.isStopped = isDurable && state.commits == state.stopsAfter
            return state.isStopped
        }
    }

    private func begin() -> Bool {
        state.withLock { state in
            if !state.isStopped { state.inFlight += 1 }
            return !state.isStopped
        }
    }

    private func end() { state.withLock { $0.inFlight -= 1 } }

    private func read<Value>(_ body: () throws(StoreError) -> Value) throws(StoreError) -> Value {
        guard !isStopped else { throw Self.ended }
        return try body()
    }

    // MARK: Writing

    func submit(_ commit: Commit, then: @escaping @Sendable (Result<Void, StoreError>) -> Void) {
        guard begin() else { return then(.failure(Self.ended)) }
        state.withLock { state in
            for case .insert(let step, lease: _) in commit.work { state.due[step.key] = step }
        }
        store.submit(commit) { result in
            let isLost = self.isLost((try? result.get()) != nil)
            then(isLost ? .failure(Self.ended) : result)
            self.end()
        }
    }

    func claimWork(_ claim: WorkClaim, then: @escaping @Sendable (Result<[DueStep], StoreError>) -> Void) {
        guard begin() else { return then(.failure(Self.ended)) }
        store.claimWork(claim) { result in
            let isLost = self.isLost(((try? result.get()) ?? []).isEmpty == false)
            then(isLost ? .failure(Self.ended) : result)
            self.end()
        }
    }

    func renewLeases(_ work: [WorkID], _ lease: Lease) throws(StoreError) -> [WorkID] {
        try read { () throws(StoreError) in try store.renewLeases(work, lease) }
    }

    func deploy(_ deployment: Deployment) throws(StoreError) -> Int {
        try read { () throws(StoreError) in try store.deploy(deployment) }
    }

    // MARK: Reading

    func dueTimers(at now: Timestamp, limit: Int) throws(StoreError) -> [DueTimer] {
        try read { () throws(StoreError) in try store.dueTimers(at: now, limit: limit) }
    }

    func nextDue() throws(StoreError) -> Timestamp? { try read { () throws(StoreError) in try store.nextDue() } }

    func instance(_ id: Identifier) throws(StoreError) -> Instance? {
        try read { () throws(StoreError) in try store.instance(id) }
    }

    func child(of parent: Instance.Parent) throws(StoreError) -> Identifier? {
        try read { () throws(StoreError) in try store.child(of: parent) }
    }

    func instances(_ query: InstanceQuery) throws(StoreError) -> [InstanceSummary] {
        try read { () throws(StoreError) in try store.instances(query) }
    }

    func work(of instance: Identifier) throws(StoreError) -> [HeldWork] {
        try read { () throws(StoreError) in try store.work(of: instance) }
    }

    func task(_ id: Identifier) throws(StoreError) -> ManualTask? {
        try read { () throws(StoreError) in try store.task(id) }
    }

    func instance(ofTask id: Identifier) throws(StoreError) -> Identifier? {
        try read { () throws(StoreError) in try store.instance(ofTask: id) }
    }

    func tasks(_ query: TaskQuery) throws(StoreError) -> [ManualTask] {
        try read { () throws(StoreError) in try store.tasks(query) }
    }

    func nextTask(_ query: NextTaskQuery) throws(StoreError) -> ManualTask? {
        try read { () throws(StoreError) in try store.nextTask(query) }
    }

    func queueCounts() throws(StoreError) -> [QueueCount] {
        try read { () throws(StoreError) in try store.queueCounts() }
    }

    func entries(_ query: EntryQuery) throws(StoreError) -> [StoredEntry] {
        try read { () throws(StoreError) in try store.entries(query) }
    }

    func events(_ query: EventQuery) throws(StoreError) -> [StoredEvent] {
        try read { () throws(StoreError) in try store.events(query) }
    }

    func listeningForms(topic: String) throws(StoreError) -> [String] {
        try read { () throws(StoreError) in try store.listeningForms(topic: topic) }
    }

    func listeners(_ query: ListenerQuery) throws(StoreError) -> [Identifier] {
        try read { () throws(StoreError) in try store.listeners(query) }
    }

    func tile(_ place: Tile.Place) throws(StoreError) -> Tile {
        try read { () throws(StoreError) in try store.tile(place) }
    }

    func checkpoints(_ query: CheckpointQuery) throws(StoreError) -> [StoredCheckpoint] {
        try read { () throws(StoreError) in try store.checkpoints(query) }
    }

    func examine() throws(StoreError) -> [Finding] {
        try read { () throws(StoreError) in try store.examine() }
    }

    func deployments() throws(StoreError) -> [StoredDeployment] {
        try read { () throws(StoreError) in try store.deployments() }
    }

    func record(_ kind: String, _ key: String) throws(StoreError) -> Record? {
        try read { () throws(StoreError) in try store.record(kind, key) }
    }

    func record(_ kind: String, scope: String, named name: String) throws(StoreError) -> Record? {
        try read { () throws(StoreError) in try store.record(kind, scope: scope, named: name) }
    }

    func records(_ query: RecordQuery) throws(StoreError) -> [Record] {
        try read { () throws(StoreError) in try store.records(query) }
    }

    func backup(to path: String) throws(StoreError) {
        try read { () throws(StoreError) in try store.backup(to: path) }
    }
}
