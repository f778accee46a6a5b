import Foundation
import GRDB
import GRDBSQLite
import SirdarCore
import SirdarEngine
import SirdarJournal

/// The one writer: takes what was submitted in order, puts as much of it as there is into one transaction, and
/// acknowledges all of it once that transaction is on the disk.
final class Writer: Sendable {
    enum Request: Sendable {
        case commit(Commit, @Sendable (Result<Void, StoreError>) -> Void)
        case claim(WorkClaim, @Sendable (Result<[DueStep], StoreError>) -> Void)
    }

    private struct State {
        var pending: [Request] = []
        var isDraining = false
        /// Groups that are written and on their way to being told.
        var untold = 0
        /// How many the last group had.
        var lastCount = 0

        /// So little comes that waiting for more gains nothing.
        var isQuiet: Bool { lastCount <= Writer.fewMax && untold == 0 }

        mutating func take(_ countMax: Int) -> [Request] {
            let taken = Array(pending.prefix(countMax))
            pending.removeFirst(taken.count)
            return taken
        }
    }

    static let groupMax = 1000
    private static let fewMax = 4

    private let pool: DatabasePool
    private let state = Locked(State())
    private let queue = DispatchQueue(label: "sirdar.writer")
    /// Acknowledgements run here, so that they do not hold up the next group.
    private let acknowledging = DispatchQueue(label: "sirdar.acknowledging")
    private let transaction: Locked<WriteTransaction>

    init(pool: DatabasePool) throws {
        self.pool = pool
        transaction = Locked(
            try pool.writeWithoutTransaction { database in
                guard let connection = database.sqliteConnection else { throw StoreError.unavailable("not open") }
                return try WriteTransaction(connection: connection)
            }
        )
    }

    deinit { transaction.withLock { $0.finalize() } }

    /// Hands in a request. `here`: the caller may be kept for one sync. As long as little comes, it writes by itself
    /// when nobody else does: waking the writer's thread, and then another to go on with, takes as long as a good
    /// part of a sync. When much comes, the time that it takes to wake the writer is what fills its group.
    func submit(_ request: Request, here: Bool = false) {
        let (drains, isQuiet) = state.withLock { state in
            state.pending.append(request)
            defer { state.isDraining = true }
            return (!state.isDraining, state.isQuiet)
        }
        guard drains else { return }
        if here, isQuiet { drainOnce() } else { queue.async { self.drain() } }
    }

    /// Steps that were in the hands of the process that had this file before: it is gone, and they are due again.
    func releaseLeases() throws {
        try pool.write { database in
            try database.execute(
                sql: "UPDATE due_step SET owner = NULL, leased_until = NULL WHERE owner IS NOT NULL"
            )
        }
    }

    private func drain() {
        while true {
            let first = state.withLock { state -> [Request] in
                let group = state.take(Self.groupMax)
                if group.isEmpty { state.isDraining = false }
                return group
            }
            if first.isEmpty { return }
            acknowledge(write(first))
        }
    }

    /// Writes one group on the caller's thread. What comes meanwhile is the writer's own thread's, so that the caller
    /// is not kept for others.
    private func drainOnce() {
        acknowledge(write(state.withLock { $0.take(Self.groupMax) }))
        let isMore = state.withLock { state in
            state.isDraining = !state.pending.isEmpty
            return state.isDraining
        }
        if isMore { queue.async { self.drain() } }
    }

    /// Tells everybody, in the order of their submission. A few are told at once, unless others wait to be written or
    /// to be told: that saves a change of threads.
    private func acknowledge(_ acknowledgements: [@Sendable () -> Void]) {
        let isAtOnce = state.withLock { state in
            let isAtOnce =
                acknowledgements.count <= Self.fewMax && state.pending.isEmpty && state.untold == 0
            if !isAtOnce { state.untold += 1 }
            state.lastCount = acknowledgements.count
            return isAtOnce
        }
        if isAtOnce {
            for acknowledge in acknowledgements { acknowledge() }
        } else {
            acknowledging.async {
                for acknowledge in acknowledgements { acknowledge() }
                self.state.withLock { $0.untold -= 1 }
            }
        }
    }

    /// Writes a group, with whoever comes before its sync begins, and answers what to say to each of its members.
    private func write(_ first: [Request]) -> [@Sendable () -> Void] {
        var group = Group(first)
        do {
            try pool.writeWithoutTransaction { (_: Database) throws in
                transaction.withLock { transaction in
                    while !write(&group, &transaction) {}
                }
            }
        } catch {
            group.fail(.unavailable(String(describing: error)))
        }
        return group.acknowledgements
    }

    /// One try at the whole group. When a member fails after it has written something, nothing of the group stays, the
    /// member is out, and the others are written again: `false`.
    private func write(_ group: inout Group, _ transaction: inout WriteTransaction) -> Bool {
        do throws(WriteFailure) {
            try transaction.begin()
            var next = 0
            while true {
                if next == group.count {
                    let room = Self.groupMax - group.count
                    group.add(state.withLock { $0.take(room) })
                }
                if next == group.count { break }
                defer { next += 1 }
                guard group.isHopeful(next) else { continue }
                do throws(WriteFailure) {
                    group.answer(next, try transaction.write(group[next]))
                } catch {
                    group.answer(next, .failed(error.storeError))
                    if case .fatal = error.extent { throw error }
                    guard case .whole = error.extent else { continue }
                    try transaction.rollback()
                    return false
                }
            }
            try transaction.commit()
            return true
        } catch {
            // The disk is full or broken: nothing of this group is kept, and everyone is told.
            transaction.abandon()
            group.fail(error.storeError)
            return true
        }
    }

    enum Answer {
        case written
        case claimed([DueStep])
        case failed(StoreError)
    }

    /// What shares a sync, and what became of each.
    private struct Group {
        private var requests: [Request]
        private var answers: [Answer?]

        init(_ requests: [Request]) {
            self.requests = requests
            answers = Array(repeating: nil, count: requests.count)
        }

        var count: Int { requests.count }

        subscript(index: Int) -> Request { requests[index] }

        mutating func add(_ more: [Request]) {
            requests += more
            answers += Array(repeating: nil, count: more.count)
        }

        func isHopeful(_ index: Int) -> Bool {
            if case .failed? = answers[index] { false } else { true }
        }

        mutating func answer(_ index: Int, _ answer: Answer) {
            answers[index] = answer
            if case .failed = answer { requests[index].handle?.lose() }
        }

        /// Nothing of it was written.
        mutating func fail(_ error: StoreError) {
            for index in requests.indices where isHopeful(index) { answer(index, .failed(error)) }
        }

        var acknowledgements: [@Sendable () -> Void] {
            zip(requests, answers).map { $0.acknowledgement($1 ?? .failed(.conflict)) }
        }
    }
}

extension Writer.Request {
    fileprivate var handle: Commit.Handle? {
        if case .commit(let commit, _) = self { commit.handle } else { nil }
    }

    fileprivate func acknowledgement(_ answer: Writer.Answer) -> @Sendable () -> Void {
        switch (self, answer) {
        case (.commit(_, let then), .written): { then(.success(())) }
        case (.commit(_, let then), .failed(let error)): { then(.failure(error)) }
        case (.claim(_, let then), .claimed(let steps)): { then(.success(steps)) }
        case (.claim(_, let then), .failed(let error)): { then(.failure(error)) }
        case (.commit, .claimed), (.claim, .written): preconditionFailure("an answer is of its request's kind")
        }
    }
}
