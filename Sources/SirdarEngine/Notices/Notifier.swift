import Foundation
import JSON
package import Logging
package import SirdarCore
import SirdarJournal

/// Carries letters by one channel; a seam. It blocks, on a thread that does nothing else.
package protocol Postman: Sendable {
    var channel: Channel { get }
    func carry(_ letter: Letter) throws(PostTrouble)
}

/// Why a letter did not go, in words that name no secret.
package struct PostTrouble: Error, Sendable, Hashable {
    package let kind: Kind
    package let detail: String

    package enum Kind: Sendable, Hashable {
        /// Nobody is there to take any letter: the whole channel waits.
        case unreachable
        /// This letter, not now.
        case tryAgain
        /// This letter, never.
        case refused
    }

    package init(_ kind: Kind, _ detail: String) {
        self.kind = kind
        self.detail = detail
    }
}

/// Brings notices to people.
///
/// A notice is written with what it tells of. From there it goes into the mailbox of everybody whom it concerns, in
/// one commit that removes it; each channel's courier empties its mailboxes, and a letter is gone when that is
/// committed. So each is told at least once, whatever stops in between, and nothing else ever waits for it.
package final class Notifier: Sendable {
    let engine: Engine
    package let policy: NoticePolicy
    let writer: LetterWriter
    let log: Logger
    private let couriers: [Courier]
    private let queue = DispatchQueue(label: "sirdar.notices")
    private let state = Locked((isRunning: false, isRung: false))

    private static let pageMax = 50

    package init(
        engine: Engine,
        policy: NoticePolicy,
        postmen: [any Postman],
        writer: LetterWriter,
        log: Logger
    ) {
        self.engine = engine
        self.policy = policy
        self.writer = writer
        self.log = log
        couriers = postmen.map { Courier($0, engine: engine, policy: policy, writer: writer, log: log) }
    }

    package var seal: MuteSeal { writer.seal }

    /// How each channel does; `nil`: as it should.
    package var troubles: [(channel: Channel, trouble: String?)] { couriers.map { ($0.channel, $0.trouble) } }

    /// Begins to bring what there is. Notices are written from now on, so it runs before the engine does.
    package func run() {
        state.withLock { $0 = (true, false) }
        engine.bell.hang { [weak self] in self?.ring() }
        for courier in couriers { courier.run() }
        ring()
    }

    /// A notice to somebody that says that notices come through; to be written with who asked.
    package func trial(of person: Identifier) -> RecordChange {
        let id = person.description
        let notice = Notice(.trial, to: .person(id), about: .settings, title: "", place: "", at: engine.clock.now())
        return NoticeRecord(engine.identifiers.next(), notice, by: id).added
    }

    /// Notices were written by somebody else than the engine.
    package func rung() { ring() }

    package func stop() {
        state.withLock { $0.isRunning = false }
        for courier in couriers { courier.stop() }
        queue.sync {}
    }

    private func ring() {
        let rings = state.withLock { state in
            guard state.isRunning, !state.isRung else { return false }
            state.isRung = true
            return true
        }
        if rings { queue.async { self.distribute() } }
    }

    private func distribute() {
        state.withLock { $0.isRung = false }
        do {
            while state.withLock({ $0.isRunning }) {
                let found = try engine.store.records(RecordQuery(kind: NoticeRecord.kind, limit: Self.pageMax))
                guard !found.isEmpty else { break }
                for record in found { try distribute(record) }
            }
        } catch {
            log.error("notices could not be distributed: \(error)")
            engine.clock.wake(at: engine.clock.now().advanced(by: .seconds(5))) { [weak self] in self?.ring() }
        }
        for courier in couriers { courier.ring() }
    }

    /// Puts a notice into every mailbox that it belongs to.
    private func distribute(_ record: Record) throws {
        for _ in 0..<Self.attemptsMax {
            var commit = Commit()
            commit.records = [record.removed]
            if let found = NoticeRecord(record) { commit.records += try mailboxes(with: found) }
            // A courier may have just emptied one of the mailboxes.
            if try engine.store.isFirst(commit) { return }
        }
        throw StoreError.conflict
    }

    private static let attemptsMax = 20

    private func mailboxes(with found: NoticeRecord) throws -> [RecordChange] {
        var keys: [(channel: Channel, person: String?)] = []
        if policy.mail != nil {
            keys += try recipients(of: found).map { (.mail, $0.id.description) }
        }
        keys += policy.webhooks.filter { $0.wants(found.notice) }.map { (.webhook($0.name), nil) }
        return try keys.compactMap { channel, person in
            let record = try engine.store.record(Mailbox.kind, Mailbox.key(channel, person))
            var box = record.flatMap(Mailbox.init) ?? Mailbox(channel, person: person, at: engine.clock.now())
            box.put(found.notice, found.id)
            return box.change(from: record)
        }
    }

    /// Who gets mail of it: whom it is for, who has an address, and has not muted it.
    private func recipients(of found: NoticeRecord) throws -> [Person] {
        guard let mail = policy.mail else { return [] }
        let people = try audience(found.notice.audience).filter { person in
            !person.isDisabled && (person.id.description != found.by || found.notice.kind == .trial)
        }
        return try people.prefix(Self.recipientsMax).filter { person in
            let preference = NoticePreference(try engine.store.record(NoticePreference.kind, person.id.description))
            return !preference.muted.contains(found.notice.kind) && mail.address(of: person, preference) != nil
        }
    }

    private static let recipientsMax = 200

    private func audience(_ audience: Notice.Audience) throws -> [Person] {
        let people = People(engine.store)
        switch audience {
        case .person(let id):
            // Who is away is told as well: they may look, and who stands in acts.
            let standIn = try engine.roster.absences().standIn(for: id, at: engine.clock.now())
            return try Set([id, standIn ?? id]).compactMap { try Identifier($0).flatMap { try people.person($0) } }
        case .supervisors: return try people.everybody().filter { $0.roles.contains(.supervisor) && !$0.isService }
        case .workers(let queue, let skills):
            return try people.everybody().filter { person in
                !person.isService && person.worker.queues.contains(queue) && person.skills.isSuperset(of: skills)
            }
        }
    }
}

extension Store {
    /// Commits, and waits until it is durable; `false` when somebody else was first. Only on a thread that may wait for
    /// the store's.
    func isFirst(_ commit: Commit) throws(StoreError) -> Bool {
        let answer = Locked<Result<Void, StoreError>?>(nil)
        let done = DispatchSemaphore(value: 0)
        submit(commit) { result in
            answer.withLock { $0 = result }
            done.signal()
        }
        done.wait()
        guard let result = answer.withLock({ $0 }) else { preconditionFailure("a commit answers before it signals") }
        switch result {
        case .success: return true
        case .failure(.conflict): return false
        case .failure(let error): throw error
        }
    }
}
