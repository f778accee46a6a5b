import Foundation
import JSON
package import Logging
package import SirdarCore
package import SirdarJournal

/// Adds committed entries to the tree over the journal, and signs what it has come to: each minute, after a thousand
/// entries, and at the end.
///
/// It follows the commits and holds none of them up. Before each signature it checks that the tree continues the last
/// checkpoint and what was kept elsewhere; where it does not, nothing is signed any more, and it says so: a journal
/// that was changed must not get a fresh signature. One sealer at a time: the store refuses the second.
package final class Sealer: Sendable {
    package struct Settings: Sendable {
        package var every = Interval.minutes(1)
        package var entriesMax = 1000
        /// Entries between two checkpoints where many wait.
        package var stepMax: Int64 = 50_000

        package init() {}
    }

    /// How far the journal is sealed.
    package enum Status: Sendable, Hashable {
        /// Nothing was looked at yet.
        case starting
        case sealed(StoredCheckpoint?)
        case refused(SealRefusal)
        /// The store did not answer, or did not take it; it is tried again.
        case failed(String)
    }

    package typealias Answer = @Sendable (Status) -> Void

    private struct State {
        var status = Status.starting
        var isRunning = false
        var unsealed = 0
        var waiting: [Answer] = []
        var isSealing = false
    }

    package let signer: NoteSigner
    private let engine: Engine
    private let anchors: [any Anchor]
    private let settings: Settings
    private let log: Logger
    private let queue = DispatchQueue(label: "sirdar.sealer")
    private let state = Locked(State())

    package init(
        engine: Engine,
        signer: NoteSigner,
        anchors: [any Anchor],
        settings: Settings = Settings(),
        log: Logger
    ) {
        self.engine = engine
        self.signer = signer
        self.anchors = anchors
        self.settings = settings
        self.log = log
    }

    package var status: Status { state.withLock { $0.status } }
    package var anchorNames: [String] { anchors.map(\.name) }

    /// The checkpoints that were kept last, one of each anchor that can be asked.
    package func anchored() throws -> [String] { try anchors.compactMap { try $0.latest() } }

    /// Begins to follow the commits.
    package func run() {
        state.withLock { $0.isRunning = true }
        engine.follow { [weak self] count in self?.committed(count) }
        tick()
    }

    /// Seals what there is, and ends.
    package func stop() {
        state.withLock { $0.isRunning = false }
        let done = DispatchSemaphore(value: 0)
        seal { _ in done.signal() }
        _ = done.wait(timeout: .now() + .seconds(10))
    }

    private func tick() {
        guard state.withLock({ $0.isRunning }) else { return }
        seal { _ in }
        engine.clock.wake(at: engine.clock.now().advanced(by: settings.every)) { [weak self] in self?.tick() }
    }

    private func committed(_ count: Int) {
        let isMany = state.withLock { state in
            state.unsealed += count
            guard state.unsealed >= settings.entriesMax, state.isRunning else { return false }
            state.unsealed = 0
            return true
        }
        if isMany { seal { _ in } }
    }

    // MARK: Sealing

    /// Seals what was committed before this call; `then` is told how far the journal is sealed afterwards.
    package func seal(then: @escaping Answer) {
        let begins = state.withLock { state in
            state.waiting.append(then)
            defer { state.isSealing = true }
            return !state.isSealing
        }
        if begins { queue.async { self.round() } }
    }

    /// One look at everything that was committed; whoever asks meanwhile is answered by another.
    private func round() {
        let answers = state.withLock { state in
            defer { state.waiting = [] }
            state.unsealed = 0
            return state.waiting
        }
        step { status in
            let isNew = self.state.withLock { state in
                defer { state.status = status }
                return state.status != status
            }
            if isNew { self.tell(status) }
            for answer in answers { answer(status) }
            let again = self.state.withLock { state in
                state.isSealing = !state.waiting.isEmpty
                return state.isSealing
            }
            if again { self.queue.async { self.round() } }
        }
    }

    private func step(_ then: @escaping Answer) {
        let made: (seal: SealWrite, isLast: Bool)?
        let last: StoredCheckpoint?
        do {
            let ground = try Sealing(engine.store, signer.key, anchors)
            last = ground.last
            made = try ground.next(by: signer, at: engine.clock.now(), stepMax: settings.stepMax)
        } catch let refusal as SealRefusal {
            return then(.refused(refusal))
        } catch { return then(.failed("\(error)")) }
        guard let made else { return anchor(last, then) }
        var commit = Commit()
        commit.seal = made.seal
        engine.store.submit(commit) { result in
            self.queue.async {
                switch result {
                case .failure(let error): then(.failed("\(error)"))
                case .success: made.isLast ? self.anchor(made.seal.checkpoint, then) : self.step(then)
                }
            }
        }
    }

    /// Keeps the checkpoint wherever it is not yet kept. What cannot be reached is tried again with the next.
    private func anchor(_ checkpoint: StoredCheckpoint?, _ then: @escaping Answer) {
        guard let checkpoint else { return then(.sealed(nil)) }
        var kept: [Anchoring] = []
        for anchor in anchors where !checkpoint.anchorings.contains(where: { $0.anchor == anchor.name }) {
            do {
                if try anchor.latest() != checkpoint.note { try anchor.keep(checkpoint.note) }
                kept.append(Anchoring(size: checkpoint.size, anchor: anchor.name, at: engine.clock.now()))
            } catch { log.error("a checkpoint of the journal was not anchored: \(error)") }
        }
        let anchored = StoredCheckpoint(
            size: checkpoint.size,
            at: checkpoint.at,
            note: checkpoint.note,
            anchorings: checkpoint.anchorings + kept
        )
        guard !kept.isEmpty else { return then(.sealed(anchored)) }
        var commit = Commit()
        commit.anchorings = kept
        engine.store.submit(commit) { result in
            self.queue.async {
                if case .failure(let error) = result { return then(.failed("\(error)")) }
                then(.sealed(anchored))
            }
        }
    }

    // MARK: Telling

    /// A refusal is told once, as loudly as can be, and is an entry like any other.
    private func tell(_ status: Status) {
        switch status {
        case .starting, .sealed: break
        case .failed(let reason): log.error("the journal could not be sealed: \(reason)")
        case .refused(let refusal):
            log.critical("THE JOURNAL IS NOT SEALED ANY MORE. \(refusal)", metadata: ["reason": "\(refusal.name)"])
            engine.note(
                Entry(
                    at: engine.clock.now(),
                    actor: .system("sealer"),
                    channel: .worker,
                    action: "journal.sealRefused",
                    object: .init(kind: "journal", id: engine.identifiers.next()),
                    refusal: refusal.name,
                    detail: ["reason": .string(refusal.description)]
                )
            )
        }
    }
}
