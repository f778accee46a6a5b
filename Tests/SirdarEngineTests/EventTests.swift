import JSON
import SirdarCore
import SirdarEngine
import SirdarJournal
import SirdarTestKit
import Testing

@Suite("Events move who listens for them, once each")
struct EventTests {
    @Test("a step emits an event, which is its output, is kept, and is the same however often it is asked for")
    func emit() throws {
        let bench = try EngineBench()
        let id = try bench.start(
            """
              - tell:
                  emit:
                    event:
                      with:
                        type: com.example.image.built
                        subject: '${ .name }'
                        tenant: blackfen
                        data: { image: '${ .name }' }
            """,
            ["name": "bf-golden"]
        )
        let output = try bench.output(id)
        #expect(output["type"] == "com.example.image.built" && output["subject"] == "bf-golden")
        #expect(output["source"] == "/test/sample/1.0.0" && output["specversion"] == "1.0")
        #expect(output["id"] == .string("\(id)-2"))
        #expect(output["time"] == .string(ManualClock.start.description))
        #expect(output["data"] == ["image": "bf-golden"] && output["tenant"] == "blackfen")
        let stored = try eventually { try bench.store.events(EventQuery()).first { $0.reached != nil } }
        #expect(stored.event.json == output && stored.emitter == id && stored.reached == 0)
    }

    @Test("an event that one instance emits moves another")
    func between() throws {
        let bench = try EngineBench()
        let listener = try bench.start(
            """
              - hear:
                  listen: { to: { one: { with: { type: image.built } } } }
                  timeout: { after: PT1H }
            """
        )
        let teller = try bench.define(
            "  - tell: { emit: { event: { with: { type: image.built, data: 7 } } } }",
            name: "teller"
        )
        _ = try bench.start(teller)
        #expect(try bench.output(listener) == [7])
        #expect(try bench.actions(listener) == ["instance.started", "event.came"])
        #expect(try bench.story(listener).last?["detail"]?["event"]?["type"] == "image.built")
    }

    @Test("an event that was here before does nothing, and that is in the journal")
    func repeated() throws {
        let bench = try EngineBench()
        let steps = """
              - first: { listen: { to: { one: { with: { type: a } } } }, timeout: { after: PT1H } }
              - second: { listen: { to: { one: { with: { type: a } } } }, timeout: { after: PT1H } }
            """
        let id = try bench.start(steps)
        #expect(try bench.bring("a", "1") == EventReceipt(isRepeated: false, reached: 1))
        #expect(try bench.bring("a", "1") == EventReceipt(isRepeated: true, reached: 0))
        #expect(try bench.store.instance(id)?.leaves.first?.node == 2)
        #expect(try bench.bring("a", "2", ["n": 2]).reached == 1)
        #expect(try bench.output(id) == [["n": 2]])
        let refused = try eventually {
            try bench.store.entries(EntryQuery()).map { try JSON(parsing: $0.entry.canonical) }
                .first { $0["refusal"] != nil }
        }
        #expect(refused["refusal"] == "repeated" && refused["action"] == "event.received")
    }

    @Test("what came before somebody listened is not heard")
    func before() throws {
        let bench = try EngineBench()
        try bench.bring("a", "1", ["n": 1])
        let id = try bench.start(
            "  - hear: { listen: { to: { one: { with: { type: a } } } }, timeout: { after: PT1H } }"
        )
        #expect(try bench.bring("b", "1").reached == 0)
        #expect(try bench.bring("a", "2", ["n": 2]).reached == 1)
        #expect(try bench.output(id) == [["n": 2]])
    }

    @Test("a correlation finds the one instance of many that an event is about")
    func correlation() throws {
        let bench = try EngineBench()
        let workflow = try bench.define(
            """
              - hear:
                  listen:
                    to:
                      one:
                        with: { type: image.built }
                        correlate: { image: { from: .data.image, expect: '${ .image }' } }
                    read: envelope
                  timeout: { after: PT1H }
            """
        )
        let ids = try (0..<20).map { try bench.start(workflow, ["image": .number(JSON.Number($0))]) }
        let address = EventAddress(topic: "image.built", form: #"[".data.image"]"#, key: "[7]")
        #expect(try bench.store.listeners(.init(address: address, sequence: .max)) == [ids[7]])
        #expect(try bench.bring("image.built", "1", ["image": 7]).reached == 1)
        #expect(try bench.bring("image.built", "2", ["image": 99]).reached == 0)
        #expect(try bench.output(ids[7])[0]?["id"] == "1")
        #expect(try bench.store.instances(InstanceQuery(isOpen: true)).count == 19)
    }

    @Test("all of several: each once, in the order of their coming, tied to one another by what the first one says")
    func all() throws {
        let bench = try EngineBench()
        let id = try bench.start(
            """
              - hear:
                  listen:
                    to:
                      all:
                        - { with: { type: disk.ready }, correlate: { order: { from: .data.order } } }
                        - { with: { type: net.ready }, correlate: { order: { from: .data.order } } }
                  timeout: { after: PT1H }
            """
        )
        #expect(try bench.bring("net.ready", "1", ["order": 5]).reached == 1)
        #expect(try bench.bring("net.ready", "2", ["order": 5]).reached == 0)
        #expect(try bench.bring("disk.ready", "3", ["order": 6]).reached == 0)
        #expect(try bench.bring("disk.ready", "4", ["order": 5]).reached == 1)
        #expect(try bench.output(id) == [["order": 5], ["order": 5]])
    }

    @Test("any of several, by what the data is; what an expression cannot make sense of does not fit")
    func any() throws {
        let bench = try EngineBench()
        let id = try bench.start(
            """
              - hear:
                  listen:
                    to:
                      any:
                        - { with: { type: 'vitals[.].*', data: '${ .temperature > 38 }' } }
                        - { with: { source: /test, subject: '${ $workflow.input.room }', data: { state: down } } }
                  timeout: { after: PT1H }
            """,
            ["room": "12"]
        )
        #expect(try bench.bring("vitals.temperature", "1", ["temperature": 37]).reached == 0)
        #expect(try bench.bring("vitals.temperature", "2", "warm").reached == 0)
        #expect(try bench.bring("other", "3", ["temperature": 39]).reached == 0)
        #expect(try bench.bring("other", "4", ["state": "down"], subject: "11").reached == 0)
        #expect(try bench.bring("other", "5", ["state": "down", "since": 1], subject: "12").reached == 1)
        #expect(try bench.output(id) == [["state": "down", "since": 1]])
    }

    @Test("any until a condition holds, with something done with each before the next")
    func foreach() throws {
        let noted = Locked<[JSON]>([])
        let note = ScriptedAction("note") { call in
            noted.withLock { $0.append(call.input) }
            return .done(call.input)
        }
        let bench = try EngineBench(actions: [note])
        let id = try bench.start(
            """
              - hear:
                  listen: { to: { any: [ { with: { type: a } } ], until: '( . | length ) == 3' }, read: data }
                  foreach:
                    item: heard
                    at: place
                    do:
                      - note: { call: note, with: { n: '${ $heard.n }', at: '${ $place }' } }
                    output: { as: '.n * 10' }
                    export: { as: '{ sum: (($context.sum // 0) + $output) }' }
                  timeout: { after: PT1H }
              - sum: { set: { all: '${ . }', sum: '${ $context.sum }' } }
            """
        )
        for n in 1...3 { try bench.bring("a", "\(n)", ["n": .number(JSON.Number(n))]) }
        #expect(try bench.output(id) == ["all": [10, 20, 30], "sum": 60])
        #expect(
            noted.withLock { $0 }
                == (1...3).map { ["n": .number(JSON.Number($0)), "at": .number(JSON.Number($0 - 1))] }
        )
        #expect(try bench.bring("a", "4").reached == 0)
    }

    @Test("any until another event comes, which is not part of what was heard")
    func untilEvent() throws {
        let bench = try EngineBench()
        let id = try bench.start(
            """
              - hear:
                  listen:
                    to:
                      any: []
                      until: { one: { with: { type: stop } } }
                    read: raw
                  timeout: { after: PT1H }
            """
        )
        try bench.bring("a", "1", ["n": 1])
        try bench.bring("b", "2", "text")
        try bench.bring("stop", "3")
        #expect(try bench.output(id) == [#"{"n":1}"#, "text"])
    }

    @Test("two branches that listen hear the same event, in one decision")
    func branches() throws {
        let bench = try EngineBench()
        let id = try bench.start(
            """
              - both:
                  fork:
                    branches:
                      - left: { listen: { to: { one: { with: { type: a } } } }, timeout: { after: PT1H } }
                      - right: { listen: { to: { any: [ { with: { type: a } } ] } }, timeout: { after: PT1H } }
            """
        )
        #expect(try bench.bring("a", "1", 5).reached == 1)
        #expect(try bench.output(id) == [[5], [5]])
        #expect(try bench.actions(id) == ["instance.started", "event.came"])
    }

    @Test("a loop of listens misses nothing that comes after the event that it is about")
    func loop() throws {
        let bench = try EngineBench()
        let id = try bench.start(
            """
              - each:
                  for: { each: n, in: '${ [range(5)] }' }
                  do:
                    - hear: { listen: { to: { one: { with: { type: a } } } }, timeout: { after: PT1H } }
                    - keep: { set: '${ . }', export: { as: '($context // []) + .' } }
              - all: { set: { all: '${ $context }' } }
            """
        )
        let promises = try (0..<5).map { number -> Promise<Bool> in
            let event = try CloudEvent(
                envelope: [
                    "specversion": "1.0", "id": .string("\(number)"), "source": "/test", "type": "a",
                    "data": .number(JSON.Number(number)),
                ]
            )
            let promise = Promise<Bool>()
            bench.engine.receive(event, by: EngineBench.operation) { _ in promise.fulfil(true) }
            return promise
        }
        for promise in promises { _ = try promise.wait() }
        #expect(try bench.output(id) == ["all": [0, 1, 2, 3, 4]])
    }

    @Test("who listens too long faults by a timeout, which can be caught, and hears nothing more")
    func timeout() throws {
        let bench = try EngineBench()
        let id = try bench.start(
            """
              - patient:
                  try:
                    - hear: { listen: { to: { one: { with: { type: a } } } }, timeout: { after: PT1H } }
                  catch:
                    errors: { with: { status: 408 } }
                    do:
                      - late: { set: { late: true } }
            """
        )
        bench.clock.advance(by: .hours(1))
        #expect(try bench.output(id) == ["late": true])
        #expect(try bench.bring("a", "1").reached == 0)
        #expect(try bench.store.listeners(.init(address: .init(topic: "a", form: "", key: ""), sequence: .max)).isEmpty)
    }

    @Test("an event that was kept before a crash is brought after it, and who had taken it does not take it twice")
    func crash() throws {
        let bench = try EngineBench()
        let workflow = try bench.define(
            """
              - hear:
                  listen: { to: { any: [ { with: { type: a } } ], until: 'length == 2' } }
                  timeout: { after: PT1H }
            """
        )
        let ids = try (0..<3).map { _ in try bench.start(workflow) }
        bench.engine.stop()
        let event = try CloudEvent(envelope: ["specversion": "1.0", "id": "1", "source": "/t", "type": "a", "data": 1])
        let engine = bench.engine
        let receipt: EventReceipt = try answer { then in engine.receive(event, by: EngineBench.operation, then: then) }
        #expect(receipt.reached == nil)
        // One of them was told; then everything stopped.
        let sequence = try #require(try bench.store.events(EventQuery()).first?.sequence)
        try bench.handle(.eventCame(event, sequence: sequence), ids[1])
        #expect(throws: Refusal.notListening) { try bench.handle(.eventCame(event, sequence: sequence), ids[1]) }
        try bench.restart()
        let stored = try eventually { try bench.store.events(EventQuery()).first { $0.reached != nil } }
        #expect(stored.reached == 2)
        for id in ids {
            guard case .listening(let listening)? = try bench.store.instance(id)?.leaves.first?.state else {
                Issue.record("it does not listen")
                continue
            }
            #expect(listening.hearing.items == [1])
        }
    }

    @Test("what cannot be an event is refused with every mistake, by its pointer")
    func malformed() {
        #expect {
            try CloudEvent(
                envelope: [
                    "specversion": "0.3", "id": "", "type": 4, "time": "yesterday", "Tenant": "x", "ratio": 1.5,
                    "data": 1, "data_base64": "eA==",
                ]
            )
        } throws: { error in
            let told = (error as? FieldErrors)?.errors.map(\.pointer) ?? []
            return Set(told) == [
                "/source", "/specversion", "/id", "/type", "/time", "/Tenant", "/ratio", "/data_base64",
            ]
        }
    }
}
