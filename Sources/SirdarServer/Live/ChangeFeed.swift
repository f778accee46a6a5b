import Dispatch
import JSON
import Logging
package import SirdarCore
package import SirdarEngine
import SirdarJournal

/// Tells listeners what has happened, as soon as it is durable, and from where each has left off.
///
/// It is read from the journal, whose numbers have no gaps: what a listener has missed is read from the store, so a
/// line that breaks loses nothing. What happened lately is read once and kept for all who listen.
package final class ChangeFeed: Sendable {
    private let engine: Engine
    private let limits: Limits
    private let queue = DispatchQueue(label: "sirdar.changes")
    private let state = Locked(State())
    /// Where instances belong never changes.
    private let places = Locked<[Identifier: Change.Place]>([:])
    private static let placesMax = 4_096

    package struct Limits: Sendable {
        package var listenersMax = 500
        /// Of one person; their browser needs one, however many pages are open.
        package var ofOneMax = 16
        /// How often a silent line says that it is there, and whoever listens is asked anew who they are.
        package var beat = Interval.seconds(15)
        /// After this the line is closed, and the listener opens another. 0: as soon as everything was told.
        package var life = Interval.hours(1)
        /// Changes kept in memory.
        package var keptMax = 2_048
        /// Whoever is further behind is told to begin anew.
        package var behindMax: Int64 = 10_000
        package var pageMax = 500

        package init() {}
    }

    package enum Wake: Sendable, Hashable { case news, beat }

    private struct State: Sendable {
        var listeners: [Int: (person: Identifier, wakes: AsyncStream<Wake>.Continuation)] = [:]
        var nextListener = 0
        /// Every change of the entries after `low`, up to `high`.
        var kept: [Change] = []
        var low: Int64 = 0
        var high: Int64 = 0
        var known: Int64 = 0
        var isRung = false
        var isBeating = false
        var hasEnded = false
    }

    package struct Listener: Sendable {
        let number: Int
        package let wakes: AsyncStream<Wake>
        /// The last entry when it began.
        package let head: Int64
        /// Whether it may go on from where it has left off; else it is to begin anew.
        package let after: Int64?
    }

    package struct Batch: Sendable {
        package var changes: [Change]
        /// The last entry that was looked at.
        package var last: Int64
        /// Whether that was the end.
        package var isAll: Bool
    }

    package init(engine: Engine, limits: Limits) {
        self.engine = engine
        self.limits = limits
        if let last = try? engine.store.entries(EntryQuery(newestFirst: true, limit: 1)).first?.sequence {
            // A store that does not answer now is told of by whoever asks it next.
            state.withLock { $0.known = last }
        }
        engine.follow { [weak self] count in
            self?.state.withLock { $0.known += Int64(count) }
            self?.ring()
        }
    }

    /// An entry up to which everything is durable, and near the last: whoever reads afterwards and then listens from
    /// here has missed nothing.
    package var known: Int64 { state.withLock { $0.known } }

    package var life: Interval { limits.life }

    // MARK: Listening

    /// Begins to listen behind the last entry that the listener knows; `nil`: only to what comes from now on. Reads the
    /// store, and throws when too many listen.
    package func open(for person: Identifier, after: Int64?) throws -> Listener {
        let head = try engine.store.entries(EntryQuery(newestFirst: true, limit: 1)).first?.sequence ?? 0
        let (wakes, continuation) = AsyncStream<Wake>.makeStream(bufferingPolicy: .bufferingNewest(2))
        let (number, beats) = try state.withLock { state throws(Trouble) in
            guard !state.hasEnded else { throw .notReady("The server is being stopped.") }
            guard state.listeners.count < limits.listenersMax,
                state.listeners.values.count(where: { $0.person == person }) < limits.ofOneMax
            else { throw .tooManyListeners }
            if state.listeners.isEmpty { (state.kept, state.low, state.high) = ([], head, head) }
            state.listeners[state.nextListener] = (person, continuation)
            state.nextListener += 1
            defer { state.isBeating = true }
            return (state.nextListener - 1, !state.isBeating)
        }
        if beats { beatLater() }
        // What was committed since the head was read.
        ring()
        let isKnown = after.map { $0 <= head && head - $0 <= limits.behindMax } ?? true
        return Listener(number: number, wakes: wakes, head: head, after: isKnown ? after ?? head : nil)
    }

    package func close(_ listener: Listener) {
        state.withLock { $0.listeners.removeValue(forKey: listener.number) }?.wakes.finish()
    }

    package var count: Int { state.withLock { $0.listeners.count } }

    /// Every line ends, and none begins: the server is being stopped.
    package func end() {
        let all = state.withLock { state in
            state.hasEnded = true
            defer { state.listeners = [:] }
            return state.listeners.values.map(\.wakes)
        }
        for wakes in all { wakes.finish() }
    }

    /// What happened after an entry; from memory, or from the store when that is longer ago.
    package func changes(after entry: Int64) throws -> Batch {
        let kept = state.withLock { state -> Batch? in
            guard entry >= state.low, state.low > 0 || state.high > 0 else { return nil }
            let first = state.kept.lastIndex { $0.sequence <= entry }.map { $0 + 1 } ?? 0
            return Batch(changes: Array(state.kept[first...]), last: max(entry, state.high), isAll: true)
        }
        return try kept ?? read(after: entry)
    }

    // MARK: Following

    private func ring() {
        let rings = state.withLock { state in
            guard !state.listeners.isEmpty, !state.isRung else { return false }
            state.isRung = true
            return true
        }
        if rings { queue.async { self.follow() } }
    }

    private func follow() {
        state.withLock { $0.isRung = false }
        do {
            var isAll = false
            while !isAll {
                let start = state.withLock { $0.high }
                let batch = try read(after: start)
                let isKept = keep(batch, after: start)
                isAll = batch.isAll || !isKept
            }
        } catch {
            // The next beat reads again; nobody has lost anything meanwhile.
            engine.log.warning("changes could not be read: \(error)")
        }
        wake(.news)
    }

    /// - Returns: whether it was kept: those who listened may have gone meanwhile, and others have begun elsewhere.
    private func keep(_ batch: Batch, after start: Int64) -> Bool {
        state.withLock { state in
            guard state.high == start else { return false }
            state.kept += batch.changes
            state.high = batch.last
            state.known = max(state.known, batch.last)
            let surplus = state.kept.count - limits.keptMax
            if surplus > 0 {
                state.low = state.kept[surplus - 1].sequence
                state.kept.removeFirst(surplus)
            }
            return true
        }
    }

    private func wake(_ wake: Wake) {
        for wakes in state.withLock({ $0.listeners.values.map(\.wakes) }) { wakes.yield(wake) }
    }

    private func beatLater() {
        engine.clock.wake(at: engine.clock.now().advanced(by: limits.beat)) { [weak self] in
            guard let self else { return }
            let goesOn = self.state.withLock { state in
                state.isBeating = !state.listeners.isEmpty
                return state.isBeating
            }
            guard goesOn else { return }
            self.ring()
            self.wake(.beat)
            self.beatLater()
        }
    }

    // MARK: Reading

    private func read(after entry: Int64) throws -> Batch {
        let entries = try engine.store.entries(EntryQuery(after: entry, limit: limits.pageMax))
        return Batch(
            changes: try entries.compactMap { try change(EntryView($0)) },
            last: entries.last?.sequence ?? entry,
            isAll: entries.count < limits.pageMax
        )
    }

    private func change(_ entry: EntryView) throws -> Change? {
        guard entry.refusal == nil, let what = try what(entry) else { return nil }
        return Change(sequence: entry.sequence, at: entry.at, action: entry.action, what: what)
    }

    private func what(_ entry: EntryView) throws -> Change.What? {
        switch entry.objectKind {
        case Person.kind: return .people
        case "instance": return try place(entry.object).map { .instance($0) }
        case "task":
            guard let id = entry.part.flatMap({ Identifier($0) }), let task = try engine.store.task(id) else {
                return nil
            }
            let part = Change.TaskPart(
                id: id,
                queue: task.queue,
                formerQueue: entry.detail["formerQueue"]?.asString,
                state: (entry.detail["after"] ?? entry.detail["state"])?.asString
            )
            let place = Change.Place(
                instance: task.instance,
                project: task.origin.scope,
                request: task.origin.request
            )
            return .task(part, place)
        default: return nil
        }
    }

    private func place(_ id: Identifier) throws -> Change.Place? {
        if let known = places.withLock({ $0[id] }) { return known }
        guard let origin = try engine.store.instance(id)?.origin else { return nil }
        let place = Change.Place(instance: id, project: origin.scope, request: origin.request)
        places.withLock { places in
            if places.count >= Self.placesMax { places = [:] }
            places[id] = place
        }
        return place
    }
}

extension Trouble {
    static let tooManyListeners = Trouble(
        status: 503,
        code: "too-many-listeners",
        title: "Too many listen",
        detail: "Too many listen to what happens, or you do so too often. Close what you do not need, and try again.",
        retryAfterSeconds: 15
    )
}
