import Foundation
import JQ
import JSON
import Logging
import SirdarCore

/// Brings events to whoever listens, one after the other in the order of their coming.
///
/// An event is in the store before anybody is told of it, and is on its way until everybody was. After a crash it is
/// brought again, and whoever took it does not take it twice; so each moves an instance exactly once. Who is concerned
/// is found by an index: nobody who waits for something else is looked at.
final class EventDelivery: Sendable {
    private let queue = DispatchQueue(label: "sirdar.events")
    private let state = Locked(State())

    private struct State {
        var engine: Engine?
        var isWorking = false
        var isRung = false
        /// Those who want to know whom their event has reached.
        var waiting: [EventID: [@Sendable (Int?) -> Void]] = [:]
        var programs: [String: [JQ.Program]] = [:]
    }

    struct EventID: Hashable, Sendable {
        let source: String
        let id: String

        init(_ event: CloudEvent) {
            source = event.source
            id = event.id
        }
    }

    private static let pageMax = 50
    private static let programsMax = 1000

    func start(_ engine: Engine) {
        state.withLock { $0.engine = engine }
        ring()
    }

    func stop() {
        let waiting = state.withLock { state in
            state.engine = nil
            defer { state.waiting = [:] }
            return state.waiting.values.flatMap(\.self)
        }
        for tell in waiting { tell(nil) }
    }

    /// Has `tell` called with the number of instances that an event has reached; with `nil` when that stays unknown.
    /// Said before the event is submitted; `false` when nothing is brought just now, and nobody will be told.
    func await(_ event: CloudEvent, _ tell: @escaping @Sendable (Int?) -> Void) -> Bool {
        state.withLock { state in
            guard state.engine != nil else { return false }
            state.waiting[EventID(event), default: []].append(tell)
            return true
        }
    }

    /// The event was not kept: nobody is told of it.
    func forget(_ event: CloudEvent) {
        state.withLock { state in _ = state.waiting.removeValue(forKey: EventID(event)) }
    }

    /// There are events.
    func ring() {
        let begins = state.withLock { state in
            guard state.engine != nil else { return false }
            state.isRung = true
            guard !state.isWorking else { return false }
            state.isWorking = true
            return true
        }
        if begins { queue.async { self.work() } }
    }

    private func work() {
        let engine = state.withLock { state in
            state.isRung = false
            return state.engine
        }
        guard let engine else { return state.withLock { $0.isWorking = false } }
        do {
            let events = try engine.store.events(EventQuery(isPending: true, limit: Self.pageMax))
            guard !events.isEmpty else { return rest() }
            deliver(events[...], engine)
        } catch {
            engine.log.error("events could not be read: \(error)")
            again(engine)
        }
    }

    /// Nothing is on its way: it rests, unless something came in between.
    private func rest() {
        let goesOn = state.withLock { state in
            state.isWorking = state.isRung && state.engine != nil
            return state.isWorking
        }
        if goesOn { queue.async { self.work() } }
    }

    private func again(_ engine: Engine) {
        engine.clock.wake(at: engine.clock.now().advanced(by: .seconds(1))) { [weak self] in
            guard let self else { return }
            self.queue.async { self.work() }
        }
    }

    private func deliver(_ events: ArraySlice<StoredEvent>, _ engine: Engine) {
        guard let event = events.first, state.withLock({ $0.engine != nil }) else {
            return queue.async { self.work() }
        }
        do {
            let listeners = try listeners(to: event, engine)
            let round = Round(count: listeners.count + 1) { [weak self] round in
                guard let self else { return }
                self.queue.async { self.ended(event, round, events.dropFirst(), engine) }
            }
            for id in listeners { engine.offer(event, to: id) { round.end($0) } }
            engine.offer(event, toSchedules: engine.library.scheduled) { round.end($0) }
        } catch {
            engine.log.error("it could not be found out whom an event concerns: \(error)")
            again(engine)
        }
    }

    private func ended(
        _ event: StoredEvent,
        _ round: Round.Result,
        _ rest: ArraySlice<StoredEvent>,
        _ engine: Engine
    ) {
        guard !round.hasFailed else { return again(engine) }
        var commit = Commit()
        commit.events = [.delivered(sequence: event.sequence, reached: round.reached)]
        engine.store.submit(commit) { [weak self] result in
            guard let self else { return }
            if case .failure(let error) = result {
                engine.log.error("it could not be kept that an event was brought: \(error)")
                return self.again(engine)
            }
            let waiting = self.state.withLock { $0.waiting.removeValue(forKey: EventID(event.event)) }
            for tell in waiting ?? [] { tell(round.reached) }
            self.queue.async { self.deliver(rest, engine) }
        }
    }

    // MARK: Whom it concerns

    private func listeners(to event: StoredEvent, _ engine: Engine) throws -> Set<Identifier> {
        var found: Set<Identifier> = []
        for topic in [event.event.type, ""] {
            var addresses = [EventAddress(topic: topic, form: "", key: "")]
            for form in try engine.store.listeningForms(topic: topic) {
                guard let programs = programs(of: form), let key = EventAddress.key(of: event.event, by: programs)
                else { continue }
                addresses.append(EventAddress(topic: topic, form: form, key: key))
            }
            for address in addresses {
                found.formUnion(try engine.store.listeners(.init(address: address, sequence: event.sequence)))
            }
        }
        return found
    }

    private func programs(of form: String) -> [JQ.Program]? {
        if let known = state.withLock({ $0.programs[form] }) { return known }
        guard let programs = EventAddress.programs(of: form) else { return nil }
        state.withLock { state in
            if state.programs.count >= Self.programsMax { state.programs = [:] }
            state.programs[form] = programs
        }
        return programs
    }
}

/// Counts what comes back from those to whom an event was brought.
private final class Round: Sendable {
    struct Result: Sendable {
        var left: Int
        var reached = 0
        var hasFailed = false
    }

    private let result: Locked<Result>
    private let done: @Sendable (Result) -> Void

    init(count: Int, _ done: @escaping @Sendable (Result) -> Void) {
        result = Locked(Result(left: count))
        self.done = done
    }

    /// `reached`: how many instances one of them has moved or started; `nil` when it could not be told.
    func end(_ reached: Int?) {
        let ended = result.withLock { result -> Result? in
            result.left -= 1
            result.reached += reached ?? 0
            if reached == nil { result.hasFailed = true }
            return result.left == 0 ? result : nil
        }
        if let ended { done(ended) }
    }
}
