import JSON
import SirdarCore
import SirdarEngine
import SirdarTestKit

/// A store whose process dies with one of its commits: from then on nothing is written, read or answered.
final class MortalStore: Store {
    enum Death: Sendable {
        /// The commit is durable, and nobody is told.
        case afterCommit(Int)
        /// The commit is lost.
        case beforeCommit(Int)
        case never
    }

    private struct State {
        var commits = 0
        var isDead = false
    }

    private let inner: any Store
    private let death: Death
    private let state = Locked(State())

    init(_ inner: any Store, dies death: Death) {
        self.inner = inner
        self.death = death
    }

    var commits: Int { state.withLock { $0.commits } }
    /// Whether it is dead, and what it took with it is on the disk.
    let died = Locked(false)

    private enum Fate { case lives, last, lost, dead }

    func submit(_ commit: Commit, then: @escaping @Sendable (Result<Void, StoreError>) -> Void) {
        let fate: Fate = state.withLock { state in
            guard !state.isDead else { return .dead }
            state.commits += 1
            switch death {
            case .afterCommit(state.commits):
                state.isDead = true
                return .last
            case .beforeCommit(state.commits):
                state.isDead = true
                return .lost
            case .afterCommit, .beforeCommit, .never: return .lives
            }
        }
        switch fate {
        case .lives: inner.submit(commit, then: then)
        case .last: inner.submit(commit) { _ in self.died.withLock { $0 = true } }
        case .lost: died.withLock { $0 = true }
        case .dead: break
        }
    }

    func claimWork(_ claim: WorkClaim, then: @escaping @Sendable (Result<[DueStep], StoreError>) -> Void) {
        guard !state.withLock({ $0.isDead }) else { return }
        inner.claimWork(claim, then: then)
    }

    private func alive() throws(StoreError) -> any Store {
        if state.withLock({ $0.isDead }) { throw .unavailable("dead") }
        return inner
    }

    func renewLeases(_ work: [WorkID], _ lease: Lease) throws(StoreError) -> [WorkID] {
        try alive().renewLeases(work, lease)
    }
    func dueTimers(at now: Timestamp, limit: Int) throws(StoreError) -> [DueTimer] {
        try alive().dueTimers(at: now, limit: limit)
    }
    func nextDue() throws(StoreError) -> Timestamp? { try alive().nextDue() }
    func instance(_ id: Identifier) throws(StoreError) -> Instance? { try alive().instance(id) }
    func child(of parent: Instance.Parent) throws(StoreError) -> Identifier? { try alive().child(of: parent) }
    func instances(_ query: InstanceQuery) throws(StoreError) -> [InstanceSummary] { try alive().instances(query) }
    func work(of instance: Identifier) throws(StoreError) -> [HeldWork] { try alive().work(of: instance) }
    func task(_ id: Identifier) throws(StoreError) -> ManualTask? { try alive().task(id) }
    func instance(ofTask id: Identifier) throws(StoreError) -> Identifier? { try alive().instance(ofTask: id) }
    func tasks(_ query: TaskQuery) throws(StoreError) -> [ManualTask] { try alive().tasks(query) }
    func nextTask(_ query: NextTaskQuery) throws(StoreError) -> ManualTask? { try alive().nextTask(query) }
    func queueCounts() throws(StoreError) -> [QueueCount] { try alive().queueCounts() }
    func entries(_ query: EntryQuery) throws(StoreError) -> [StoredEntry] { try alive().entries(query) }
    func events(_ query: EventQuery) throws(StoreError) -> [StoredEvent] { try alive().events(query) }
    func listeningForms(topic: String) throws(StoreError) -> [String] { try alive().listeningForms(topic: topic) }
    func listeners(_ query: ListenerQuery) throws(StoreError) -> [Identifier] { try alive().listeners(query) }
    func deploy(_ deployment: Deployment) throws(StoreError) -> Int { try alive().deploy(deployment) }
    func deployments() throws(StoreError) -> [StoredDeployment] { try alive().deployments() }
    func backup(to path: String) throws(StoreError) { try alive().backup(to: path) }
    func record(_ kind: String, _ key: String) throws(StoreError) -> Record? { try alive().record(kind, key) }
    func record(_ kind: String, scope: String, named name: String) throws(StoreError) -> Record? {
        try alive().record(kind, scope: scope, named: name)
    }
    func records(_ query: RecordQuery) throws(StoreError) -> [Record] { try alive().records(query) }
}
