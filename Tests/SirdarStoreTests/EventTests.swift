import GRDB
import JSON
import SirdarCore
import SirdarEngine
import SirdarTestKit
import Testing

@Suite("A store keeps events in their order, and knows who listens")
struct EventTests {
    private static func event(_ id: String, type: String = "image.built", source: String = "/here") throws -> CloudEvent
    {
        try CloudEvent(
            envelope: [
                "specversion": "1.0", "id": .string(id), "source": .string(source), "type": .string(type),
                "data": ["image": "x", "size": 12.5],
            ]
        )
    }

    private func bring(_ event: CloudEvent, by origin: EventOrigin = .outside, _ bench: Bench) throws {
        var commit = Commit()
        commit.events = [.happened(event, at: bench.clock.now(), by: origin)]
        try bench.commit(commit)
    }

    private func write(_ events: [EventWrite], _ bench: Bench) throws {
        var commit = Commit()
        commit.events = events
        try bench.commit(commit)
    }

    @Test("events are read back as they came, in their order, and by their type", arguments: StoreUnderTest.allCases)
    func order(_ store: StoreUnderTest) throws {
        let bench = try store.open()
        let instance = try bench.instance()
        let events = try [Self.event("a"), Self.event("b", type: "image.lost"), Self.event("c")]
        try bring(events[0], bench)
        try bring(events[1], by: .step(WorkID(instance: instance.id, step: 3)), bench)
        try bring(events[2], bench)
        let all = try bench.store.events(EventQuery())
        #expect(all.map(\.event) == events)
        #expect(all.map(\.emitter) == [nil, instance.id, nil])
        #expect(zip(all, all.dropFirst()).allSatisfy { $0.sequence < $1.sequence })
        #expect(
            try bench.store.events(EventQuery(type: "image.built", newestFirst: true)).map(\.event.id) == ["c", "a"]
        )
        #expect(try bench.store.events(EventQuery(after: all[0].sequence, limit: 1)).map(\.event.id) == ["b"])
    }

    @Test("an event is on its way until it is said whom it reached", arguments: StoreUnderTest.allCases)
    func pending(_ store: StoreUnderTest) throws {
        let bench = try store.open()
        try bring(Self.event("a"), bench)
        try bring(Self.event("b"), bench)
        let pending = try bench.store.events(EventQuery(isPending: true))
        #expect(pending.map(\.reached) == [nil, nil])
        try write([.delivered(sequence: pending[0].sequence, reached: 2)], bench)
        #expect(try bench.store.events(EventQuery(isPending: true)).map(\.event.id) == ["b"])
        #expect(try bench.store.events(EventQuery()).map(\.reached) == [2, nil])
    }

    @Test(
        "what comes from outside twice is refused whole; what a step emits twice is the same",
        arguments: StoreUnderTest.allCases
    )
    func once(_ store: StoreUnderTest) throws {
        let bench = try store.open()
        let instance = try bench.instance()
        try bring(Self.event("a"), bench)
        #expect(throws: StoreError.nameTaken(kind: "event", name: "a")) { try bring(Self.event("a"), bench) }
        try bring(Self.event("a", source: "/elsewhere"), bench)
        try bring(Self.event("a"), by: .step(WorkID(instance: instance.id, step: 1)), bench)
        #expect(try bench.store.events(EventQuery()).count == 2)
    }

    @Test(
        "who listens is found by type, form and key, and hears only what comes after",
        arguments: StoreUnderTest.allCases
    )
    func listeners(_ store: StoreUnderTest) throws {
        let bench = try store.open()
        let instances = try (0..<3).map { _ in try bench.instance() }
        try bring(Self.event("a"), bench)
        let own = (0..<3).map { EventAddress(topic: "image.built", form: #"[".subject"]"#, key: "[\($0)]") }
        let any = EventAddress(topic: "", form: "", key: "")
        for (position, instance) in instances.enumerated() {
            try write([.listen(WorkID(instance: instance.id, step: 2), [own[position], any], after: nil)], bench)
        }
        try bring(Self.event("b"), bench)
        let sequences = try bench.store.events(EventQuery()).map(\.sequence)
        func found(_ address: EventAddress, _ sequence: Int64) throws -> [Identifier] {
            try bench.store.listeners(ListenerQuery(address: address, sequence: sequence))
        }
        #expect(try bench.store.listeningForms(topic: "image.built") == [#"[".subject"]"#])
        #expect(try bench.store.listeningForms(topic: "").isEmpty)
        #expect(try found(own[1], sequences[1]) == [instances[1].id])
        #expect(try found(any, sequences[1]) == instances.map(\.id))
        #expect(try found(any, sequences[0]).isEmpty)
        // Said anew, what held before holds no more; and it can be said after which event.
        try write([.listen(WorkID(instance: instances[0].id, step: 2), [any], after: 0)], bench)
        #expect(try found(own[0], sequences[1]).isEmpty)
        #expect(try found(any, sequences[0]) == [instances[0].id])
        try write([.stopListening(WorkID(instance: instances[0].id, step: 2))], bench)
        #expect(try found(any, sequences[1]) == instances.dropFirst().map(\.id))
    }

    @Test("within one commit the order of what is written counts", arguments: StoreUnderTest.allCases)
    func orderWithin(_ store: StoreUnderTest) throws {
        let bench = try store.open()
        let instance = try bench.instance()
        let any = EventAddress(topic: "", form: "", key: "")
        let (before, after) = (WorkID(instance: instance.id, step: 1), WorkID(instance: instance.id, step: 2))
        try write(
            [
                .listen(before, [any], after: nil),
                .happened(Self.event("a"), at: bench.clock.now(), by: .step(after)),
                .listen(after, [EventAddress(topic: "image.built", form: "", key: "")], after: nil),
            ],
            bench
        )
        let sequence = try #require(try bench.store.events(EventQuery()).first?.sequence)
        #expect(try bench.store.listeners(ListenerQuery(address: any, sequence: sequence)).count == 1)
        let late = ListenerQuery(address: .init(topic: "image.built", form: "", key: ""), sequence: sequence)
        #expect(try bench.store.listeners(late).isEmpty)
    }

    @Test("a file of an older version gets its tables, and what is in it stays")
    func migration() throws {
        let bench = try StoreUnderTest.sqlite.open()
        let instance = try bench.instance()
        try DatabaseQueue(path: bench.path).write { database in
            try database.execute(
                sql: """
                    DROP TABLE event; DROP TABLE listening;
                    DELETE FROM grdb_migrations WHERE identifier = '007_events'
                    """
            )
        }
        let opened = Bench(store: try StoreUnderTest.sqlite(bench.path), path: bench.path + "/none")
        #expect(try opened.store.instance(instance.id) == instance)
        try bring(Self.event("a"), opened)
        #expect(try opened.store.events(EventQuery()).count == 1)
    }
}
