import HTTPTypes
import JSON
import SirdarCore
import SirdarEngine
import SirdarJournal
import SirdarServer
import SirdarTestKit

/// Somebody who listens to what happens, without a network between.
struct Listening {
    let bench: ServerBench
    let principal: Principal

    init(_ bench: ServerBench, _ principal: Principal) throws {
        (self.bench, self.principal) = (bench, principal)
    }

    /// With a token that may read.
    init(_ bench: ServerBench, _ person: Person) throws {
        let text = try bench.token(of: person)[.authorization]?.dropFirst("Bearer ".count) ?? ""
        let found = try People(bench.engine.store).principal(token: String(text), at: bench.clock.now())
        guard let found else { throw NeverCame() }
        try self.init(bench, found.principal)
    }

    func line(after: Int64?) throws -> Line {
        let feed = bench.server.feed
        let listener = try feed.open(for: principal.person.id, after: after)
        let telling = ChangeTelling(
            listener,
            to: principal,
            feed: feed,
            engine: bench.engine,
            sessions: SessionLimits()
        )
        return Line(bench: bench, listener: listener, telling: telling)
    }

    /// Listens on, with as many lines as it takes, until `sequence` was heard.
    func hear(until sequence: Int64?, from last: inout Int64, into heard: inout [Int64]) throws {
        while let sequence, last < sequence {
            var line = try line(after: last)
            let events = try line.next().events
            heard += events.map(\.sequence)
            last = events.last?.sequence ?? last
            line.close()
        }
    }

    struct Line {
        let bench: ServerBench
        let listener: ChangeFeed.Listener
        var telling: ChangeTelling

        var wakes: AsyncStream<ChangeFeed.Wake>.AsyncIterator { listener.wakes.makeAsyncIterator() }

        /// What is said once everything that was committed before this call is known to it.
        mutating func next(on wake: ChangeFeed.Wake = .news) throws -> Said {
            let head = try bench.head()
            var said = Said(text: "", isOver: false)
            _ = try eventually { () throws -> Bool? in
                let told = try telling.next(on: wake)
                said.text += told.text
                said.isOver = told.isOver
                return telling.after >= head || said.isOver ? true : nil
            }
            return said
        }

        func close() { bench.server.feed.close(listener) }
    }

    struct Said {
        var text: String
        /// Nothing more is said, though there is more.
        var isOver: Bool
        var events: [ServerSentEvent] { ServerSentEvent.all(in: text) }
    }
}

struct ServerSentEvent {
    var sequence: Int64 = 0
    var name = ""
    var json = JSON.null

    /// Those with data; what only moves the number on is none.
    static func all(in text: String) -> [ServerSentEvent] {
        var events: [ServerSentEvent] = []
        var event = ServerSentEvent()
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.isEmpty {
                if !event.name.isEmpty { events.append(event) }
                event = ServerSentEvent()
            }
            let parts = line.split(separator: ":", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { continue }
            let value = String(parts[1].dropFirst())
            switch parts[0] {
            case "id": event.sequence = Int64(value) ?? 0
            case "event": event.name = value
            case "data": event.json = (try? JSON(parsing: value)) ?? .null
            default: break
            }
        }
        return events
    }
}

/// Random numbers that come again with the same seed.
struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

extension ServerBench {
    func head() throws -> Int64 {
        try engine.store.entries(EntryQuery(newestFirst: true, limit: 1)).first?.sequence ?? 0
    }

    /// The numbers of the entries after `start` that tell of a task or an instance and are no refusals.
    func changes(after start: Int64) throws -> [Int64] {
        var query = EntryQuery(after: start, limit: 1_000)
        var numbers: [Int64] = []
        while true {
            let page = try engine.store.entries(query)
            for stored in page {
                let entry = try JSON(parsing: stored.entry.canonical)
                let kind = entry["object"]?["kind"]?.asString ?? ""
                if ["task", "instance"].contains(kind), entry["refusal"] == nil { numbers.append(stored.sequence) }
            }
            guard page.count == query.limit, let last = page.last else { return numbers }
            query.after = last.sequence
        }
    }

    @discardableResult
    func act(_ intent: TaskIntent, on id: Identifier, _ worker: Worker) throws -> ManualTask {
        let engine = engine
        let actuation = Actuation(actor: .init(id: worker.person, kind: .person), channel: .api)
        return try answer { then in engine.act(intent, on: id, worker: worker, by: actuation, then: then) }
    }

    func principal(of browser: Browser) throws -> Principal? {
        try People(engine.store).principal(session: browser.secret, limits: SessionLimits(), at: clock.now())?.principal
    }

    func disable(_ person: Person) throws {
        guard let record = try engine.store.record(Person.kind, person.id.description) else { throw NeverCame() }
        var person = person
        person.isDisabled = true
        try write(record.changed(to: person.body), "person.changed", person.id)
    }

    func signOut(_ principal: Principal) throws {
        guard let session = principal.session else { throw NeverCame() }
        try write(session.removed, "person.signedOut", principal.person.id)
    }

    private func write(_ change: RecordChange, _ action: String, _ person: Identifier) throws {
        let entry = Entry(
            at: clock.now(),
            actor: .system("test"),
            channel: .setup,
            action: action,
            object: .init(kind: Person.kind, id: person)
        )
        let engine = engine
        try answer { then in engine.write([change], entry: entry, then: then) }
    }
}
