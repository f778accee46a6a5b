import JSON
import SirdarCore
import SirdarEngine
import SirdarTestKit
import Testing

@Suite("Instances that listen are held, mended and moved")
struct SupervisedEventTests {
    private static let hearing = """
          - hear: { listen: { to: { one: { with: { type: a } } } }, timeout: { after: PT1H } }
          - tell: { emit: { event: { with: { type: told, data: '${ .[0] }' } } } }
        """

    private func supervise(_ event: Event, _ id: Identifier, _ bench: EngineBench) throws -> Instance {
        let engine = bench.engine
        return try answer { then in engine.supervise(event, id, by: EngineBench.operation, then: then) }
    }

    private func told(_ bench: EngineBench) throws -> [StoredEvent] {
        try bench.store.events(EventQuery()).filter { $0.event.type == "told" }
    }

    @Test("an event that comes while an instance is suspended is kept, and sets nothing in motion until it is resumed")
    func suspended() throws {
        let bench = try EngineBench()
        let id = try bench.start(Self.hearing)
        _ = try supervise(.suspended, id, bench)
        #expect(try bench.bring("a", "1", ["n": 7]).reached == 1)
        #expect(try bench.bring("a", "2", ["n": 8]).reached == 0, "it wanted one")
        try bench.restart()
        let held = try #require(try bench.store.instance(id))
        #expect(held.status == .suspended && held.leaves.map(\.phase) == [.pending])
        #expect(try told(bench).isEmpty)
        _ = try supervise(.resumed, id, bench)
        #expect(try bench.output(id)["data"] == ["n": 7])
        #expect(try told(bench).count == 1)
    }

    @Test("what is to be done with each event waits until the instance is resumed, and each is done once")
    func each() throws {
        let bench = try EngineBench()
        let id = try bench.start(
            """
              - hear:
                  listen: { to: { any: [ { with: { type: a } } ], until: 'length == 2' } }
                  foreach:
                    item: event
                    do: [ { tell: { emit: { event: { with: { type: told, data: '${ $event }' } } } } } ]
                  timeout: { after: PT1H }
            """
        )
        _ = try supervise(.suspended, id, bench)
        for number in 1...2 { #expect(try bench.bring("a", "\(number)", .number(JSON.Number(number))).reached == 1) }
        #expect(try told(bench).isEmpty)
        try bench.restart()
        _ = try supervise(.resumed, id, bench)
        _ = try bench.ended(id)
        #expect(try told(bench).map { $0.event.json["data"] } == [1, 2])
    }

    @Test("a step that listens is given up while its instance is suspended, and listens no longer")
    func givenUp() throws {
        let bench = try EngineBench()
        let id = try bench.start(Self.hearing)
        let step = try #require(try bench.store.instance(id)?.leaves.first).number
        _ = try supervise(.suspended, id, bench)
        _ = try supervise(.stepDecided(step: step, end: .giveUp(reason: "It never comes.")), id, bench)
        #expect(try bench.bring("a", "1").reached == 0)
        _ = try supervise(.resumed, id, bench)
        #expect(try bench.problem(id).detail == "Given up: It never comes.")
    }

    @Test("an instance that listens goes back to the step before, and does not hear in between")
    func rewound() throws {
        let bench = try EngineBench()
        let id = try bench.start(
            """
              - first: { call: note, with: {} }
            \(Self.hearing)
            """
        )
        _ = try bench.instance(id) { $0.status == .waiting }
        _ = try supervise(.suspended, id, bench)
        let mark = try #require(try bench.store.instance(id)?.marks.first)
        _ = try supervise(.rewound(to: mark.step), id, bench)
        #expect(try bench.bring("a", "1").reached == 0)
        _ = try supervise(.resumed, id, bench)
        _ = try bench.instance(id) { $0.status == .waiting }
        #expect(try bench.bring("a", "2", ["n": 2]).reached == 1)
        #expect(try bench.output(id)["data"] == ["n": 2])
    }

    @Test("an instance that listens moves where the new version listens for the same, and stays where it does not")
    func migrated() throws {
        let bench = try EngineBench()
        let old = try bench.define(Self.hearing)
        let id = try bench.start(old)
        let engine = bench.engine
        func migrate(to number: Int) throws -> Migration.Plan {
            let migration = try Migration(
                from: bench.library.workflow(old),
                to: bench.library.workflow(number),
                number: number
            )
            return try answer { then in
                engine.migrate(id, by: migration, from: old, EngineBench.operation, then: then)
            }
        }
        let other = try bench.define(
            "  - hear: { listen: { to: { one: { with: { type: b } } } }, timeout: { after: PT1H } }",
            version: "1.1.0"
        )
        #expect(try migrate(to: other).reasons == [.eventsChanged("hear")])
        let same = try bench.define("  - before: { set: {} }\n\(Self.hearing)", version: "1.2.0")
        let plan = try migrate(to: same)
        #expect(plan.moves && plan.passed == ["before"])
        #expect(try bench.bring("a", "1", ["n": 1]).reached == 1)
        #expect(try bench.output(id)["data"] == ["n": 1])
    }
}
