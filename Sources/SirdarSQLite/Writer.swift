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
    }

    static let groupMax = 1000
    private static let toldAtOnceMax = 4

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
            })
    }

    deinit { transaction.withLock { $0.finalize() } }

    func submit(_ request: Request) {
        let drains = state.withLock { state in
            state.pending.append(request)
            defer { state.isDraining = true }
            return !state.isDraining
        }
        if drains { queue.async { self.drain() } }
    }

    /// Steps that were in the hands of the process that had this file before: it is gone, and they are due again.
    func releaseLeases() throws {
        try pool.write { database in
            try database.execute(
                sql: "UPDATE due_step SET owner = NULL, leased_until = NULL WHERE owner IS NOT NULL")
        }
    }

    private func drain() {
        while true {
            let group = state.withLock { state -> [Request] in
                let group = Array(state.pending.prefix(Self.groupMax))
                state.pending.removeFirst(group.count)
                if group.isEmpty { state.isDraining = false }
                return group
            }
            if group.isEmpty { return }
            let acknowledgements = write(group)
            // A few are told at once, unless others wait to be written: that saves a change of threads.
            if group.count <= Self.toldAtOnceMax, state.withLock({ $0.pending.isEmpty }) {
                for acknowledge in acknowledgements { acknowledge() }
            } else {
                acknowledging.async { for acknowledge in acknowledgements { acknowledge() } }
            }
        }
    }

    /// Writes a group, and answers what to say to each of its members.
    private func write(_ group: [Request]) -> [@Sendable () -> Void] {
        do {
            return try pool.writeWithoutTransaction { (_: Database) throws in
                transaction.withLock { transaction in
                    var answers = [Answer?](repeating: nil, count: group.count)
                    while !Self.write(group, &answers, &transaction) {}
                    return zip(group, answers).map { $0.acknowledgement($1 ?? .failed(.conflict)) }
                }
            }
        } catch {
            return group.map { $0.acknowledgement(.failed(.unavailable(String(describing: error)))) }
        }
    }

    enum Answer {
        case written
        case claimed([DueStep])
        case failed(StoreError)
    }

    /// One try at the whole group. When a member fails after it has written something, nothing of the group stays, the
    /// member is out, and the others are written again: `false`.
    private static func write(
        _ group: [Request],
        _ answers: inout [Answer?],
        _ transaction: inout WriteTransaction
    ) -> Bool {
        do throws(WriteFailure) {
            try transaction.begin()
            for (index, request) in group.enumerated() {
                if case .failed? = answers[index] { continue }
                do throws(WriteFailure) {
                    answers[index] = try transaction.write(request)
                } catch {
                    answers[index] = .failed(error.storeError)
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
            for index in answers.indices {
                if case .failed? = answers[index] { continue }
                answers[index] = .failed(error.storeError)
            }
            return true
        }
    }
}

extension Writer.Request {
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
