import ArgumentParser
import Foundation
import JSON
import SirdarClouds
import SirdarCore
import SirdarEngine
import SirdarImages
import SirdarJournal
import SirdarServer

/// `sirdar demo`: fills an empty data folder with a small studio, to try everything on.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Make a demonstration studio in the data folder: projects, machines with real disks, accounts.",
        discussion:
            "It can be interrupted and run again. Passwords and tokens are in <data>/\(DemoCredentials.file)."
    )

    @OptionGroup var folders: FolderOptions

    func run() async throws {
        let settings = try folders.resolve()
        let program = try Program.open(settings)
        let marker = "\(settings.data)/\(DemoCredentials.marker)"
        let isNew = try program.people.everybody().isEmpty
        guard isNew || FileManager.default.fileExists(atPath: marker) else {
            throw NotEmpty(data: settings.data)
        }
        try PrivateFile.write(Data(), to: marker)
        report(
            "Making machines with real disks in \(program.configuration.locations.map(\.label).joined(separator: ", "))"
        )
        let outcome = try DemoStudio(in: program.cloud).make(by: .within(.seconds(900)))
        try await keepGoldenImage(outcome.goldenImage, program)
        let credentials = "\(settings.data)/\(DemoCredentials.file)"
        if !FileManager.default.fileExists(atPath: credentials) {
            report("Making accounts")
            let accounts = try await DemoCredentials.make(program)
            try PrivateFile.write(Data(accounts.pretty.utf8), to: credentials)
        }
        report("The demonstration studio is in \(settings.data): \(outcome.machines.count) machines, 1 golden image.")
        report("Who can sign in, and how, is in \(credentials).")
        report(try JournalKey.introduce(settings))
    }

    /// The golden image belongs to the first project and is shared with all.
    private func keepGoldenImage(_ ref: ImageRef, _ program: Program) async throws {
        let facts = try program.cloud.image(ref, by: .within(.seconds(30)))
        let home = DemoProject.blackfen
        if try program.store.record(Image.kind, scope: home.code, named: facts.name) != nil { return }
        let engine = program.engine
        var image = Image(
            id: engine.identifiers.next(),
            name: facts.name,
            description: "The studio's standard render node. It holds no project's addresses.",
            project: home.code,
            location: ref.location,
            type: facts.machineType ?? "renderNode",
            state: .built,
            requester: "demonstration",
            createdAt: Timestamp(milliseconds: facts.createdAt)
        )
        image.isGolden = true
        image.ref = ref
        image.digest = facts.digest
        image.storedBytes = facts.disks.compactMap(\.storedBytes).reduce(0, +)
        image.builtAt = facts.availableAt.map(Timestamp.init(milliseconds:))
        let entry = Entry(
            at: engine.clock.now(),
            actor: .system("demonstration"),
            channel: .setup,
            action: "image.recorded",
            object: .init(kind: "image", id: image.id),
            detail: ["golden": true, "name": .string(image.name)]
        )
        let ledger = Ledger(prices: program.configuration.prices, records: program.store)
        let begun = try ledger.imageBegins(
            image,
            as: .image,
            in: image.location,
            bytes: image.storedBytes,
            at: image.builtAt ?? engine.clock.now()
        )
        let past = DemoCosts(prices: program.configuration.prices, now: engine.clock.now()).rows(golden: image)
        let rows = past.enumerated().map { number, row in row.added(about: "\(DemoCosts.subject)/\(number)") }
        try await engine.write([image.added] + begun + rows, entry: entry)
    }

    private func report(_ line: String) {
        FileHandle.standardError.write(Data("\(line)\n".utf8))
    }
}

struct NotEmpty: Error, CustomStringConvertible {
    let data: String

    var description: String {
        "\(data) holds an installation already. Set SIRDAR_DATA to an empty folder for the demonstration."
    }
}

/// The accounts of the demonstration, named after what they may do.
enum DemoCredentials {
    static let file = "demo-credentials.json"
    /// Says that the folder is a demonstration's, also before it is finished.
    static let marker = "demonstration"

    private struct Account {
        let name: String
        let roles: Set<Role>
        var projects: Set<String> = [Person.everyProject]
        var works = false
    }

    private static let accounts = [
        Account(name: "requester", roles: [.requester], projects: ["blackfen", "harrow"]),
        Account(name: "requester2", roles: [.requester], projects: ["harrow"]),
        Account(name: "operator", roles: [.operator], works: true),
        Account(name: "operator2", roles: [.operator], works: true),
        Account(name: "supervisor", roles: [.supervisor], works: true),
        Account(name: "author", roles: [.author]),
        Account(name: "auditor", roles: [.auditor]),
        Account(name: "admin", roles: [.admin]),
    ]

    /// Makes every account, in one commit, and answers what to write down: nothing of it can be read back later.
    static func make(_ program: Program) async throws -> JSON {
        let engine = program.engine
        let now = engine.clock.now()
        let queues = Set(engine.library.queues.map(\.name))
        let skills = Set(engine.library.queues.flatMap(\.skills))
        var changes: [RecordChange] = []
        var file = JSON.Object()
        for account in accounts {
            if let old = try program.people.person(named: account.name) { changes += remake(old, program) }
            let person = Person(
                id: engine.identifiers.next(),
                name: account.name,
                roles: account.roles,
                projects: account.projects,
                queues: account.works ? queues : [],
                skills: account.works ? skills : []
            )
            let password = String(Secret().text.prefix(20))
            let secret = Secret()
            let token = APIToken(
                id: engine.identifiers.next(),
                person: person.id,
                name: "demonstration",
                digest: secret.digest,
                scopes: Set(TokenScope.allCases).subtracting([.onBehalfOf]),
                createdAt: now,
                expiresAt: now.advanced(by: .days(365))
            )
            changes += [person.added, Credential.set(try Passwords.hash(password), for: person.id), token.added]
            file[account.name] = ["password": .string(password), "token": .string(token.text(with: secret))]
        }
        let entry = Entry(
            at: now,
            actor: .system("demonstration"),
            channel: .setup,
            action: "people.added",
            object: .init(kind: "setting", id: engine.identifiers.next()),
            detail: ["count": .number(JSON.Number(accounts.count))]
        )
        try await engine.write(changes, entry: entry)
        return .object(file)
    }

    /// An account whose secrets were lost with an interrupted run: its name is freed for a new one.
    private static func remake(_ person: Person, _ program: Program) -> [RecordChange] {
        [RecordChange(kind: Person.kind, key: person.id.description, body: nil, expecting: .any)]
    }
}

extension Engine {
    func write(_ changes: [RecordChange], entry: Entry) async throws {
        try await withCheckedThrowingContinuation { continuation in
            write(changes, entry: entry) { continuation.resume(with: $0) }
        }
    }
}
