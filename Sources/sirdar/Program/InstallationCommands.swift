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
        print("\(name) can sign in now. Start the server: sirdar serve")
    }

    private func readPassword() throws -> String {
        if passwordFile == "-" {
            if isatty(0) == 1 { FileHandle.standardError.write(Data("Password of \(name): ".utf8)) }
            return readLine() ?? ""
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

/// `sirdar backup FILE`: a copy of the store as of one moment.
struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy the store, as of one moment, into a new file. The server must be stopped.",
        discussion: "The machines' disks and images are the cloud's, and are not in it."
    )

    @Argument(help: "The new file. A file that is there is never overwritten.") var file: String
    @OptionGroup var folders: FolderOptions

    func run() throws {
        let settings = try folders.resolve()
        let data = try DataDirectory(settings.data)
        defer { withExtendedLifetime(data) {} }
        let store = try SQLiteStore(path: "\(settings.data)/sirdar.sqlite", log: settings.logger("sirdar"))
        try store.backup(to: file)
        print("\(file) is a whole copy of the store. To go back to it: sirdar restore \(file)")
    }
}

/// `sirdar restore FILE`: goes back to a backup; what was there is kept beside it.
struct RestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Put a backup in the store's place. The server must be stopped; the old store is kept beside it."
    )

    @Argument(help: "A file that `sirdar backup` made.") var file: String
    @OptionGroup var folders: FolderOptions

    func run() throws {
        let settings = try folders.resolve()
        let data = try DataDirectory(settings.data)
        defer { withExtendedLifetime(data) {} }
        let log = settings.logger("sirdar")
        let path = "\(settings.data)/sirdar.sqlite"
        let incoming = "\(path).incoming"
        let files = FileManager.default
        try? files.removeItem(atPath: incoming)
        try files.copyItem(atPath: file, toPath: incoming)
        // It is opened before it is trusted: a file that is no store, or a newer one's, changes nothing.
        do { _ = try SQLiteStore(path: incoming, log: log) }
        let stamp = SystemClock().now().description.filter { $0.isNumber }
        for ending in ["", "-wal", "-shm"] where files.fileExists(atPath: path + ending) {
            try files.moveItem(atPath: path + ending, toPath: "\(settings.data)/before-\(stamp).sqlite\(ending)")
        }
        for ending in ["", "-wal", "-shm"] where files.fileExists(atPath: incoming + ending) {
            try files.moveItem(atPath: incoming + ending, toPath: path + ending)
        }
        print("The store is as it was in \(file). What was there is kept as \(settings.data)/before-\(stamp).sqlite")
    }
}
