package import SirdarCore
package import SirdarEngine
package import SirdarJournal

/// Stands between an engine and its store, counts commits, and can end the program's life right after one of them.
///
/// A commit after which the program is to stop is kept and never answered for: from then on nothing is written, and
/// every answer is that the store is not there.
package final class StoppingStore: Store {
    private struct State {
        var commits = 0
        var inFlight = 0
        var stopsAfter: Int?
        var isStopped = false
        var due: [String: DueStep] = [:]
    }

    package let store: any Store
    private let state: Locked<State>

    package init(_ store: any Store, commits: Int, stopsAfter: Int?) {
        self.store = store
        state = Locked(State(commits: commits, stopsAfter: stopsAfter))
    }

    private static let ended = StoreError.unavailable("the program has ended")

    package var commits: Int { state.withLock { $0.commits } }
    package var isStopped: Bool { state.withLock { $0.isStopped } }
    package var isIdle: Bool { state.withLock { $0.inFlight == 0 } }
    /// The steps that were made due, by the key of their call.
    package var due: [String: DueStep] { state.withLock { $0.due } }

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

    /// Looks until nothing moves any more; `false` when the program has ended before.
    ///
    /// The dispatcher looks again after a while at what it left; that while is the clock's, so now and then some of it
    /// passes.
    package func settles(_ clock: ManualClock, where isQuiet: () throws -> Bool) throws -> Bool {
        var looks = 0
        return try eventually { () -> Bool? in
            if isStopped { return false }
            looks += 1
            if looks.isMultiple(of: Self.looksPerTick) { clock.advance(by: Interval(milliseconds: 250)) }
            return try isQuiet() ? true : nil
        }
    }

    private static let looksPerTick = 400

    // MARK: Writing

    package func submit(_ commit: Commit, then: @escaping @Sendable (Result<Void, StoreError>) -> Void) {
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

    package func claimWork(_ claim: WorkClaim, then: @escaping @Sendable (Result<[DueStep], StoreError>) -> Void) {
        guard begin() else { return then(.failure(Self.ended)) }
        store.claimWork(claim) { result in
            let isLost = self.isLost(((try? result.get()) ?? []).isEmpty == false)
            then(isLost ? .failure(Self.ended) : result)
            self.end()
        }
    }

    package func renewLeases(_ work: [WorkID], _ lease: Lease) throws(StoreError) -> [WorkID] {
        try read { () throws(StoreError) in try store.renewLeases(work, lease) }
    }

    package func deploy(_ deployment: Deployment) throws(StoreError) -> Int {
        try read { () throws(StoreError) in try store.deploy(deployment) }
    }

    // MARK: Reading

    package func dueTimers(at now: Timestamp, limit: Int) throws(StoreError) -> [DueTimer] {
        try read { () throws(StoreError) in try store.dueTimers(at: now, limit: limit) }
    }

    package func nextDue() throws(StoreError) -> Timestamp? {
        try read { () throws(StoreError) in try store.nextDue() }
    }

    package func instance(_ id: Identifier) throws(StoreError) -> Instance? {
        try read { () throws(StoreError) in try store.instance(id) }
    }

    package func child(of parent: Instance.Parent) throws(StoreError) -> Identifier? {
        try read { () throws(StoreError) in try store.child(of: parent) }
    }

    package func instances(_ query: InstanceQuery) throws(StoreError) -> [InstanceSummary] {
        try read { () throws(StoreError) in try store.instances(query) }
    }

    package func work(of instance: Identifier) throws(StoreError) -> [HeldWork] {
        try read { () throws(StoreError) in try store.work(of: instance) }
    }

    package func workflowCounts() throws(StoreError) -> [WorkflowCount] {
        try read { () throws(StoreError) in try store.workflowCounts() }
    }

    package func task(_ id: Identifier) throws(StoreError) -> ManualTask? {
        try read { () throws(StoreError) in try store.task(id) }
    }

    package func instance(ofTask id: Identifier) throws(StoreError) -> Identifier? {
        try read { () throws(StoreError) in try store.instance(ofTask: id) }
    }

    package func tasks(_ query: TaskQuery) throws(StoreError) -> [ManualTask] {
        try read { () throws(StoreError) in try store.tasks(query) }
    }

    package func nextTask(_ query: NextTaskQuery) throws(StoreError) -> ManualTask? {
        try read { () throws(StoreError) in try store.nextTask(query) }
    }

    package func queueCounts() throws(StoreError) -> [QueueCount] {
        try read { () throws(StoreError) in try store.queueCounts() }
    }

    package func hours(_ query: HoursQuery) throws(StoreError) -> [HoursLine] {
        try read { () throws(StoreError) in try store.hours(query) }
    }

    package func entries(_ query: EntryQuery) throws(StoreError) -> [StoredEntry] {
        try read { () throws(StoreError) in try store.entries(query) }
    }

    package func events(_ query: EventQuery) throws(StoreError) -> [StoredEvent] {
        try read { () throws(StoreError) in try store.events(query) }
    }

    package func listeningForms(topic: String) throws(StoreError) -> [String] {
        try read { () throws(StoreError) in try store.listeningForms(topic: topic) }
    }

    package func listeners(_ query: ListenerQuery) throws(StoreError) -> [Identifier] {
        try read { () throws(StoreError) in try store.listeners(query) }
    }

    package func tile(_ place: Tile.Place) throws(StoreError) -> Tile {
        try read { () throws(StoreError) in try store.tile(place) }
    }

    package func checkpoints(_ query: CheckpointQuery) throws(StoreError) -> [StoredCheckpoint] {
        try read { () throws(StoreError) in try store.checkpoints(query) }
    }

    package func scrub() throws(StoreError) { try read { () throws(StoreError) in try store.scrub() } }

    package func examine() throws(StoreError) -> [Finding] {
        try read { () throws(StoreError) in try store.examine() }
    }

    package func deployments() throws(StoreError) -> [StoredDeployment] {
        try read { () throws(StoreError) in try store.deployments() }
    }

    package func record(_ kind: String, _ key: String) throws(StoreError) -> Record? {
        try read { () throws(StoreError) in try store.record(kind, key) }
    }

    package func record(_ kind: String, scope: String, named name: String) throws(StoreError) -> Record? {
        try read { () throws(StoreError) in try store.record(kind, scope: scope, named: name) }
    }

    package func records(_ query: RecordQuery) throws(StoreError) -> [Record] {
        try read { () throws(StoreError) in try store.records(query) }
    }

    package func backup(to path: String) throws(StoreError) {
        try read { () throws(StoreError) in try store.backup(to: path) }
    }
}
