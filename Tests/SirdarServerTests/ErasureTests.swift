import HTTPTypes
import HummingbirdTesting
import JSON
import SirdarCore
import SirdarEngine
import SirdarJournal
import SirdarServer
import SirdarTestKit
import Testing

@Suite("Erasing who a person was, and keeping texts no longer than wanted")
struct ErasureTests {
    private static let form: HTTPFields = [
        .contentType: "application/x-www-form-urlencoded", .fetchSite: "same-origin",
    ]

    /// Somebody who has signed in, worked, said something and set something; and an administrator.
    private struct Scene {
        let bench: ServerBench
        let olga: Person
        let admin: Person
        let token: HTTPFields
        let auditor: HTTPFields

        init(retention: RetentionPolicy = RetentionPolicy()) throws {
            bench = try ServerBench(retention: retention)
            olga = try bench.person(
                "petrova",
                [.operator],
                projects: ["*"],
                queues: ["ops"],
                title: "Olga Zvezdochkina",
                withPassword: true
            )
            admin = try bench.person("root", [.admin], title: "Root")
            token = try bench.token(of: admin)
            auditor = try bench.token(of: try bench.person("auditor", [.auditor], projects: ["*"]))
        }

        /// What stands on the disk because of her, and must not afterwards.
        let marks = [
            "petrova", "Zvezdochkina", "UnmistakableBrowser", "what I thought of it", "nightly-of-hers",
            "olga@studio.example", "subject-of-hers",
        ]

        func live(_ client: any TestClientProtocol) async throws {
            var form = ErasureTests.form
            form[.userAgent] = "UnmistakableBrowser/1"
            let password = ServerBench.password.replacing(" ", with: "+")
            let inside = try await client.send(.post, "/sign-in", form, "name=petrova&password=\(password)")
            #expect(inside.status == .seeOther)
            _ = try await client.send(.post, "/sign-in", form, "name=petrova&password=not+the+password")
            let task = try bench.task()
            let own = try bench.token(of: olga)
            let said = try await client.send(
                .post,
                "/v1/tasks/\(task.id)/comments",
                own,
                #"{"text":"what I thought of it"}"#
            )
            #expect(said.status == .ok || said.status == .created, "\(said.text)")
            let made = try await client.send(.post, "/v1/tokens", own, #"{"name":"nightly-of-hers"}"#)
            #expect(made.status == .created)
            var preference = NoticePreference()
            preference.address = "olga@studio.example"
            let link = IdentityLink(
                identity: Identity(issuer: "https://login.studio.example", subject: "subject-of-hers"),
                person: olga.id,
                createdAt: bench.clock.now()
            )
            try bench.write([preference.change(of: olga.id, from: nil), link.added])
            for mark in marks { #expect(try bench.keeps(mark), "it was there: \(mark)") }
        }

        func verify(_ client: any TestClientProtocol) async throws -> BundleVerdict {
            try bench.seal()
            // One of now: months may have passed.
            let reader = try #require(try People(bench.engine.store).person(named: "auditor"))
            let bundle = try await client.get("/v1/journal/export", try bench.token(of: reader))
            var verifier = try BundleVerifier(key: bench.sealer.signer.key)
            try verifier.read(Array(bundle.text.utf8))
            return try verifier.verdict()
        }
    }

    @Test("nothing of them is in any file of the data folder, what they did stays, and the journal still verifies")
    func whole() async throws {
        let scene = try Scene()
        let bench = scene.bench
        try await bench.asking { client in
            try await scene.live(client)
            _ = try bench.refused(count: 1)
            let before = try await scene.verify(client)
            let leaves = try bench.engine.store.entries(EntryQuery(limit: 1_000)).map(\.entry.canonical)
            let session = try bench.session(of: scene.olga)
            let path = "/v1/people/\(scene.olga.id)/erasure"
            let answer = try await client.send(.post, path, scene.token, #"{"reason":"They asked for it."}"#)
            #expect(answer.status == .ok && answer.json["comments"] == 1, "\(answer.text)")
            #expect((answer.json["entries"]?.asInt ?? 0) >= 4 && (answer.json["records"]?.asInt ?? 0) >= 6)
            for mark in scene.marks { #expect(try !bench.keeps(mark), "it is still there: \(mark)") }
            // Out at once, and nobody's name; what they did is still one person's.
            let out = try await client.get("/queue", session.cookie)
            #expect(out.status == .seeOther)
            let person = try await client.get("/v1/people/\(scene.olga.id)", scene.token)
            let name = person.json["name"]?.asString ?? ""
            #expect(name.hasPrefix("erased-") && person.json["title"]?.asString == name)
            #expect(person.json["disabled"] == true && person.json["roles"] == [])
            let again = try bench.engine.store.entries(EntryQuery(limit: 1_000)).map(\.entry.canonical)
            #expect(Array(again.prefix(leaves.count)) == leaves)
            let after = try await scene.verify(client)
            #expect(after.erased > before.erased && after.uncovered == 0 && after.last > before.last)
            // The entry says who did it to whom, and how much; the reason is confidential.
            let list = try await client.get("/v1/entries?action=person.erased", scene.auditor)
            let entry = try #require(list.json["items"]?[0])
            #expect(entry["actor"]?["name"] == "root" && entry["object"]?["id"]?.asString == scene.olga.id.description)
            #expect(entry["confidential"] == ["reason": "They asked for it."])
            #expect(entry["detail"]?["comments"] == 1)
        }
    }

    @Test(
        "it can be repeated, not undone, and nobody is erased by name, by themselves, or as the last administrator"
    )
    func refusals() async throws {
        let scene = try Scene()
        let bench = scene.bench
        let own = "/v1/people/\(scene.admin.id)/erasure"
        let path = "/v1/people/\(scene.olga.id)/erasure"
        try await bench.asking { client in
            let last = try await client.send(.post, own, scene.token, #"{"reason":"x"}"#)
            #expect(last.status == .conflict && last.json["type"]?.asString?.hasSuffix("last-administrator") == true)
            let second = try bench.person("second", [.admin])
            let oneself = try await client.send(.post, own, scene.token, #"{"reason":"x"}"#)
            #expect(oneself.status == .conflict && oneself.json["type"]?.asString?.hasSuffix("oneself") == true)
            for reason in ["Petrova asked.", "For olga zvezdochkina", "  "] {
                let named = try await client.send(.post, path, scene.token, #"{"reason":"\#(reason)"}"#)
                #expect(named.status == .unprocessableContent, "\(reason)")
            }
            let denied = try await client.send(.post, path, scene.auditor, #"{"reason":"x"}"#)
            #expect(denied.status == .forbidden)
            for _ in 0..<2 {
                let done = try await client.send(.post, path, scene.token, #"{"reason":"They left."}"#)
                #expect(done.status == .ok)
            }
            var change = scene.token
            let seen = try await client.get("/v1/people/\(scene.olga.id)", scene.token)
            change[.ifMatch] = seen.headers[.eTag]
            let back = try await client.send(.patch, "/v1/people/\(scene.olga.id)", change, #"{"disabled":false}"#)
            #expect(back.status == .conflict)
            let other = try bench.token(of: second)
            let gone = try await client.send(.post, own, other, #"{"reason":"x"}"#)
            #expect(gone.status == .ok)
        }
        let refusals = try bench.refusals()
        #expect(refusals.contains("person.erased oneself") && refusals.contains("person.erased names-them"))
        #expect(try !bench.keeps("Petrova asked"))
    }

    // MARK: Retention

    private static let policy = RetentionPolicy([
        .signIns: .days(30), .journalText: .days(90), .comments: .days(60), .closedAccounts: .days(10),
    ])

    @Test("each kind goes when its time has come: first only said, then done, and once")
    func retention() async throws {
        let scene = try Scene(retention: Self.policy)
        let bench = scene.bench
        try await bench.asking { client in
            try await scene.live(client)
            func due(_ kind: RetentionPolicy.Kind, _ view: JSON) -> Int {
                view["kinds"]?.asArray?.first { $0["kind"]?.asString == kind.rawValue }?["due"]?.asInt ?? -1
            }
            let none = try await client.get("/v1/retention", scene.token)
            #expect(RetentionPolicy.Kind.allCases.allSatisfy { due($0, none.json) == 0 })
            bench.clock.advance(by: .days(29))
            let admin = try bench.token(of: scene.admin)
            bench.clock.advance(by: .days(2))
            let dry = try await client.send(.post, "/v1/retention/sweeps", admin, #"{"dry_run":true}"#)
            #expect(due(.signIns, dry.json) >= 2 && due(.comments, dry.json) == 0, "\(dry.text)")
            #expect(dry.json["last_sweep"]?.isNull == true)
            #expect(try bench.keeps("UnmistakableBrowser/1") && bench.keeps("what I thought of it"))
            let done = try await client.send(.post, "/v1/retention/sweeps", admin)
            #expect(due(.signIns, done.json) == due(.signIns, dry.json))
            let again = try await client.get("/v1/retention", admin)
            #expect(due(.signIns, again.json) == 0 && again.json["last_sweep"]?.isNull == false)
            let denied = try await client.send(.post, "/v1/retention/sweeps", try bench.token(of: scene.olga))
            #expect(denied.status == .forbidden)
            let verdict = try await scene.verify(client)
            #expect(verdict.erased >= 2 && verdict.uncovered == 0)
        }
        let actions = try bench.actions()
        #expect(actions.contains("retention.erased") && actions.contains("retention.swept"))
    }

    @Test("a closed account goes as by an administrator, and comments only when their task has ended")
    func others() throws {
        let bench = try ServerBench()
        let retention = Retention(engine: bench.engine, policy: Self.policy, log: ServerBench.quiet)
        let karl = try bench.person("karl-the-gone", [.operator])
        var out = karl
        out.isDisabled = true
        let change = RecordChange(
            kind: Person.kind,
            key: karl.id.description,
            name: karl.name,
            body: out.body,
            expecting: .any
        )
        let entry = Entry(
            at: bench.clock.now(),
            actor: .system("test"),
            channel: .setup,
            action: "person.changed",
            object: .init(kind: Person.kind, id: karl.id)
        )
        let engine = bench.engine
        try answer { then in engine.write([change], entry: entry, then: then) }
        let task = try bench.task()
        for (name, scope) in [("open", task.id), ("ended", bench.engine.identifiers.next())] {
            let body: JSON = [
                "kind": "comment", "by": "x", "at": .string(bench.clock.now().description), "text": .string(name),
            ]
            let key = bench.engine.identifiers.next().description
            try bench.write([
                RecordChange(kind: Comment.kind, key: key, scope: scope.description, body: body, expecting: .absent)
            ])
        }
        bench.clock.advance(by: .days(61))
        let due = try retention.due()
        #expect(due.first { $0.kind == .comments }?.count == 1 && due.first { $0.kind == .closedAccounts }?.count == 1)
        _ = try retention.sweep(by: Actuation(actor: .system("retention"), channel: .timer))
        #expect(try People(bench.engine.store).person(karl.id)?.isErased == true)
        #expect(try !bench.keeps("karl-the-gone"))
        let texts = try bench.engine.store.records(RecordQuery(kind: Comment.kind)).compactMap {
            $0.body["text"]?.asString
        }
        #expect(texts.sorted() == ["", "open"])
    }

    @Test("it is done by itself once a day, and not anew at each start")
    func daily() throws {
        let bench = try ServerBench()
        func sweeps() throws -> Int { try bench.actions().count { $0 == "retention.swept" } }
        let first = Retention(engine: bench.engine, policy: Self.policy, log: ServerBench.quiet)
        first.run()
        _ = try eventually { try sweeps() == 1 ? true : nil }
        first.stop()
        let second = Retention(engine: bench.engine, policy: Self.policy, log: ServerBench.quiet)
        second.run()
        // It has looked, once it waits: the next day comes, and only then.
        _ = try eventually { () -> Bool? in
            if try sweeps() == 2 { return true }
            bench.clock.advance(by: .hours(1))
            return nil
        }
        #expect(bench.clock.now().since(ManualClock.start) >= .hours(24))
        second.stop()
    }
}
