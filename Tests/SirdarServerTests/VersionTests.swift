import Foundation
import HTTPTypes
import HummingbirdTesting
import JSON
import SirdarCore
import SirdarEngine
import SirdarJournal
import SirdarServer
import SirdarTestKit
import Testing

@Suite("Versions are deployed, compared and activated, and instances moved to them")
struct VersionTests {
    private static let path = "/v1/workflows/test/waits"

    /// A workflow whose instances wait for an event, so that they stay open.
    private static func source(_ version: String, event: String = "a", more: String = "") -> String {
        """
        document: { dsl: '1.0.3', namespace: test, name: waits, version: \(version) }
        metadata: { onExhausted: fault }
        do:
          - hear: { listen: { to: { one: { with: { type: \(event) } } } }, timeout: { after: PT1H } }
        \(more)
        """
    }

    private static func body(_ source: String, _ more: JSON.Object = [:]) -> String {
        var body = more
        body["source"] = .string(source)
        body["file"] = "waits.yaml"
        return JSON.object(body).text
    }

    private func author(_ bench: ServerBench) throws -> HTTPFields {
        try bench.token(of: try bench.person("author", [.author], projects: ["*"]))
    }

    private func start(_ bench: ServerBench, project: String = "harrow") throws -> Identifier {
        let number = try #require(bench.engine.library.current("test", "waits")).number
        let id = bench.engine.identifiers.next()
        let origin = Instance.Origin(request: nil, requester: "requester", scope: project)
        let start = InstanceStart(id: id, workflow: number, input: [:], origin: origin)
        let engine = bench.engine
        let actuation = Actuation(actor: .system("test"), channel: .setup)
        let _: Instance = try answer { then in engine.start(start, by: actuation, then: then) }
        return id
    }

    @Test(
        "a dry run tells what would change and changes nothing; deploying is at once, once, and never another content"
    )
    func deploying() async throws {
        let bench = try ServerBench()
        let token = try author(bench)
        try await bench.asking { client in
            let first = Self.source("1.0.0")
            let dry = try await client.send(.post, "/v1/workflows", token, Self.body(first, ["dry_run": true]))
            #expect(dry.status == .ok && dry.json["standing"] == "new" && dry.json["number"] == .some(.null))
            #expect(try await client.get(Self.path, token).status == .notFound)
            let made = try await client.send(.post, "/v1/workflows", token, Self.body(first))
            #expect(made.status == .created && made.json["active"] == "1.0.0")
            let again = try await client.send(.post, "/v1/workflows", token, Self.body(first))
            #expect(again.status == .ok && again.json["standing"] == "same")
            #expect(again.json["number"] == made.json["number"])
            let changed = Self.source("1.0.0", event: "b")
            let would = try await client.send(.post, "/v1/workflows", token, Self.body(changed, ["dry_run": true]))
            #expect(would.json["standing"] == "taken")
            #expect(would.json["difference"]?["lines"]?.asArray?.contains { $0.text.contains("type: b") } == true)
            let taken = try await client.send(.post, "/v1/workflows", token, Self.body(changed))
            #expect(taken.status == .conflict && taken.json["type"] == "urn:sirdar:problem:version-taken")
            let wrong = Self.source("1.1.0", more: "  - second: { call: noet, with: {} }")
            let refused = try await client.send(.post, "/v1/workflows", token, Self.body(wrong))
            #expect(refused.status == .unprocessableContent)
            let error = try #require(refused.json["errors"]?[0])
            #expect(error["pointer"] == "/source" && error["detail"]?.asString?.hasPrefix("waits.yaml:5:") == true)
            #expect(try await client.get(Self.path, token).json["versions"]?.asArray?.count == 1)
        }
        let kept = try eventually { () -> [String]? in
            let refusals = try bench.refusals().filter { $0.hasSuffix("version-taken") }
            return refusals.isEmpty ? nil : refusals
        }
        #expect(kept == ["workflow.deployed version-taken"])
    }

    @Test("versions are shown with their instances and their text, compared, and one of them is activated")
    func activating() async throws {
        let bench = try ServerBench()
        let token = try author(bench)
        try await bench.asking { client in
            _ = try await client.send(.post, "/v1/workflows", token, Self.body(Self.source("1.9.0")))
            _ = try start(bench)
            let more = "  - tell: { emit: { event: { with: { type: told } } } }"
            let newer = Self.source("1.10.0", more: more)
            let made = try await client.send(.post, "/v1/workflows", token, Self.body(newer))
            #expect(made.json["difference"]?["steps"]?["added"] == ["tell"])
            let shown = try await client.get("\(Self.path)/1.10.0", token)
            #expect(shown.json["source"] == .string(newer) && shown.json["active"] == true)
            let difference = try await client.get("\(Self.path)/1.10.0/diff", token)
            #expect(difference.json["from"] == "1.9.0")
            #expect(difference.json["lines"]?.asArray?.contains(.string("+ \(more)")) == true)
            let none = try await client.get("\(Self.path)/1.9.0/diff", token)
            #expect(none.status == .unprocessableContent)
            let wish = #"{"version":"1.9.0","reason":"The new one is wrong."}"#
            let chosen = try await client.send(.put, "\(Self.path)/activation", token, wish)
            #expect(chosen.json["chosen"] == true)
            let rows = try #require(chosen.json["versions"]?.asArray)
            #expect(rows.map { $0["version"] } == ["1.10.0", "1.9.0"] && rows.map { $0["active"] } == [false, true])
            #expect(rows[1]["instances"] == ["waiting": 1])
            let unknown = #"{"version":"2.0.0","reason":"x"}"#
            let refused = try await client.send(.put, "\(Self.path)/activation", token, unknown)
            #expect(refused.json["errors"]?[0]?["pointer"] == "/version")
            let newest = try await client.send(.put, "\(Self.path)/activation", token, #"{"reason":"Mended."}"#)
            #expect(newest.json["chosen"] == false && newest.json["versions"]?[0]?["active"] == true)
        }
    }

    @Test("a pre-flight says of each instance whether it moves and why not; then each moves by itself")
    func migrating() async throws {
        let bench = try ServerBench()
        let token = try author(bench)
        let theirs = try bench.token(of: try bench.person("other", [.author], projects: ["blackfen"]))
        try await bench.asking { client in
            _ = try await client.send(.post, "/v1/workflows", token, Self.body(Self.source("1.0.0")))
            let (first, second) = (try start(bench), try start(bench, project: "blackfen"))
            let same = Self.source("1.1.0", more: "  - tell: { emit: { event: { with: { type: told } } } }")
            _ = try await client.send(.post, "/v1/workflows", token, Self.body(same))
            _ = try await client.send(.post, "/v1/workflows", token, Self.body(Self.source("1.2.0", event: "b")))
            let path = "\(Self.path)/migrations"
            let no = #"{"from":"1.0.0","to":"1.2.0","dry_run":true}"#
            let stays = try await client.send(.post, path, token, no)
            #expect(stays.json["moves"] == 0 && stays.json["stays"] == 2)
            #expect(stays.json["items"]?[0]?["reasons"]?[0]?["code"] == "events-changed")
            let own = try await client.send(.post, path, theirs, #"{"from":"1.0.0","to":"1.1.0","dry_run":true}"#)
            #expect(own.json["items"]?.asArray?.map { $0["instance"] } == [.string(second.description)])
            let silent = try await client.send(.post, path, token, #"{"from":"1.0.0","to":"1.1.0"}"#)
            #expect(silent.json["errors"]?[0]?["pointer"] == "/reason")
            let named = #"{"from":"1.0.0","to":"1.1.0","reason":"x","instances":["\#(first)"]}"#
            let one = try await client.send(.post, path, token, named)
            #expect(one.json["moves"] == 1 && one.json["items"]?[0]?["steps"]?[0]?["to"] == "hear")
            let again = try await client.send(.post, path, token, named)
            #expect(again.json["items"]?[0]?["reasons"]?[0]?["code"] == "other-version")
            let rest = try await client.send(.post, path, token, #"{"from":"1.0.0","to":"1.1.0","reason":"x"}"#)
            #expect(rest.json["items"]?.asArray?.map { $0["instance"] } == [.string(second.description)])
            let shown = try await client.get("/v1/instances/\(first)", token)
            #expect(shown.json["workflow"]?["version"] == "1.1.0")
            let wrong = #"{"from":"1.0.0","to":"1.1.0","dry_run":true,"renamed":{"none":"hear"}}"#
            #expect(try await client.send(.post, path, token, wrong).json["errors"]?[0]?["pointer"] == "/renamed")
        }
    }

    @Test("who does not write workflows sees versions, and deploys, activates and moves nothing")
    func denied() async throws {
        let bench = try ServerBench()
        let token = try author(bench)
        let worker = try bench.token(of: try bench.operatorPerson())
        try await bench.asking { client in
            _ = try await client.send(.post, "/v1/workflows", token, Self.body(Self.source("1.0.0")))
            #expect(try await client.get(Self.path, worker).status == .ok)
            let sent = try await client.send(.post, "/v1/workflows", worker, Self.body(Self.source("1.1.0")))
            let chosen = try await client.send(.put, "\(Self.path)/activation", worker, #"{"reason":"x"}"#)
            let moved = try await client.send(.post, "\(Self.path)/migrations", worker, #"{"dry_run":true}"#)
            #expect([sent, chosen, moved].allSatisfy { $0.status == .forbidden })
        }
    }

    @Test("the page shows versions, the pre-flight, and moves instances")
    func page() async throws {
        let bench = try ServerBench()
        let person = try bench.person("author", [.author], projects: ["*"])
        let (token, browser) = (try bench.token(of: person), try bench.session(of: person))
        let form = browser.secret.derived(for: "sirdar/form")
        try await bench.asking { client in
            _ = try await client.send(.post, "/v1/workflows", token, Self.body(Self.source("1.0.0")))
            let id = try start(bench)
            _ = try await client.send(
                .post,
                "/v1/workflows",
                token,
                Self.body(Self.source("1.1.0", more: "  - tell: { emit: { event: { with: { type: told } } } }"))
            )
            let path = "/workflows/test/waits"
            let shown = try await client.get(path, browser.cookie)
            #expect(shown.text.contains("1 waiting") && shown.text.contains("See which can move"))
            let checked = try await client.get("\(path)?from=1.0.0&to=1.1.0", browser.cookie)
            #expect(checked.text.contains("1 would move, 0 would stay.") && checked.text.contains("\(id)"))
            let renamed = try await client.get("\(path)?from=1.0.0&to=1.1.0&renamed=none%3Dhear", browser.cookie)
            #expect(renamed.status == .unprocessableContent && renamed.text.contains("No step has this path: none."))
            let kept = try await client.get("\(path)?from=1.0.0&to=1.1.0&renamed=hear+%3D+hear", browser.cookie)
            #expect(kept.text.contains("1 would move") && kept.text.contains(">hear=hear</textarea>"))
            let moved = try await client.send(
                .post,
                "\(path)/migrate",
                browser.form,
                "_token=\(form)&from=1.0.0&to=1.1.0&reason=Better."
            )
            #expect(moved.text.contains("1 moved, 0 stayed."))
            let chosen = try await client.send(
                .post,
                "\(path)/activate",
                browser.form,
                "_token=\(form)&version=1.0.0&reason=Back."
            )
            #expect(chosen.status == .seeOther)
            #expect(try await client.get(path, browser.cookie).text.contains("the version that was activated"))
        }
    }
}
