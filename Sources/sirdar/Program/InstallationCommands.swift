import ArgumentParser
import Foundation
import JSON
import SirdarCore
import SirdarEngine
import SirdarJournal
import SirdarSQLite
import SirdarServer

/// `sirdar init`: an empty installation with one administrator.
struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make an empty installation with one administrator.",
        discussion:
            "The administrator's password is read from a file or from standard input, never from the command line."
    )

    @Option(help: "The administrator's name.") var name = "admin"
    @Option(help: "A file whose first line is the password; - is standard input.") var passwordFile = "-"
    @OptionGroup var folders: FolderOptions

    func run() async throws {
        let password = try readPassword()
        let program = try Program.open(try folders.resolve())
        guard try program.people.everybody().isEmpty else { throw AlreadyInitialised(data: program.settings.data) }
        guard Person.isName(name) else { throw ValidationError("\(name) cannot be an account's name.") }
        if let fault = Passwords.fault(password) { throw ValidationError(fault) }
        let engine = program.engine
        let person = Person(
            id: engine.identifiers.next(),
            name: name,
            roles: [.admin],
            projects: [Person.everyProject]
        )
        let entry = Entry(
            at: engine.clock.now(),
            actor: .system("setup"),
            channel: .setup,
            action: "person.added",
            object: .init(kind: "person", id: person.id),
            detail: ["roles": ["admin"]],
            confidential: ["name": .string(name)]
        )
        try await engine.write(
            [person.added, Credential.set(try Passwords.hash(password), for: person.id)],
            entry: entry
        )
        print(try JournalKey.introduce(program.settings))
        print("\(name) can sign in now. Start the server: sirdar serve")
    }

    private func readPassword() throws -> String {
        if passwordFile == "-" {
            return LocalFile.isTyped ? HiddenInput.ask("Password of \(name): ") : readLine() ?? ""
        }
        guard let data = FileManager.default.contents(atPath: passwordFile) else {
            throw ValidationError("\(passwordFile) cannot be read.")
        }
        return String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
    }
}

struct AlreadyInitialised: Error, CustomStringConvertible {
    let data: String

    var description: String { "\(data) holds an installation already. Its administrator can add people." }
}

/// `sirdar migrate`: brings the store's schema up to date, which `serve` does too.
struct MigrateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Bring the store's schema up to date.",
        discussion: "`sirdar serve` does it at its start; this does it beforehand, while the server is stopped."
    )

    @OptionGroup var folders: FolderOptions

    func run() throws {
        let settings = try folders.resolve()
        let data = try DataDirectory(settings.data)
        defer { withExtendedLifetime(data) {} }
        _ = try SQLiteStore(path: "\(settings.data)/sirdar.sqlite", log: settings.logger("sirdar"))
        print("The store in \(settings.data) is up to date.")
    }
}

/// `sirdar backup FILE`: a copy of the store as of one moment, of a running server or of a folder that nobody holds.
struct BackupCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy the store, as of one moment, into a new file.",
        discussion: """
            Asks the running server (--url, $SIRDAR_URL, or whoever holds the data folder), for which you must be an \
            administrator; a folder that nobody holds is copied from directly. The machines' disks and images are the \
            cloud's, and are not in it.
            """
    )

    @Argument(help: "The new file. A file that is there is never overwritten.", completion: .file()) var file: String
    @OptionGroup var folders: FolderOptions
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        if FileManager.default.fileExists(atPath: file) { throw FileIsThere(file: file) }
        if connection.isGiven { return try await ask() }
        let settings = try folders.resolve()
        let store = "\(settings.data)/sirdar.sqlite"
        guard FileManager.default.fileExists(atPath: store) else { throw NoStore(data: settings.data) }
        let data: DataDirectory
        do { data = try DataDirectory(settings.data) } catch is DataDirectory.InUse {
            var asking = self
            asking.connection.url = settings.address
            return try await asking.ask()
        }
        defer { withExtendedLifetime(data) {} }
        try SQLiteStore(path: store, log: settings.logger("sirdar")).backup(to: file)
        print(Self.done(file))
    }

    func perform(_ session: Session) async throws(Failure) {
        let bytes = try await session.api.download(Call(.post, Address.backups, body: .json([:])), to: file)
        try session.show(["file": .string(file), "bytes": .number(JSON.Number(bytes))]) { () throws(Failure) in
            try session.terminal.line(Self.done(file))
        }
    }

    private static func done(_ file: String) -> String {
        "\(file) is a whole copy of the store. To go back to it: sirdar restore \(file)"
    }
}

struct FileIsThere: EndsWithCode, CustomStringConvertible {
    let file: String

    var ending: Ending { .failed }
    var description: String { "\(file) is there already, and a backup never overwrites. Name another file." }
}

struct NoStore: EndsWithCode, CustomStringConvertible {
    let data: String

    var ending: Ending { .failed }
    var description: String {
        "There is no store in \(data). Name its folder with --data, or the server with --url or SIRDAR_URL."
    }
}
