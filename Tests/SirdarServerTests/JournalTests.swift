import HTTPTypes
import HummingbirdTesting
import JSON
import SirdarCore
import SirdarEngine
import SirdarJournal
import SirdarTestKit
import Testing

@Suite("The journal by page and API: read, proved, given out and looked after")
struct JournalTests {
    private static let ours = ["/v1/entries/1", "/v1/entries/1/proof", "/v1/journal/checkpoints", "/v1/journal/export"]
    private static let pages = ["/journal", "/journal/export"]

    private func auditor(_ bench: ServerBench) throws -> HTTPFields {
        try bench.token(of: try bench.person("auditor", [.auditor], projects: ["*"]))
    }

    private func verify(_ bundle: TestResponse, _ bench: ServerBench) throws -> BundleVerdict {
        var verifier = try BundleVerifier(key: bench.sealer.signer.key)
        try verifier.read(Array(bundle.text.utf8))
        return try verifier.verdict()
    }

    @Test("an auditor sees all of it; an administrator examines and does not export; a requester sees nothing of it")
    func roles() async throws {
        let bench = try ServerBench()
        let auditor = try bench.person("auditor", [.auditor], projects: ["*"])
        let (admin, requester) = (
            try bench.person("admin", [.admin], projects: ["*"]),
            try bench.person("artist", [.requester], projects: ["harrow"])
        )
        let expected: [(Person, examines: HTTPResponse.Status, sees: HTTPResponse.Status, exports: HTTPResponse.Status)]
        expected = [
            (auditor, .ok, .ok, .ok), (admin, .ok, .ok, .forbidden), (requester, .forbidden, .forbidden, .forbidden),
        ]
        let tokens = try expected.map { try bench.token(of: $0.0) }
        let browsers = try expected.map { try bench.session(of: $0.0).cookie }
        try await bench.asking { client in
            for (index, (person, examines, sees, exports)) in expected.enumerated() {
                let examination = try await client.get("/v1/examination", tokens[index])
                #expect(examination.status == examines, "\(person.name)")
                for path in Self.ours {
                    let answer = try await client.get(path, tokens[index])
                    #expect(answer.status == (path.hasSuffix("export") ? exports : sees), "\(person.name) \(path)")
                }
                for path in Self.pages {
                    let answer = try await client.get(path, browsers[index])
                    #expect(answer.status == (path.hasSuffix("export") ? exports : sees), "\(person.name) \(path)")
                }
            }
        }
    }

    @Test("an entry's proof verifies with the public key alone, also of an entry that was not sealed before")
    func proof() async throws {
        let bench = try ServerBench()
        let token = try auditor(bench)
        try bench.seal()
        _ = try bench.person("later", [.author])
        let last = try #require(try bench.engine.store.entries(EntryQuery(newestFirst: true, limit: 1)).first?.sequence)
        try await bench.asking { client in
            let key = try await client.get("/v1/journal/checkpoints", token)
            let trusted = try NoteKey(text: try #require(key.json["key"]?.asString))
            let other = try await client.get("/v1/entries/2", token)
            for sequence in [1, last] {
                let entry = try await client.get("/v1/entries/\(sequence)", token)
                let answer = try await client.get("/v1/entries/\(sequence)/proof", token)
                let proof = try #require(EntryProof(text: answer.text))
                let canonical = try #require(entry.json["canonical"]?.asString)
                #expect(proof.sequence == sequence && answer.text.utf8.count < 2048)
                #expect(try proof.verify(Array(canonical.utf8), trusted).size >= sequence)
                let wrong = try #require(other.json["canonical"]?.asString)
                #expect(throws: EntryProof.Fault.notIncluded) { try proof.verify(Array(wrong.utf8), trusted) }
            }
            for path in [
                "/v1/entries/\(last + 1000)", "/v1/entries/\(last + 1000)/proof", "/v1/entries/x", "/v1/entries/0",
            ] {
                let missing = try await client.get(path, token)
                #expect(missing.status == .notFound, "\(path)")
            }
        }
    }

    @Test("an export verifies without the store, is an entry before it leaves, and one byte changed shows")
    func export() async throws {
        let bench = try ServerBench()
        let token = try auditor(bench)
        try bench.task()
        try await bench.asking { client in
            let whole = try await client.get("/v1/journal/export", token)
            let verdict = try verify(whole, bench)
            #expect(whole.headers[.contentDisposition]?.contains("journal-1-\(verdict.last).sirdar") == true)
            #expect(verdict.first == 1 && verdict.last >= 5 && verdict.uncovered == 0)
            let part = try await client.get("/v1/journal/export?from=3&to=5", token)
            let covered = try verify(part, bench)
            #expect(covered.first == 3 && covered.last == 5)
            let exports = try await client.get("/v1/entries?action=journal.exported&order=oldest", token)
            let items = try #require(exports.json["items"]?.asArray)
            #expect(items.map { $0["detail"]?["from"] } == [1, 3] && items.last?["detail"]?["to"] == 5)
            #expect(items.allSatisfy { $0["actor"]?["name"] == "auditor" && $0["channel"] == "api" })
            var changed = Array(whole.text.utf8)
            let place = try #require(whole.text.utf8.firstRange(of: "test.wrote".utf8))
            changed[whole.text.utf8.distance(from: whole.text.utf8.startIndex, to: place.lowerBound)] ^= 1
            let altered = changed
            #expect(throws: BundleFault.self) {
                var verifier = try BundleVerifier(key: bench.sealer.signer.key)
                try verifier.read(altered)
                _ = try verifier.verdict()
            }
        }
    }

    @Test(
        "a stretch that is not there is refused with what there is",
        arguments: ["from=0", "from=9&to=4", "to=99999"]
    )
    func noStretch(_ query: String) async throws {
        let bench = try ServerBench()
        let token = try auditor(bench)
        try await bench.asking { client in
            let answer = try await client.get("/v1/journal/export?\(query)", token)
            #expect(answer.status == .unprocessableContent, "\(query): \(answer.text)")
            let exports = try await client.get("/v1/entries?action=journal.exported", token)
            #expect(exports.json["items"] == [])
        }
    }

    @Test("checkpoints are listed, the newest first, each once, through all pages")
    func checkpoints() async throws {
        let bench = try ServerBench()
        let token = try auditor(bench)
        for number in 1...5 {
            try bench.person("person\(number)", [.author])
            try bench.seal()
        }
        try await bench.asking { client in
            var (sizes, cursor) = ([Int](), "")
            repeat {
                let page = try await client.get("/v1/journal/checkpoints?limit=2\(cursor)", token)
                let items = try #require(page.json["items"]?.asArray)
                sizes += items.compactMap { $0["size"]?.asInt }
                #expect(items.allSatisfy { $0["anchored"]?.asArray?.count == 1 && $0["root"]?.asString?.count == 44 })
                #expect(page.json["state"] == "sealed")
                cursor = page.json["next"]?.asString.map { "&cursor=\($0)" } ?? ""
            } while !cursor.isEmpty
            #expect(sizes.count == 5 && sizes == sizes.sorted(by: >) && Set(sizes).count == 5)
        }
    }
}

@Suite("Looking through the journal")
struct JournalSearchTests {
    @Test("by person, action, outcome, time and object; together; and through pages")
    func filters() async throws {
        let bench = try ServerBench()
        let token = try bench.token(of: try bench.person("auditor", [.auditor], projects: ["*"]))
        let engineer = try bench.operatorPerson()
        let (working, task) = (try bench.token(of: engineer), try bench.task())
        bench.clock.advance(by: .hours(1))
        let middle = bench.clock.now()
        bench.clock.advance(by: .hours(1))
        try await bench.asking { client in
            let claimed = try await client.send(.put, "/v1/tasks/\(task.id)/claim", working)
            #expect(claimed.status == .ok)
            let denied = try await client.send(.put, "/v1/tasks/\(task.id)/priority", working, #"{"priority":1}"#)
            #expect(denied.status == .forbidden)
            let refusals = try eventually { try bench.refusals().isEmpty ? nil : try bench.refusals() }
            #expect(refusals == ["request.refused denied"])
            let listed = { @Sendable (query: String) async throws -> [JSON] in
                let answer = try await client.get("/v1/entries?\(query)", token)
                return try #require(answer.json["items"]?.asArray, "\(query): \(answer.text)")
            }
            let all = try await listed("limit=200")
            let refused = try await listed("outcome=refused")
            #expect(refused.count == 1 && refused.first?["refusal"] == "denied")
            let done = try await listed("outcome=done&limit=200")
            #expect(done.count == all.count - 1)
            let tasks = try await listed("action=task&limit=200")
            #expect(!tasks.isEmpty && tasks.allSatisfy { $0["action"]?.asString?.hasPrefix("task.") == true })
            let before = try await listed("to=\(middle)&limit=200")
            let after = try await listed("from=\(middle)&limit=200")
            #expect(!before.isEmpty && !after.isEmpty && before.count + after.count == all.count)
            let theirs = try await listed("person=operator&from=\(middle)&outcome=done")
            // Whoever looked for them is in it by now, perhaps.
            let acted = theirs.compactMap { $0["action"]?.asString }.filter { $0 != "journal.read" }
            #expect(acted == ["task.claimed"])
            let own = try await listed("object=\(task.instance)&limit=200")
            #expect(!own.isEmpty && own.allSatisfy { $0["object"]?["id"]?.asString == task.instance.description })
            var (sequences, cursor) = ([Int](), "")
            repeat {
                let page = try await client.get("/v1/entries?outcome=done&limit=3&order=oldest\(cursor)", token)
                sequences += page.json["items"]?.asArray?.compactMap { $0["sequence"]?.asInt } ?? []
                cursor = page.json["next"]?.asString.map { "&cursor=\($0)" } ?? ""
            } while !cursor.isEmpty
            #expect(sequences == sequences.sorted() && sequences.count == Set(sequences).count)
            let wanted = done.compactMap { $0["sequence"]?.asInt }
            #expect(wanted.allSatisfy(sequences.contains))
        }
    }

    @Test("to look for somebody else's doings is an entry; for one's own it is not")
    func reading() async throws {
        let bench = try ServerBench()
        let token = try bench.token(of: try bench.person("auditor", [.auditor], projects: ["*"]))
        let other = try bench.operatorPerson()
        try await bench.asking { client in
            let own = try await client.get("/v1/entries?person=auditor", token)
            let theirs = try await client.get("/v1/entries?person=operator", token)
            #expect(own.status == .ok && theirs.status == .ok)
            _ = try eventually { try bench.actions().contains("journal.read") ? true : nil }
            let found = try await client.get("/v1/entries?action=journal.read", token)
            let reads = try #require(found.json["items"]?.asArray)
            #expect(reads.map { $0["object"]?["id"]?.asString } == [other.id.description])
        }
    }

    @Test(
        "what cannot be looked for is said, and where",
        arguments: [
            ("object=x", "/object"), ("person=nobody", "/person"), ("outcome=maybe", "/outcome"),
            ("from=noon", "/from"),
            ("to=2026", "/to"),
        ]
    )
    func refused(_ query: String, _ pointer: String) async throws {
        let bench = try ServerBench()
        let auditor = try bench.person("auditor", [.auditor], projects: ["*"])
        let (token, browser) = (try bench.token(of: auditor), try bench.session(of: auditor))
        try await bench.asking { client in
            let answer = try await client.get("/v1/entries?\(query)", token)
            #expect(answer.status == .unprocessableContent)
            #expect(answer.json["errors"]?.asArray?.compactMap { $0["pointer"]?.asString } == [pointer])
            let page = try await client.get("/journal?\(query)", browser.cookie)
            #expect(page.status == .ok && page.text.contains("role=\"alert\""))
        }
    }
}

@Suite("How far the journal is sealed, and why an instance does not move")
struct ExaminationTests {
    @Test("the page says up to where it is sealed and where that is kept, and says loudly when it is not any more")
    func badge() async throws {
        let bench = try ServerBench()
        let browser = try bench.session(of: try bench.person("auditor", [.auditor], projects: ["*"]))
        try await bench.asking { client in
            let none = try await client.get("/journal", browser.cookie)
            #expect(none.text.contains("Nothing is sealed yet"))
            try bench.seal()
            let size = try #require(try bench.engine.store.checkpoints(CheckpointQuery()).first?.size)
            let sealed = try await client.get("/journal", browser.cookie)
            #expect(sealed.text.contains("Sealed up to ") && sealed.text.contains(", entry \(size), anchored at "))
            #expect(!sealed.text.contains("Verified"), "no more is said than was looked at")
            try bench.changeBehind("DELETE FROM entry WHERE sequence = \(size)")
            try bench.seal()
            let refused = try await client.get("/journal", browser.cookie)
            #expect(refused.text.contains("NOT SEALED ANY MORE") && !refused.text.contains("Sealed up to"))
            let ready = try await client.get("/readyz")
            #expect(ready.status == .ok && ready.json["journal"] == "refused: entries-missing")
        }
    }

    @Test("an examination finds all sound, and an entry that was changed in the file")
    func examination() async throws {
        let bench = try ServerBench()
        let token = try bench.token(of: try bench.person("auditor", [.auditor], projects: ["*"]))
        try bench.task()
        try await bench.asking { client in
            let sound = try await client.get("/v1/examination", token)
            let findings = try #require(sound.json["findings"]?.asArray)
            #expect(sound.json["sound"] == true, "\(sound.text)")
            let names = Set(findings.compactMap { $0["name"]?.asString })
            #expect(
                names.isSuperset(of: [
                    "store settings", "store file", "disk", "seal", "anchors", "journal", "instances",
                ])
            )
            let other = "CAST(replace(canonical, 'test.wrote', 'test.wrate') AS BLOB)"
            try bench.changeBehind("UPDATE entry SET canonical = \(other) WHERE sequence = 2")
            let changed = try await client.get("/v1/examination", token)
            let wrong = changed.json["findings"]?.asArray?.filter { $0["verdict"] == "wrong" }
            #expect(changed.json["sound"] == false && wrong?.compactMap { $0["name"]?.asString } == ["journal"])
        }
    }

    @Test("an instance whose state is not what the journal says is found")
    func instances() async throws {
        let bench = try ServerBench()
        let token = try bench.token(of: try bench.person("auditor", [.auditor], projects: ["*"]))
        let task = try bench.task()
        try await bench.asking { client in
            try bench.changeBehind("UPDATE instance SET version = version + 1")
            let answer = try await client.get("/v1/examination", token)
            let wrong = answer.json["findings"]?.asArray?.filter { $0["verdict"] == "wrong" } ?? []
            #expect(wrong.compactMap { $0["name"]?.asString } == ["instances"], "\(answer.text)")
            #expect(wrong.first?["detail"]?.asString?.contains(task.instance.description) == true)
        }
    }

    @Test("it is explained what an instance waits for, on whom, and what to try; also that nobody may take it")
    func explanation() async throws {
        let bench = try ServerBench()
        let artist = try bench.person("artist", [.requester], projects: ["harrow"])
        let other = try bench.person("other", [.requester], projects: ["blackfen"])
        let (token, foreign) = (try bench.token(of: artist), try bench.token(of: other))
        let browser = try bench.session(of: artist)
        let task = try bench.task()
        let path = "/v1/instances/\(task.instance)/explanation"
        try await bench.asking { client in
            let nobody = try await client.get(path, token)
            let wait = try #require(nobody.json["waits"]?.asArray?.first)
            #expect(nobody.status == .ok && wait["step"] == "Reconfigure shared storage")
            #expect(wait["try"]?.asArray?.first?.asString?.hasPrefix("NOBODY MAY TAKE IT") == true, "\(nobody.text)")
            let engineer = try bench.operatorPerson()
            let somebody = try await client.get(path, token)
            let tries = somebody.json["waits"]?.asArray?.first?["try"]?.asArray?.compactMap(\.asString)
            #expect(tries == ["Claim it: sirdar task claim \(task.id)", "Who may: operator."])
            let claim = try await client.send(.put, "/v1/tasks/\(task.id)/claim", try bench.token(of: engineer))
            #expect(claim.status == .ok)
            let held = try await client.get(path, token)
            let asks = held.json["waits"]?.asArray?.first?["try"]?.asArray?.first?.asString
            #expect(asks?.hasPrefix("Ask operator, who holds the task since") == true, "\(held.text)")
            let hidden = try await client.get(path, foreign)
            #expect(hidden.status == .notFound)
            let story = try await client.get("/instances/\(task.instance)", browser.cookie)
            #expect(story.text.contains("href=\"/instances/\(task.instance)/explanation\""))
            let page = try await client.get("/instances/\(task.instance)/explanation", browser.cookie)
            #expect(page.status == .ok && page.text.contains("Ask operator, who holds the task since"))
        }
    }
}
