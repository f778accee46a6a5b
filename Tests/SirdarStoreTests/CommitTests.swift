import JSON
import SirdarCore
import SirdarEngine
import SirdarJournal
import SirdarTestKit
import Testing

@Suite("A store keeps what was committed")
struct CommitTests {
    @Test("an instance is read back as it was written", arguments: StoreUnderTest.allCases)
    func roundTrip(_ store: StoreUnderTest) throws {
        let bench = try store.open()
        let written = try bench.instance()
        #expect(try bench.store.instance(written.id) == written)
    }

    @Test("an instance that never was is not found", arguments: StoreUnderTest.allCases)
    func missing(_ store: StoreUnderTest) throws {
        let bench = try store.open()
        #expect(try bench.store.instance(bench.identifiers.next()) == nil)
    }

    @Test(
        "the second of two decisions on the same version fails, and leaves nothing",
        arguments: StoreUnderTest.allCases
    )
    func conflict(_ store: StoreUnderTest) throws {
        let bench = try store.open()
        let first = try bench.instance()
        var second = first
        second.version = 2
        second.context = ["by": "the first"]
        var commit = Commit()
        commit.instances = [InstanceWrite(second, expecting: 1, at: bench.clock.now())]
        try bench.commit(commit)
        var late = first
        late.version = 2
        late.context = ["by": "the second"]
        commit.instances = [InstanceWrite(late, expecting: 1, at: bench.clock.now())]
        commit.entries = [entry(first.id)]
        #expect(throws: StoreError.conflict) { try bench.commit(commit) }
        #expect(try bench.store.instance(first.id)?.context == ["by": "the first"])
        #expect(try bench.store.entries(EntryQuery(object: first.id)).isEmpty)
    }

    @Test(
        "what was decided on top of a commit is written only if that was, whoever made the same version",
        arguments: StoreUnderTest.allCases
    )
    func follows(_ store: StoreUnderTest) throws {
        let bench = try store.open()
        let instance = try bench.instance()
        func change(to version: Int64, _ by: String) -> Commit {
            var next = instance
            next.version = version
            next.context = ["by": .string(by)]
            var commit = Commit()
            commit.instances = [InstanceWrite(next, expecting: version - 1, at: bench.clock.now())]
            return commit
        }
        let (ours, theirs) = (Commit.Handle(), Commit.Handle())
        var first = change(to: 2, "them")
        first.handle = theirs
        var second = change(to: 2, "us")
        second.handle = ours
        var third = change(to: 3, "us")
        third.follows = ours
        var fourth = change(to: 3, "them")
        fourth.follows = theirs
        let promises = [first, second, third, fourth].map { commit in
            let promise = Promise<Result<Void, StoreError>>()
            bench.store.submit(commit) { promise.fulfil($0) }
            return promise
        }
        let results = try promises.map { try $0.wait() }
        #expect(throws: StoreError.conflict) { try results[1].get() }
        #expect(throws: StoreError.conflict) { try results[2].get() }
        #expect(throws: Never.self) { try results[0].get() }
        #expect(throws: Never.self) { try results[3].get() }
        #expect(try bench.store.instance(instance.id)?.context == ["by": "them"])
    }

    @Test("a conflict found late undoes its own commit alone", arguments: StoreUnderTest.allCases)
    func lateConflict(_ store: StoreUnderTest) throws {
        let bench = try store.open()
        let instances = try (0..<20).map { _ in try bench.instance() }
        let promises = instances.map { _ in Promise<Result<Void, StoreError>>() }
        for (index, instance) in instances.enumerated() {
            var next = instance
            next.version = 2
            next.status = .waiting
            var commit = Commit()
            commit.instances = [InstanceWrite(next, expecting: 1, at: bench.clock.now())]
            // Every third commit also expects a record that is not there: found after the instance was written.
            if index % 3 == 0 {
                commit.records = [RecordChange(kind: "image", key: "none", body: [:], expecting: .version(4))]
            }
            let promise = promises[index]
            bench.store.submit(commit) { promise.fulfil($0) }
        }
        for (index, promise) in promises.enumerated() {
            let result = try promise.wait()
            let stored = try bench.store.instance(instances[index].id)
            if index % 3 == 0 {
                #expect(throws: StoreError.conflict) { try result.get() }
                #expect(stored?.version == 1)
            } else {
                try result.get()
                #expect(stored?.version == 2 && stored?.status == .waiting)
            }
        }
    }

    @Test("an instance that ended is no longer open", arguments: StoreUnderTest.allCases)
    func ended(_ store: StoreUnderTest) throws {
        let bench = try store.open()
        var instance = try bench.instance()
        let other = try bench.instance()
        instance.version = 2
        instance.status = .completed
        instance.progress = .ended(.output(["image": "made"]))
        var commit = Commit()
        commit.instances = [InstanceWrite(instance, expecting: 1, at: bench.clock.now())]
        try bench.commit(commit)
        #expect(try bench.store.instances(InstanceQuery(isOpen: true)).map(\.id) == [other.id])
        #expect(try bench.store.instances(InstanceQuery(isOpen: false)).map(\.id) == [instance.id])
        #expect(try bench.store.instance(instance.id) == instance)
    }

    @Test("lists show the newest first, a page at a time, within a scope", arguments: StoreUnderTest.allCases)
    func pages(_ store: StoreUnderTest) throws {
        let bench = try store.open()
        let ids = try (0..<7).map { index in try bench.instance(scope: index < 5 ? "blackfen" : "harrow").id }
        let first = try bench.store.instances(InstanceQuery(scope: "blackfen", limit: 3))
        #expect(first.map(\.id) == [ids[4], ids[3], ids[2]])
        let rest = try bench.store.instances(InstanceQuery(scope: "blackfen", before: first.last?.id, limit: 3))
        #expect(rest.map(\.id) == [ids[1], ids[0]])
        #expect(try bench.store.instances(InstanceQuery(scope: "nowhere")).isEmpty)
    }

    @Test(
        "a child is found by the step that waits for it, and a step has one child",
        arguments: StoreUnderTest.allCases
    )
    func children(_ store: StoreUnderTest) throws {
        let bench = try store.open()
        let parent = try bench.instance()
        let place = Instance.Parent(instance: parent.id, step: 3)
        let child = try bench.instance(place)
        #expect(try bench.store.child(of: place) == child.id)
        #expect(try bench.store.child(of: .init(instance: parent.id, step: 4)) == nil)
        #expect(throws: StoreError.self) { try bench.instance(place) }
    }

    @Test("entries are kept in the order of their commits, byte for byte", arguments: StoreUnderTest.allCases)
    func entries(_ store: StoreUnderTest) throws {
        let bench = try store.open()
        let instance = try bench.instance()
        let written = [
            entry(instance.id, "a"), entry(bench.identifiers.next(), "b"), entry(instance.id, "c", "secret"),
        ]
        for entry in written {
            var commit = Commit()
            commit.entries = [entry]
            try bench.commit(commit)
        }
        let all = try bench.store.entries(EntryQuery())
        #expect(all.map(\.entry) == written)
        #expect(zip(all, all.dropFirst()).allSatisfy { $0.sequence < $1.sequence })
        #expect(try bench.store.entries(EntryQuery(object: instance.id)).map(\.entry) == [written[0], written[2]])
        let newest = try bench.store.entries(EntryQuery(newestFirst: true, limit: 1))
        #expect(newest.map(\.entry) == [written[2]])
        let before = try bench.store.entries(EntryQuery(after: newest.first?.sequence, newestFirst: true))
        #expect(before.map(\.entry) == [written[1], written[0]])
    }

    private func entry(_ object: Identifier, _ action: String = "noted", _ reason: String? = nil) -> SealedEntry {
        Entry(
            at: ManualClock.start,
            actor: .system("test"),
            channel: .worker,
            action: action,
            object: .init(kind: "instance", id: object),
            confidential: reason.map { ["reason": .string($0)] } ?? [:]
        ).sealed(nonce: Array(repeating: 7, count: 16))
    }
}
