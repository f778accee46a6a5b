import JSON
import SirdarCore
import SirdarEngine
import SirdarTestKit
import Testing

@Suite("A store gives out what is due, to one owner at a time")
struct WorkTests {
    @Test("a due step is claimed once, with a greater fence", arguments: StoreUnderTest.allCases)
    func claimedOnce(_ store: StoreUnderTest) throws {
        let bench = try store.open()
        let step = bench.due(try bench.instance())
        try bench.insert(step)
        let claimed = try bench.claim(bench.claimOfAll())
        #expect(claimed.map(\.id) == [step.id])
        #expect(claimed.first?.fence == 2)
        #expect(claimed.first?.input == step.input && claimed.first?.key == step.key)
        #expect(try bench.claim(bench.claimOfAll()).isEmpty)
    }

    @Test("what is due later is not given out before", arguments: StoreUnderTest.allCases)
    func notBefore(_ store: StoreUnderTest) throws {
        let bench = try store.open()
        let later = bench.clock.now().advanced(by: .seconds(30))
        try bench.insert(bench.due(try bench.instance(), notBefore: later))
        #expect(try bench.claim(bench.claimOfAll()).isEmpty)
        #expect(try bench.store.nextDue() == later)
        bench.clock.advance(by: .seconds(30))
        #expect(try bench.claim(bench.claimOfAll()).count == 1)
    }

    @Test("what was put aside is due when everything put aside is taken up", arguments: StoreUnderTest.allCases)
    func takenUp(_ store: StoreUnderTest) throws {
        let bench = try store.open()
        let later = bench.clock.now().advanced(by: .seconds(30))
        try bench.insert(bench.due(try bench.instance(), notBefore: .distantFuture))
        try bench.insert(bench.due(try bench.instance(), notBefore: later))
        var commit = Commit()
        commit.work = [.takeUp(at: bench.clock.now())]
        #expect(try bench.claim(bench.claimOfAll()).isEmpty)
        try bench.commit(commit)
        #expect(try bench.claim(bench.claimOfAll()).count == 1)
        #expect(try bench.store.nextDue() != nil)
    }

    @Test("a lane gets no more than it has room for, and starves no other", arguments: StoreUnderTest.allCases)
    func lanes(_ store: StoreUnderTest) throws {
        let bench = try store.open()
        let instance = try bench.instance()
        for step in 1...6 { try bench.insert(bench.due(instance, step: step, lane: "local/london")) }
        for step in 7...8 { try bench.insert(bench.due(instance, step: step, lane: "local/oregon")) }
        let claimed = try bench.claim(bench.claimOfAll(room: [Lane("local/london"): 2]))
        #expect(claimed.filter { $0.lane.name == "local/london" }.count == 2)
        #expect(claimed.filter { $0.lane.name == "local/oregon" }.count == 2)
        #expect(try bench.claim(bench.claimOfAll(limit: 3)).count == 3)
    }

    @Test(
        "a step born with a lease is offered again only when the lease has lapsed",
        arguments: StoreUnderTest.allCases
    )
    func lapsed(_ store: StoreUnderTest) throws {
        let bench = try store.open()
        let step = bench.due(try bench.instance())
        try bench.insert(step, lease: Lease(owner: 5, until: bench.clock.now().advanced(by: .seconds(10))))
        #expect(try bench.claim(bench.claimOfAll()).isEmpty)
        #expect(try bench.store.nextDue() == bench.clock.now().advanced(by: .seconds(10)))
        bench.clock.advance(by: .seconds(10))
        #expect(try bench.claim(bench.claimOfAll()).map(\.fence) == [2])
    }

    @Test("a lease is prolonged by its owner only", arguments: StoreUnderTest.allCases)
    func renewed(_ store: StoreUnderTest) throws {
        let bench = try store.open()
        let step = bench.due(try bench.instance())
        let until = bench.clock.now().advanced(by: .seconds(10))
        try bench.insert(step, lease: Lease(owner: 5, until: until))
        let longer = until.advanced(by: .seconds(60))
        #expect(try bench.store.renewLeases([step.id], Lease(owner: 6, until: longer)) == [step.id])
        #expect(try bench.store.renewLeases([step.id], Lease(owner: 5, until: longer)).isEmpty)
        #expect(try bench.store.nextDue() == longer)
    }

    @Test("a result that carries an old fence is refused, and changes nothing", arguments: StoreUnderTest.allCases)
    func staleFence(_ store: StoreUnderTest) throws {
        let bench = try store.open()
        let instance = try bench.instance()
        let step = bench.due(instance)
        try bench.insert(step, lease: Lease(owner: 5, until: bench.clock.now()))
        let claimed = try bench.claim(bench.claimOfAll())
        var next = instance
        next.version = 2
        var late = Commit()
        late.work = [.drop(step.id, fence: 1)]
        late.instances = [InstanceWrite(next, expecting: 1, at: bench.clock.now())]
        #expect(throws: StoreError.staleFence) { try bench.commit(late) }
        #expect(try bench.store.instance(instance.id)?.version == 1)
        late.work = [.drop(step.id, fence: claimed.first?.fence)]
        try bench.commit(late)
        #expect(try bench.store.instance(instance.id)?.version == 2)
        #expect(try bench.store.work(of: instance.id).isEmpty)
    }

    @Test(
        "a step that is due again is in nobody's hands; a parked one is given to nobody",
        arguments: StoreUnderTest.allCases
    )
    func againAndParked(_ store: StoreUnderTest) throws {
        let bench = try store.open()
        let instance = try bench.instance()
        let step = bench.due(instance)
        try bench.insert(step)
        let claimed = try bench.claim(bench.claimOfAll())
        var again = Commit()
        again.work = [.again(step.id, attempt: 2, notBefore: bench.clock.now(), fence: claimed.first?.fence)]
        try bench.commit(again)
        let second = try bench.claim(bench.claimOfAll())
        #expect(second.map(\.attempt) == [2] && second.map(\.fence) == [3])
        var park = Commit()
        park.work = [.park(step.id, fence: 3)]
        try bench.commit(park)
        #expect(try bench.claim(bench.claimOfAll()).isEmpty)
        #expect(try bench.store.work(of: instance.id).map(\.isParked) == [true])
        #expect(try bench.store.nextDue() == nil)
    }

    @Test(
        "timers come in the order of their times, and are set and dropped by name",
        arguments: StoreUnderTest.allCases
    )
    func timers(_ store: StoreUnderTest) throws {
        let bench = try store.open()
        let instance = try bench.instance()
        let now = bench.clock.now()
        let timer = { (step: Int, kind: TimerKind, seconds: Int64) in
            DueTimer(instance: instance.id, step: step, kind: kind, at: now.advanced(by: .seconds(seconds)))
        }
        let ended = DueTimer(
            instance: instance.id,
            step: 9,
            kind: .childEnded,
            at: now,
            ending: .problem(Problem(.timeout, "Too long."))
        )
        var commit = Commit()
        commit.timers = [.set(timer(1, .wait, 20)), .set(timer(1, .timeout, 10)), .set(ended)]
        try bench.commit(commit)
        #expect(try bench.store.dueTimers(at: now, limit: 10) == [ended])
        let later = now.advanced(by: .seconds(60))
        #expect(
            try bench.store.dueTimers(at: later, limit: 10) == [ended, timer(1, .timeout, 10), timer(1, .wait, 20)]
        )
        #expect(try bench.store.dueTimers(at: later, limit: 1) == [ended])
        commit.timers = [
            .drop(instance.id, step: 9, kind: .childEnded), .drop(instance.id, step: 1, kind: .timeout),
            .set(timer(1, .wait, 5)),
        ]
        try bench.commit(commit)
        #expect(try bench.store.dueTimers(at: later, limit: 10) == [timer(1, .wait, 5)])
        #expect(try bench.store.nextDue() == now.advanced(by: .seconds(5)))
    }
}
