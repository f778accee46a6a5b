import Foundation
import JSON
import SirdarTestKit
import Testing

/// What each command asks of the server.
@Suite("Calls")
struct CallTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let line: String
        let method: String
        let target: String
        var body: JSON?

        init(_ line: String, _ method: String, _ target: String, _ body: JSON? = nil) {
            self.line = line
            self.method = method
            self.target = target
            self.body = body
        }

        var testDescription: String { line }
    }

    /// Fits every command: it is a list, a task, a machine, a request.
    static let document: JSON = [
        "items": [], "next": nil, "id": "0193", "state": "completed", "name": "n", "power": "off", "title": "t",
        "outcomes": ["done"], "fence": 7, "status": "completed", "token": "srd_new",
        "sound": true, "findings": [],
    ]

    static let reading = [
        Case("project list", "GET", "/v1/projects?limit=200"),
        Case("machine list", "GET", "/v1/machines?limit=200"),
        Case("machine list --project harrow", "GET", "/v1/machines?project=harrow&limit=200"),
        Case("machine show hw-ws-01", "GET", "/v1/machines/hw-ws-01"),
        Case("machine file list m /etc", "GET", "/v1/machines/m/files?path=%2Fetc&limit=200"),
        Case("machine file list m", "GET", "/v1/machines/m/files?path=%2F&limit=200"),
        Case("machine file get m /etc/fstab", "GET", "/v1/machines/m/files/content?path=%2Fetc%2Ffstab"),
        Case("image list --project p --state built", "GET", "/v1/images?project=p&state=built&limit=200"),
        Case("image show 0193", "GET", "/v1/images/0193"),
        Case("request list --limit 7", "GET", "/v1/requests?limit=7"),
        Case("request show 0193", "GET", "/v1/requests/0193"),
        Case("queue list", "GET", "/v1/queues?limit=200"),
        Case("task list --queue q --mine", "GET", "/v1/tasks?queue=q&owner=me&limit=50"),
        Case("task list --filter due:<1h", "GET", "/v1/tasks?q=due%3A%3C1h&limit=50"),
        Case("task show 0193", "GET", "/v1/tasks/0193"),
        Case("instance list --open", "GET", "/v1/instances?state=open&limit=50"),
        Case("instance show 0193", "GET", "/v1/instances/0193"),
        Case("journal list --object 0193", "GET", "/v1/entries?object=0193&limit=50"),
        Case("journal list --oldest-first", "GET", "/v1/entries?order=oldest&limit=50"),
        Case(
            "journal list --person ada --action task --refused --from 2026-11-23 --to 2026-11-24",
            "GET",
            "/v1/entries?person=ada&action=task&outcome=refused&from=2026-11-23&to=2026-11-24&limit=50"
        ),
        Case("journal show 7", "GET", "/v1/entries/7"),
        Case("journal prove 7", "GET", "/v1/entries/7/proof"),
        Case("doctor", "GET", "/v1/examination"),
        Case("explain 0193", "GET", "/v1/instances/0193/explanation"),
        Case("me", "GET", "/v1/people/me"),
        Case("token list", "GET", "/v1/tokens?limit=200"),
        Case("person list", "GET", "/v1/people?limit=200"),
        Case("profile list --project p --retired", "GET", "/v1/profiles?project=p&retired=true&limit=200"),
        Case("profile show \(id)", "GET", "/v1/profiles/\(id)"),
        Case(
            "profile images --project p --type workstation",
            "GET",
            "/v1/projects/p/image-choices?type=workstation&limit=200"
        ),
        Case("image shared", "GET", "/v1/shared-images?limit=200"),
    ]

    private static let id = "019e1c3a-0000-7000-8000-000000000001"

    static let changing = [
        Case("machine start m", "PUT", "/v1/machines/m/power", ["power": "on"]),
        Case("machine stop m", "PUT", "/v1/machines/m/power", ["power": "off"]),
        Case(
            "request create --machine m --name n --description d",
            "POST",
            "/v1/requests",
            ["kind": "create", "machine": "m", "name": "n", "description": "d"]
        ),
        Case(
            "request create --machine m --name n --on-behalf-of 0194",
            "POST",
            "/v1/requests",
            ["kind": "create", "machine": "m", "name": "n", "on_behalf_of": "0194"]
        ),
        Case(
            "request copy --image i --location oregon --name n",
            "POST",
            "/v1/requests",
            ["kind": "copy", "image": "i", "location": "oregon", "name": "n"]
        ),
        Case(
            "request adapt --image i --project p --name n",
            "POST",
            "/v1/requests",
            ["kind": "adapt", "image": "i", "project": "p", "name": "n"]
        ),
        Case("request delete --image i", "POST", "/v1/requests", ["kind": "delete", "image": "i"]),
        Case(
            "request golden --image i --shared-with p --shared-with q",
            "POST",
            "/v1/requests",
            ["kind": "golden", "image": "i", "shared_with": ["p", "q"]]
        ),
        Case(
            "request golden --image i --shared-with-all",
            "POST",
            "/v1/requests",
            ["kind": "golden", "image": "i", "shared_with": "all"]
        ),
        Case("image unmark i --reason r", "DELETE", "/v1/images/i/golden", ["reason": "r"]),
        Case(
            "profile create --project p --name n --type workstation --image i",
            "POST",
            "/v1/profiles",
            ["project": "p", "name": "n", "type": "workstation", "image": "i"]
        ),
        Case("profile retire \(id) --reason r", "DELETE", "/v1/profiles/\(id)", ["reason": "r"]),
        Case(
            "machine create --profile \(id) --prefix ws --count 3",
            "POST",
            "/v1/requests",
            ["kind": "machines", "profile": .string(id), "prefix": "ws", "count": 3, "first": 1]
        ),
        Case("request withdraw 0193", "DELETE", "/v1/requests/0193"),
        Case("request withdraw 0193 --reason late", "DELETE", "/v1/requests/0193", ["reason": "late"]),
        Case("task next", "POST", "/v1/claims", [:]),
        Case("task next --queue q", "POST", "/v1/claims", ["queue": "q"]),
        Case("task claim 0193", "PUT", "/v1/tasks/0193/claim", [:]),
        Case("task start 0193", "PUT", "/v1/tasks/0193/start", [:]),
        Case("task release 0193 --note n", "DELETE", "/v1/tasks/0193/claim", ["note": "n"]),
        Case(
            "task save 0193 --value a=1 --value b=x=y",
            "PUT",
            "/v1/tasks/0193/draft",
            ["values": ["a": "1", "b": "x=y"]]
        ),
        Case("task tick 0193 mounts --evidence e", "PUT", "/v1/tasks/0193/ticks/mounts", ["evidence": "e"]),
        Case("task tick 0193 a/b", "PUT", "/v1/tasks/0193/ticks/a%2Fb", [:]),
        Case("task fail 0193 --code c --text t", "PUT", "/v1/tasks/0193/failure", ["code": "c", "text": "t"]),
        Case(
            "token create --name n --scope read --scope work --days 7",
            "POST",
            "/v1/tokens",
            ["name": "n", "scopes": ["read", "work"], "days": 7]
        ),
        Case(
            "person add olga --title Olga --role operator --role requester --queue ops",
            "POST",
            "/v1/people",
            ["title": "Olga", "roles": ["operator", "requester"], "queues": ["ops"], "name": "olga"]
        ),
        Case("token revoke 0193", "DELETE", "/v1/tokens/0193"),
        Case("machine file remove m /etc/x", "DELETE", "/v1/machines/m/files/content?path=%2Fetc%2Fx"),
    ]

    @Test("a command asks for what it says, signed in", arguments: reading + changing)
    func asks(_ example: Case) throws {
        let server = try ScriptedServer(.json(Self.document))
        defer { server.stop() }
        let outcome = try Tool(server).run(example.line)
        #expect(outcome.code == 0, "\(outcome.messages)")
        let requests = server.requests
        #expect(requests.count == 1)
        let request = try #require(requests.first)
        #expect(request.method == example.method)
        #expect(request.target == example.target)
        #expect(request.json == example.body)
        #expect(request.headers["authorization"] == "Bearer srd_test")
    }

    @Test(
        "with --json a command prints one document, the one that the server answered",
        arguments: (reading + changing).filter { example in
            // Their answers are no documents.
            !["machine file get", "journal prove"].contains { example.line.hasPrefix($0) }
        }
    )
    func printsOneDocument(_ example: Case) throws {
        let server = try ScriptedServer(.json(Self.document))
        defer { server.stop() }
        let outcome = try Tool(server).run(example.line + " --json")
        #expect(outcome.code == 0 && outcome.messages.isEmpty, "\(outcome.messages)")
        let isList = [" list", "profile images", "image shared"].contains { example.line.contains($0) }
        #expect(outcome.json == (isList ? ["items": [], "next": nil] : Self.document))
    }

    @Test(
        "what stands in a path stays one part of it",
        arguments: [("../x", "..%2Fx"), ("..", "%2E%2E"), ("a?b#c", "a%3Fb%23c")]
    )
    func pathsAreEscaped(_ id: String, _ escaped: String) throws {
        let server = try ScriptedServer(.json(Self.document))
        defer { server.stop() }
        _ = try Tool(server).run(["image", "show", id])
        #expect(server.requests.first?.target == "/v1/images/\(escaped)")
    }

    @Test("the token comes from --token-file, else SIRDAR_TOKEN, else the file SIRDAR_TOKEN_FILE")
    func tokenSources() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("token", "srd_file\n")
        let server = try ScriptedServer(.json(Self.document))
        defer { server.stop() }
        var tool = Tool(server)
        _ = try tool.run(["me", "--token-file", file])
        tool.environment["SIRDAR_TOKEN"] = nil
        _ = try tool.run("me")
        tool.environment["SIRDAR_TOKEN_FILE"] = file
        _ = try tool.run("me")
        #expect(server.requests.map { $0.headers["authorization"] } == ["Bearer srd_file", nil, "Bearer srd_file"])
    }

    @Test("a token file that others can read is warned about")
    func openTokenFile() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("token", "srd_file\n")
        let server = try ScriptedServer(.json(Self.document))
        defer { server.stop() }
        chmod(file, 0o644)
        #expect(try Tool(server).run(["me", "--token-file", file]).messages.contains("chmod 600"))
        chmod(file, 0o600)
        #expect(try Tool(server).run(["me", "--token-file", file]).messages.isEmpty)
    }
}
