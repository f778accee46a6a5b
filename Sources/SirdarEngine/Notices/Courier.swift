import Foundation
import JSON
import Logging
import SirdarCore
import SirdarJournal

/// Empties the mailboxes of one channel, one letter after the other, on a thread of its own.
///
/// Whoever cannot be reached waits longer each time, and nobody waits for them; when the channel itself is down, it is
/// tried with one letter. What cannot be delivered in days, or never, is given up, which is kept for people to see.
final class Courier: Sendable {
    private let postman: any Postman
    private let engine: Engine
    private let policy: NoticePolicy
    private let writer: LetterWriter
    private let log: Logger
    private let queue: DispatchQueue
    private let state = Locked(State())

    private struct State {
        var isRunning = false
        var isRung = false
        var wakeAt = Timestamp.distantFuture
        /// The channel is down: not before.
        var pausedUntil: Timestamp?
        var failures = 0
        var trouble: String?
    }

    init(_ postman: any Postman, engine: Engine, policy: NoticePolicy, writer: LetterWriter, log: Logger) {
        self.postman = postman
        self.engine = engine
        self.policy = policy
        self.writer = writer
        self.log = log
        queue = DispatchQueue(label: "sirdar.courier.\(postman.channel)")
    }

    var channel: Channel { postman.channel }
    var trouble: String? { state.withLock { $0.trouble } }

    func run() { state.withLock { $0.isRunning = true } }

    func stop() {
        state.withLock { $0.isRunning = false }
        queue.sync {}
    }

    func ring() {
        let rings = state.withLock { state in
            guard state.isRunning, !state.isRung else { return false }
            state.isRung = true
            return true
        }
        if rings { queue.async { self.work() } }
    }

    private func wake(at moment: Timestamp) {
        let isEarlier = state.withLock { state in
            guard moment < state.wakeAt else { return false }
            state.wakeAt = moment
            return true
        }
        guard isEarlier else { return }
        engine.clock.wake(at: moment) { [weak self] in
            self?.state.withLock { state in if state.wakeAt <= moment { state.wakeAt = .distantFuture } }
            self?.ring()
        }
    }

    private func work() {
        let now = engine.clock.now()
        let pausedUntil = state.withLock { state in
            state.isRung = false
            return state.pausedUntil
        }
        if let pausedUntil, now < pausedUntil { return wake(at: pausedUntil) }
        do {
            let query = RecordQuery(kind: Mailbox.kind, scope: channel.description, limit: RecordQuery.limitMax)
            var next = Timestamp.distantFuture
            for record in try engine.store.records(query) {
                guard state.withLock({ $0.isRunning }) else { return }
                guard let box = Mailbox(record), !box.notices.isEmpty else { continue }
                guard box.nextAt <= now else {
                    next = min(next, box.nextAt)
                    continue
                }
                guard let after = try send(box, record, now) else { return }
                next = min(next, after)
            }
            if next < .distantFuture { wake(at: next) }
        } catch {
            log.error("letters could not be sent: \(error)", metadata: ["channel": "\(channel)"])
            wake(at: now.advanced(by: .seconds(5)))
        }
    }

    /// Sends one letter; answers when its mailbox is looked at again, or `nil` when the whole channel waits.
    private func send(_ box: Mailbox, _ record: Record, _ now: Timestamp) throws -> Timestamp? {
        guard let address = try address(of: box) else {
            try giveUp(box, "There is no address to send it to any more.", now)
            return .distantFuture
        }
        let letter = writer.letter(box, to: address, version: record.version, at: now)
        do throws(PostTrouble) { try postman.carry(letter) } catch {
            return try failed(box, error, now)
        }
        state.withLock { state in (state.failures, state.pausedUntil, state.trouble) = (0, nil, nil) }
        let next = now.advanced(by: digest)
        try change(box.key) { $0.sent(box.notices, droppedToo: box.dropped, at: now, next: next) }
        return next
    }

    private func failed(_ box: Mailbox, _ trouble: PostTrouble, _ now: Timestamp) throws -> Timestamp? {
        log.warning("a letter did not go: \(trouble.detail)", metadata: ["channel": "\(channel)"])
        let oldest = box.notices.map(\.notice.at).min() ?? now
        if trouble.kind == .refused || now.since(oldest) > policy.giveUpAfter {
            try giveUp(box, trouble.detail, now)
            return .distantFuture
        }
        let next = now.advanced(by: Self.pause(after: box.attempts + 1))
        try change(box.key) { $0.failed(trouble.detail, next: next) }
        guard trouble.kind == .unreachable else { return next }
        let pause = state.withLock { state in
            state.failures += 1
            let until = now.advanced(by: Self.pause(after: state.failures))
            (state.pausedUntil, state.trouble) = (until, trouble.detail)
            return until
        }
        wake(at: pause)
        return nil
    }

    /// How long to wait after so many failures in a row.
    private static func pause(after failures: Int) -> Interval {
        let steps: [Interval] = [
            .seconds(15), .minutes(1), .minutes(5), .minutes(15), .hours(1), .hours(4), .hours(12),
        ]
        return steps[min(max(failures, 1), steps.count) - 1]
    }

    private var digest: Interval {
        switch channel {
        case .mail: policy.digest
        case .webhook(let name): policy.webhooks.first { $0.name == name }?.digest ?? policy.digest
        }
    }

    private func address(of box: Mailbox) throws -> String? {
        switch box.channel {
        case .webhook(let name): return name
        case .mail:
            guard let id = box.person.flatMap({ Identifier($0) }), let person = try People(engine.store).person(id),
                !person.isDisabled
            else { return nil }
            let record = try engine.store.record(NoticePreference.kind, id.description)
            return policy.mail?.address(of: person, NoticePreference(record))
        }
    }

    /// Changes a mailbox as it is now: more may have come into it meanwhile.
    private func change(_ key: String, _ body: (inout Mailbox) -> Void) throws {
        for _ in 0..<Self.attemptsMax {
            guard let record = try engine.store.record(Mailbox.kind, key), var box = Mailbox(record) else { return }
            body(&box)
            var commit = Commit()
            commit.records = [box.change(from: record)]
            if try engine.store.isFirst(commit) { return }
        }
        throw StoreError.conflict
    }

    private static let attemptsMax = 20

    private func giveUp(_ box: Mailbox, _ why: String, _ now: Timestamp) throws {
        log.error("a letter was given up: \(why)", metadata: ["channel": "\(channel)"])
        let id = engine.identifiers.next()
        for _ in 0..<Self.attemptsMax {
            guard let record = try engine.store.record(Mailbox.kind, box.key), var current = Mailbox(record) else {
                return
            }
            current.sent(box.notices, droppedToo: box.dropped, at: box.sentAt ?? now, next: now)
            var commit = Commit()
            let kept = try engine.store.records(RecordQuery(kind: Undelivered.kind, limit: Undelivered.countMax))
            if kept.count >= Undelivered.countMax, let oldest = kept.first { commit.records.append(oldest.removed) }
            commit.records += [current.change(from: record), Undelivered(id, box, problem: why, at: now).added]
            commit.entries = [entry(id, box, now).sealed(nonce: [])]
            if try engine.store.isFirst(commit) { return }
        }
        throw StoreError.conflict
    }

    private func entry(_ id: Identifier, _ box: Mailbox, _ now: Timestamp) -> Entry {
        var detail: JSON.Object = [
            "channel": .string(channel.description),
            "notices": .number(JSON.Number(box.notices.count + box.dropped)),
        ]
        detail["person"] = box.person.map(JSON.string)
        return Entry(
            at: now,
            actor: .system("notifier"),
            channel: .timer,
            action: "letter.undelivered",
            object: .init(kind: "letter", id: id),
            detail: .object(detail)
        )
    }
}
