import Foundation
import JSON
import Logging
import SirdarCore
import SirdarEngine
import SirdarJournal
import SirdarTestKit
import Testing

@Suite("Notices reach people at least once, and hold nothing up")
struct NotifierTests {
    /// A postman whose fortune a test decides.
    private final class Post: Postman {
        let channel: Channel
        let letters = Locked<[Letter]>([])
        /// What befalls the next letters to an address.
        let fortune = Locked<[String: PostTrouble]>([:])

        init(_ channel: Channel = .mail) { self.channel = channel }

        func carry(_ letter: Letter) throws(PostTrouble) {
            if let trouble = fortune.withLock({ $0[letter.to] ?? $0["*"] }) { throw trouble }
            letters.withLock { $0.append(letter) }
        }

        func letters(_ count: Int) throws -> [Letter] {
            try eventually {
                let letters = letters.withLock { $0 }
                return letters.count >= count ? letters : nil
            }
        }
    }

    private static let quiet = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
    private static let policy = NoticePolicy(
        mail: .init(host: "127.0.0.1", from: "sirdar@studio.example", addresses: "{name}@studio.example"),
        webhooks: [.init(name: "room", secret: "room", kinds: [.overdue])]
    )

    private func notifier(_ bench: EngineBench, _ post: Post, _ more: [Post] = []) -> Notifier {
        let notifier = Notifier(
            engine: bench.engine,
            policy: Self.policy,
            postmen: [post] + more,
            writer: LetterWriter(base: "https://sirdar.example/", seal: MuteSeal(secret: Array("secret".utf8))),
            log: Self.quiet
        )
        notifier.run()
        return notifier
    }

    private func people(_ bench: EngineBench) throws -> [String: Person] {
        var people: [String: Person] = [:]
        for (name, roles) in [("ann", Role.operator), ("ben", .operator), ("sue", .supervisor)] {
            let person = Person(
                id: bench.engine.identifiers.next(),
                name: name,
                roles: [roles],
                projects: ["*"],
                queues: ["ops"],
                skills: ["storage"]
            )
            try bench.write([person.added])
            people[name] = person
        }
        return people
    }

    private func assign(_ bench: EngineBench, _ by: Person, to: Person) throws -> ManualTask {
        let task = try bench.task(of: try bench.start(try bench.deploy(Samples.workflow())))
        return try assign(task, bench, by, to: to)
    }

    private func assign(_ task: ManualTask, _ bench: EngineBench, _ by: Person, to: Person) throws -> ManualTask {
        let engine = bench.engine
        let actuation = Actuation(actor: .init(id: by.id.description, kind: .person), channel: .cli)
        return try answer { then in
            engine.act(.assign(to: to.name, note: ""), on: task.id, worker: by.worker, by: actuation, then: then)
        }
    }

    @Test("who is given a task gets a letter with a link and a click to mute, and the next one only with the digest")
    func digest() throws {
        let bench = try EngineBench()
        let (people, post) = (try people(bench), Post())
        let notifier = notifier(bench, post)
        defer { notifier.stop() }
        let (ann, sue) = (try #require(people["ann"]), try #require(people["sue"]))
        let task = try assign(bench, sue, to: ann)
        let first = try #require(try post.letters(1).first)
        #expect(first.to == "ann@studio.example" && first.subject == "Assigned to you: Reconfigure")
        #expect(first.text.contains("https://sirdar.example/tasks/\(task.id)"))
        let mute = try #require(first.mute)
        #expect(mute.oneClick.hasPrefix("https://sirdar.example/v1/mute?token="))
        let token = String(mute.page.split(separator: "=")[1])
        #expect(notifier.seal.open(token)?.kinds == [.assigned] && notifier.seal.open(token)?.person == ann.id)
        #expect(notifier.seal.open(token + "x") == nil && MuteSeal(secret: [1]).open(token) == nil)
        for _ in 0..<2 { _ = try assign(bench, sue, to: ann) }
        _ = try eventually { try bench.store.mailbox(of: ann.id.description)?.notices.count == 2 ? true : nil }
        #expect(post.letters.withLock { $0.count } == 1)
        bench.clock.advance(by: .minutes(10))
        let second = try post.letters(2)[1]
        #expect(second.items.count == 2 && second.subject == "2 things: 2 × Assigned to you")
        #expect(second.id != first.id)
    }

    @Test("what is muted, done by oneself, or has no address is not sent")
    func notSent() throws {
        let bench = try EngineBench()
        let (people, post) = (try people(bench), Post())
        let notifier = notifier(bench, post)
        defer { notifier.stop() }
        let (ann, ben, sue) = (
            try #require(people["ann"]), try #require(people["ben"]), try #require(people["sue"])
        )
        var preference = NoticePreference()
        preference.muted = [.assigned]
        try bench.write([preference.change(of: ann.id, from: nil)])
        preference.muted = []
        preference.address = "ben@elsewhere.example"
        try bench.write([preference.change(of: ben.id, from: nil)])
        _ = try assign(bench, sue, to: ann)
        _ = try assign(bench, sue, to: ben)
        #expect(try post.letters(1).map(\.to) == ["ben@elsewhere.example"])
        #expect(try bench.store.mailbox(of: ann.id.description) == nil)
    }

    @Test("one who cannot be reached waits longer each time, holds up nobody, and is given up in the end")
    func givenUp() throws {
        let bench = try EngineBench()
        let (people, post) = (try people(bench), Post())
        let notifier = notifier(bench, post)
        defer { notifier.stop() }
        let (ann, ben, sue) = (
            try #require(people["ann"]), try #require(people["ben"]), try #require(people["sue"])
        )
        post.fortune.withLock { $0["ann@studio.example"] = PostTrouble(.tryAgain, "450 busy") }
        _ = try assign(bench, sue, to: ann)
        _ = try eventually { try bench.store.mailbox(of: ann.id.description)?.problem == "450 busy" ? true : nil }
        _ = try assign(bench, sue, to: ben)
        #expect(try post.letters(1).map(\.to) == ["ben@studio.example"])
        for attempt in 2...4 {
            let next = try #require(try bench.store.mailbox(of: ann.id.description)?.nextAt)
            bench.clock.advance(by: next.since(bench.clock.now()))
            _ = try eventually { try bench.store.mailbox(of: ann.id.description)?.attempts == attempt ? true : nil }
        }
        bench.clock.advance(by: .days(4))
        let given = try eventually {
            try bench.store.records(RecordQuery(kind: Undelivered.kind)).first.flatMap(Undelivered.init)
        }
        #expect(given.person == ann.id.description && given.problem == "450 busy" && given.notices == 1)
        #expect(try bench.store.mailbox(of: ann.id.description)?.notices == [])
        let entries = try bench.store.entries(EntryQuery(object: given.id)).map {
            try JSON(parsing: $0.entry.canonical)
        }
        #expect(entries.first?["action"] == "letter.undelivered")
    }

    @Test("a relay that is down is tried with one letter; all go when it is back, and after a restart too")
    func relayDown() throws {
        let bench = try EngineBench()
        let (people, post) = (try people(bench), Post())
        var notifier = notifier(bench, post)
        let (ann, ben, sue) = (
            try #require(people["ann"]), try #require(people["ben"]), try #require(people["sue"])
        )
        post.fortune.withLock { $0["*"] = PostTrouble(.unreachable, "Nothing answers.") }
        _ = try assign(bench, sue, to: ann)
        _ = try eventually { notifier.troubles.first?.trouble == "Nothing answers." ? true : nil }
        _ = try assign(bench, sue, to: ben)
        _ = try eventually { try bench.store.mailbox(of: ben.id.description) }
        #expect(try bench.store.mailbox(of: ben.id.description)?.attempts == 0, "not tried while the relay is down")
        notifier.stop()
        try bench.restart()
        post.fortune.withLock { $0 = [:] }
        notifier = self.notifier(bench, post)
        defer { notifier.stop() }
        bench.clock.advance(by: .minutes(1))
        #expect(Set(try post.letters(2).map(\.to)) == ["ann@studio.example", "ben@studio.example"])
        #expect(notifier.troubles.first?.trouble == nil)
    }

    @Test("a room is told what it wants to know, once, and nobody's mute is in it")
    func rooms() throws {
        let bench = try EngineBench()
        bench.library.set(queues: [
            QueuePolicy(name: "ops", title: "Ops", due: .init(after: .hours(1), atRisk: .minutes(30), calendar: nil))
        ])
        let (people, post, room) = (try people(bench), Post(), Post(.webhook("room")))
        let notifier = notifier(bench, post, [room])
        defer { notifier.stop() }
        let (ann, sue) = (try #require(people["ann"]), try #require(people["sue"]))
        let task = try assign(bench, sue, to: ann)
        _ = try post.letters(1)
        bench.clock.advance(by: .hours(2))
        let told = try #require(try room.letters(1).first)
        #expect(told.items.map(\.heading) == ["Overdue: \(task.spec.title)"] && told.mute == nil)
        let letters = try post.letters(3)
        #expect(Set(letters.dropFirst().map(\.to)) == ["ann@studio.example", "sue@studio.example"])
    }

    @Test("where nothing is to be sent, nothing is written")
    func silent() throws {
        let bench = try EngineBench()
        let people = try people(bench)
        _ = try assign(bench, try #require(people["sue"]), to: try #require(people["ann"]))
        #expect(try bench.store.records(RecordQuery(kind: "notice")).isEmpty)
    }
}

extension EngineBench {
    func write(_ changes: [RecordChange]) throws {
        let engine = engine
        let entry = Entry(
            at: clock.now(),
            actor: .system("test"),
            channel: .setup,
            action: "test.written",
            object: .init(kind: "test", id: engine.identifiers.next())
        )
        try answer { then in engine.write(changes, entry: entry, then: then) }
    }
}
