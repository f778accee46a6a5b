import Foundation
import JSON
import SirdarTestKit
import Testing

/// How commands end when they do not succeed: with a code for scripts and sentences for people.
@Suite("Endings")
struct EndingTests {
    @Test(
        "each kind of refusal has its exit code, and its sentence goes to standard error",
        arguments: [
            (400, 1), (401, 5), (403, 5), (404, 3), (409, 4), (412, 4), (413, 1), (422, 1), (428, 4), (429, 69),
            (500, 1),
            (503, 69),
        ]
    )
    func statusBecomesCode(_ status: Int, _ code: Int) throws {
        let server = try ScriptedServer(.problem(status, "That is so."))
        defer { server.stop() }
        for line in ["task show 0193", "task show 0193 --json"] {
            let outcome = try Tool(server).run(line)
            #expect(outcome.code == code)
            #expect(outcome.output.isEmpty)
            #expect(outcome.messages.hasPrefix("sirdar: That is so.\n"))
        }
    }

    @Test("each field's error is told once, by the option that it is about")
    func fieldErrors() throws {
        let errors = [
            ("/values/storageAddress", "It is not in 10.57.0.0/16."), ("/outcome", "There is no such outcome."),
            ("/values/input/machine/id", "It is missing."),
        ]
        let joined = errors.map(\.1).joined(separator: " ")
        let server = try ScriptedServer(.problem(422, joined, errors: errors))
        defer { server.stop() }
        let outcome = try Tool(server).run("task save 0193 --value storageAddress=1")
        #expect(outcome.code == 1)
        #expect(
            outcome.messages == """
                sirdar: --value storageAddress: It is not in 10.57.0.0/16.
                sirdar: --outcome: There is no such outcome.
                sirdar: --value input (/machine/id): It is missing.

                """
        )
    }

    @Test("a detail that says more than its errors is told too")
    func detailAndErrors() throws {
        let server = try ScriptedServer(.problem(409, "The name is taken.", errors: [("/name", "Choose another.")]))
        defer { server.stop() }
        let outcome = try Tool(server).run("request copy --image i --location l --name n")
        #expect(outcome.code == 4)
        #expect(outcome.messages == "sirdar: The name is taken.\nsirdar: --name: Choose another.\n")
    }

    @Test("whoever is not signed in is told how to")
    func signIn() throws {
        let server = try ScriptedServer(.problem(401, "Sign in."))
        defer { server.stop() }
        #expect(try Tool(server).run("me").messages.contains("SIRDAR_TOKEN"))
    }

    @Test("where nothing answers, it is said how to start a server, at once")
    func unreachable() throws {
        var tool = Tool()
        tool.environment["SIRDAR_URL"] = "http://127.0.0.1:1"
        let start = ContinuousClock.now
        let outcome = try tool.run("task list")
        #expect(outcome.code == 69)
        #expect(outcome.messages.contains("Nothing answers at http://127.0.0.1:1 (connection refused)."))
        #expect(outcome.messages.contains("sirdar serve"))
        #expect(ContinuousClock.now - start < .seconds(5))
    }

    @Test("a host that is not known is told as one")
    func unknownHost() throws {
        var tool = Tool()
        tool.environment["SIRDAR_URL"] = "http://nowhere.invalid:1"
        let outcome = try tool.run("me -q")
        #expect(outcome.code == 69)
        #expect(outcome.messages.hasPrefix("sirdar: Nothing answers at http://nowhere.invalid:1"))
    }

    @Test("a connection that breaks off is unavailability, not a success")
    func brokenConnection() throws {
        let server = try ScriptedServer(
            .init(headers: ["Content-Length": "100", "X-Twice": "1"], body: Array("{".utf8))
        )
        defer { server.stop() }
        let outcome = try Tool(server).run("me")
        #expect(outcome.code == 69)
        #expect(outcome.messages.contains("broke off"))
    }

    @Test("a redirect is not followed, and the token goes nowhere else")
    func redirect() throws {
        let other = try ScriptedServer(.json([:]))
        let server = try ScriptedServer(.init(status: 307, headers: ["Location": other.url]))
        defer {
            server.stop()
            other.stop()
        }
        let outcome = try Tool(server).run("me")
        #expect(outcome.code == 78)
        #expect(outcome.messages.contains(other.url))
        #expect(other.requests.isEmpty)
    }

    @Test("an answer of somebody else's is told as one", arguments: [200, 502])
    func notSirdar(_ status: Int) throws {
        let page = ScriptedServer.Answer(
            status: status,
            headers: ["Content-Type": "text/html"],
            body: Array("<p>Hi".utf8)
        )
        let server = try ScriptedServer(page)
        defer { server.stop() }
        let outcome = try Tool(server).run("me")
        #expect(outcome.code == 69)
        #expect(outcome.messages.contains("SIRDAR_URL"))
    }

    @Test("an answer larger than agreed is not read to its end")
    func tooLarge() throws {
        let server = try ScriptedServer(.init(body: [UInt8](repeating: 0x20, count: 17 << 20)))
        defer { server.stop() }
        let outcome = try Tool(server).run("me")
        #expect(outcome.code == 1)
        #expect(outcome.messages.contains("larger than 16 MiB"))
    }

    @Test(
        "a wrong SIRDAR_URL is a wrong setting",
        arguments: ["127.0.0.1:8080", "ftp://x", "http://", "http://a:b@c", "http://c?d"]
    )
    func wrongAddress(_ url: String) throws {
        var tool = Tool()
        tool.environment["SIRDAR_URL"] = url
        let outcome = try tool.run("me")
        #expect(outcome.code == 78)
        #expect(outcome.messages.hasPrefix("sirdar: SIRDAR_URL "))
    }

    @Test("what is no token is refused, and not shown", arguments: ["a b", "a\nX-Evil: 1", "ä"])
    func wrongToken(_ token: String) throws {
        var tool = Tool()
        tool.environment["SIRDAR_TOKEN"] = token
        let outcome = try tool.run("me")
        #expect(outcome.code == 78)
        #expect(
            outcome.messages == "sirdar: What SIRDAR_TOKEN holds is no token: it has spaces or special characters.\n"
        )
    }

    @Test("a token file that is not there is a wrong setting")
    func missingTokenFile() throws {
        let outcome = try Tool().run("me --token-file /nowhere/token")
        #expect(outcome.code == 78)
        #expect(outcome.messages.contains("/nowhere/token"))
    }

    @Test("a token that would be readable on the way is warned about")
    func plainHTTP() throws {
        var tool = Tool()
        tool.environment["SIRDAR_URL"] = "http://192.0.2.1.invalid:1"
        #expect(try tool.run("me").messages.contains("is not encrypted"))
        #expect(try !tool.run("me --quiet").messages.contains("is not encrypted"))
    }

    @Test(
        "a wrong command line ends with 64, says what was probably meant, and asks the server nothing",
        arguments: [
            ("machin list", "Did you mean `sirdar machine`?"),
            ("machine file gt", "Did you mean `sirdar machine file get`?"),
            ("task xyzzy", "There is: list, next,"), ("task complete 1 --outcom x", "Did you mean '--outcome'?"),
            ("task save 1 --value x", "write KEY=VALUE"), ("task save 1", "Missing expected argument"),
            ("task save 1 --value a=1 --value a=2", "--value a is given twice"),
            ("task list --limit 0", "from 1 to 10000"),
            ("task complete 1 --timeout 0", "from 1 to 3600"), ("token create --name n --days 400", "from 1 to 365"),
            ("machine file put m /x --expecting abc", "64 hexadecimal digits"),
            ("image show", "Missing expected argument"),
        ]
    )
    func usage(_ line: String, _ sentence: String) throws {
        let server = try ScriptedServer(.json([:]))
        defer { server.stop() }
        let outcome = try Tool(server).run(line)
        #expect(outcome.code == 64)
        #expect(outcome.output.isEmpty && outcome.messages.hasPrefix("sirdar: "))
        #expect(outcome.messages.contains(sentence), "\(outcome.messages)")
        #expect(server.requests.isEmpty)
    }
}
