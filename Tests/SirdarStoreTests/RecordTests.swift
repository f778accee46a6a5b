import JSON
import SirdarCore
import SirdarEngine
import SirdarTestKit
import Testing

@Suite("A store keeps the domain's records and the definitions")
struct RecordTests {
    @Test("a record is created, changed and removed by version", arguments: StoreUnderTest.allCases)
    func versions(_ store: StoreUnderTest) throws {
        let bench = try store.open()
        try write(
            bench,
            RecordChange(kind: "image", key: "a", scope: "harrow", name: "ws", body: [:], expecting: .absent)
        )
        let first = try #require(try bench.store.record("image", "a"))
        #expect(first.version == 1 && first.scope == "harrow" && first.name == "ws")
        try write(bench, first.changed(to: ["state": "built"]))
        let second = try #require(try bench.store.record("image", "a"))
        #expect(second.version == 2 && second.body == ["state": "built"])
        #expect(throws: StoreError.conflict) { try self.write(bench, first.changed(to: [:])) }
        #expect(throws: StoreError.conflict) { try self.write(bench, first.removed) }
        try write(bench, second.removed)
        #expect(try bench.store.record("image", "a") == nil)
    }

    @Test("what must be absent is not written twice; what may be anything is", arguments: StoreUnderTest.allCases)
    func expectations(_ store: StoreUnderTest) throws {
        let bench = try store.open()
        let absent = RecordChange(kind: "image", key: "a", body: [:], expecting: .absent)
        try write(bench, absent)
        #expect(throws: StoreError.conflict) { try self.write(bench, absent) }
        try write(bench, RecordChange(kind: "image", key: "a", body: [1], expecting: .any))
        #expect(try bench.store.record("image", "a")?.body == [1])
        #expect(try bench.store.record("image", "a")?.version == 2)
    }

    @Test("a name is unique within its kind and scope", arguments: StoreUnderTest.allCases)
    func names(_ store: StoreUnderTest) throws {
        let bench = try store.open()
        let named = { (key: String, scope: String) in
            RecordChange(kind: "image", key: key, scope: scope, name: "ws", body: [:], expecting: .absent)
        }
        try write(bench, named("a", "harrow"))
        #expect(throws: StoreError.nameTaken(kind: "image", name: "ws")) { try self.write(bench, named("b", "harrow")) }
        try write(bench, named("b", "blackfen"))
        #expect(try bench.store.record("image", scope: "blackfen", named: "ws")?.key == "b")
        let first = try #require(try bench.store.record("image", "a"))
        try write(bench, first.changed(to: [:], name: nil))
        try write(bench, named("c", "harrow"))
    }

    @Test("records are listed by kind and scope, forwards and backwards", arguments: StoreUnderTest.allCases)
    func lists(_ store: StoreUnderTest) throws {
        let bench = try store.open()
        for key in ["a", "b", "c", "d"] {
            let scope = key == "b" ? "blackfen" : "harrow"
            try write(bench, RecordChange(kind: "image", key: key, scope: scope, body: [:], expecting: .absent))
        }
        try write(bench, RecordChange(kind: "request", key: "e", scope: "harrow", body: [:], expecting: .absent))
        let keys = { (query: RecordQuery) in try bench.store.records(query).map(\.key) }
        #expect(try keys(RecordQuery(kind: "image")) == ["a", "b", "c", "d"])
        #expect(try keys(RecordQuery(kind: "image", scope: "harrow", descending: true, limit: 2)) == ["d", "c"])
        #expect(try keys(RecordQuery(kind: "image", scope: "harrow", after: "c", descending: true)) == ["a"])
    }

    @Test("a deployed version keeps its number, and cannot be replaced", arguments: StoreUnderTest.allCases)
    func deployments(_ store: StoreUnderTest) throws {
        let bench = try store.open()
        let number = try bench.store.deploy(Bench.deployment)
        #expect(try bench.store.deploy(Bench.deployment) == number)
        let changed = Deployment(
            namespace: "test",
            name: "sample",
            version: "1.0.0",
            hash: ContentHash(hex: String(repeating: "c", count: 64)),
            source: "other",
            runbooks: [],
            at: bench.clock.now()
        )
        #expect(throws: StoreError.versionTaken("test/sample:1.0.0")) { try bench.store.deploy(changed) }
        #expect(try bench.store.deployments() == [StoredDeployment(number: number, deployment: Bench.deployment)])
    }

    private func write(_ bench: Bench, _ change: RecordChange) throws {
        var commit = Commit()
        commit.records = [change]
        try bench.commit(commit)
    }
}
