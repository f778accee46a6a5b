import JSON
import SirdarCore
import SirdarEngine
import Testing

@Suite("People, and what they may do")
struct PeopleTests {
    private static let id = Identifier(milliseconds: 1_795_424_400_000, counter: 1, node: 0)

    private static func person(_ roles: Set<Role>, projects: Set<String> = [], queues: Set<String> = []) -> Person {
        Person(id: id, name: "Olga", roles: roles, projects: projects, queues: queues, skills: ["storage"])
    }

    @Test("a person is kept and read back as it is, the name in lower case")
    func kept() throws {
        var person = Self.person([.operator, .auditor], projects: ["harrow"], queues: ["ops"])
        person.isDisabled = true
        let change = person.added
        #expect(change.name == "olga" && change.expecting == .absent)
        let body = try #require(change.body)
        let record = Record(kind: change.kind, key: change.key, scope: "", name: change.name, version: 1, body: body)
        #expect(Person(record) == person)
    }

    @Test(
        "names are short, plain and unambiguous",
        arguments: [
            ("olga", true), ("Olga.K-2_b", true), ("7up", true), ("", false), ("-olga", false), ("ol ga", false),
            ("olgа", false),
            (String(repeating: "a", count: 65), false), ("a/b", false), ("<b>", false),
        ]
    )
    func names(_ name: String, _ isName: Bool) { #expect(Person.isName(name) == isName) }

    @Test(
        "nobody may do anything without a role, and nobody who is disabled may",
        arguments: Permissions.Operation.allCases
    )
    func denied(_ operation: Permissions.Operation) {
        #expect(!Permissions.may(Self.person([], projects: ["*"], queues: ["ops"]), operation))
        var disabled = Self.person(Set(Role.allCases), projects: ["*"], queues: ["ops"])
        disabled.isDisabled = true
        #expect(!Permissions.may(disabled, operation))
    }

    @Test("an auditor changes nothing, whatever it is", arguments: Permissions.Operation.allCases)
    func auditor(_ operation: Permissions.Operation) {
        if Permissions.may(Self.person([.auditor], projects: ["*"]), operation) {
            #expect(operation.tokenScope == .read)
        }
    }

    @Test("a project's things are for its members, a queue's tasks for its members and for supervisors")
    func scopes() {
        let requester = Self.person([.requester], projects: ["harrow"])
        #expect(Permissions.may(requester, .requestImage, in: .project("harrow")))
        #expect(!Permissions.may(requester, .requestImage, in: .project("blackfen")))
        #expect(Permissions.may(Self.person([.requester], projects: ["*"]), .requestImage, in: .project("blackfen")))
        let worker = Self.person([.operator], queues: ["ops"])
        #expect(
            Permissions.may(worker, .seeTasks, in: .queue("ops"))
                && !Permissions.may(worker, .seeTasks, in: .queue("other"))
        )
        #expect(Permissions.may(Self.person([.supervisor]), .seeTasks, in: .queue("other")))
        #expect(!Permissions.may(Self.person([.requester], queues: ["ops"]), .seeTasks, in: .queue("ops")))
    }

    @Test("only who works on tasks is a worker of the queues")
    func worker() {
        #expect(Self.person([.operator], queues: ["ops"]).worker.queues == ["ops"])
        #expect(Self.person([.requester, .auditor], queues: ["ops"]).worker.queues.isEmpty)
        #expect(Self.person([.supervisor]).worker.isSupervisor)
    }

    @Test("a secret is 256 bits that never come twice, and only its digest is kept")
    func secrets() throws {
        let secrets = (0..<1_000).map { _ in Secret() }
        #expect(Set(secrets.map(\.text)).count == 1_000)
        let secret = try #require(secrets.first)
        #expect(secret.text.utf8.count == 43 && secret.digest.count == 64 && !secret.digest.contains(secret.text))
        #expect(Secret(secret.text)?.digest == secret.digest)
        #expect(Secret(String(secret.text.dropLast())) == nil && Secret(secret.text.dropLast() + "!") == nil)
        #expect(secret.derived(for: "a") != secret.derived(for: "b"))
        #expect(Secret.base64url([0xFB, 0xFF, 0xBF]) == "-_-_" && Secret.base64url([0x66]) == "Zg")
    }

    @Test("a token is told by its form, and lives a year at most")
    func tokens() throws {
        let secret = Secret()
        let now = Timestamp(milliseconds: 1_795_424_400_000)
        let token = APIToken(
            id: Self.id,
            person: Self.id,
            name: "nightly",
            digest: secret.digest,
            scopes: [.read],
            createdAt: now,
            expiresAt: now.advanced(by: .days(4_000))
        )
        #expect(token.expiresAt == now.advanced(by: .days(366)))
        let text = token.text(with: secret)
        #expect(text.hasPrefix("srd_") && text.hasSuffix("_\(secret.text)"))
        let parsed = try #require(APIToken.parse(text))
        #expect(parsed.id == Self.id && parsed.secret.digest == secret.digest)
        for wrong in [
            "", "srd", "srd__", "srd_x", "abc\(text)", "srd_-1_\(secret.text)", "srd_0_\(secret.text)", "\(text)x",
        ] {
            #expect(APIToken.parse(wrong) == nil, "\(wrong)")
        }
        let body = try #require(token.added.body)
        #expect(!body.text.contains(secret.text))
        let record = Record(kind: "token", key: Self.id.description, scope: "", name: nil, version: 1, body: body)
        #expect(APIToken(record) == token)
    }

    @Test("a session is over when it was idle too long, and in any case at its end")
    func sessions() {
        let start = Timestamp(milliseconds: 1_795_424_400_000)
        var session = Session(id: "d", person: Self.id, createdAt: start, address: "a", agent: "b")
        let limits = SessionLimits(idle: .hours(1), absolute: .hours(3))
        #expect(!limits.isOver(session, at: start.advanced(by: .minutes(60))))
        #expect(limits.isOver(session, at: start.advanced(by: .minutes(61))))
        session.seenAt = start.advanced(by: .minutes(170))
        #expect(!limits.isOver(session, at: start.advanced(by: .minutes(180))))
        #expect(limits.isOver(session, at: start.advanced(by: .minutes(181))))
    }

    @Test("comparing in constant time says the same as comparing")
    func comparing() {
        for (left, right) in [("", ""), ("a", "a"), ("a", "b"), ("a", "ab"), ("é", "e\u{301}")] {
            #expect(left.equalsInConstantTime(right) == (Array(left.utf8) == Array(right.utf8)))
        }
    }
}
