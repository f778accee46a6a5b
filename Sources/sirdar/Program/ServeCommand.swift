import ArgumentParser
import Foundation
import Hummingbird
import Logging
import NIOCore
import SirdarClouds
import SirdarEngine
import SirdarImages
import SirdarServer

/// `sirdar serve`: runs until it is told to stop.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the server.",
        discussion: "What is not given here is read from the environment, then from sirdar.yaml: sirdar config explain."
    )

    @OptionGroup var options: SettingsOptions

    func run() async throws {
        let settings = try options.resolve().settings
        let program = try Program.open(settings)
        _ = try program.cloud.resume(by: .within(.seconds(60)))
        try await program.startLedger()
        let secret = try Credentials.cursorSecret(in: settings.data)
        let notifier = try Notifying.notifier(program, secret: secret)
        notifier?.run()
        program.engine.run()
        let sealer = try JournalKey.sealer(program)
        sealer.run()
        program.retention.run()
        // In this order: what the engine still records is sealed too.
        defer {
            program.retention.stop()
            program.engine.stop()
            notifier?.stop()
            sealer.stop()
        }
        var server = settings.server
        server.cursorSecret = secret
        try settings.checkCertificate()
        let answering = try Server(
            engine: program.engine,
            studio: program.studio,
            sealer: sealer,
            versions: program.versions,
            notifier: notifier,
            provider: program.provider,
            retention: program.retention,
            settings: server,
            log: program.log
        )
        let application = try answering.application(host: settings.listen.host, port: settings.listen.port)
        Self.greet(settings)
        if settings.isInTheClear {
            program.log.warning("passwords and tokens travel to \(settings.listen) unencrypted: set tlsCertificate")
        }
        // Before the engine is stopped, for it writes them.
        defer { answering.finish() }
        do { try await application.runService() } catch let error as IOError where error.errnoCode == EADDRINUSE {
            throw AddressInUse(address: "\(settings.listen)")
        }
    }

    private static func greet(_ settings: Settings) {
        let credentials = "\(settings.data)/\(DemoCredentials.file)"
        var lines = ["Sirdar answers at \(settings.address)"]
        if FileManager.default.fileExists(atPath: credentials) {
            lines.append("Sign in as operator, requester or another of the accounts in \(credentials)")
            lines.append(
                "For the command line: export SIRDAR_URL=\(settings.address) SIRDAR_TOKEN=<a token of that file>"
            )
        } else {
            lines.append("Sign in with the account that `sirdar init` made")
        }
        FileHandle.standardOutput.write(Data((lines.joined(separator: "\n") + "\n").utf8))
    }

    /// Secrets of the installation itself.
    enum Credentials {
        /// What cursors are signed with: made once, kept beside the data, readable by its owner only.
        static func cursorSecret(in data: String) throws -> [UInt8] {
            let path = "\(data)/cursor.key"
            if let kept = FileManager.default.contents(atPath: path), kept.count >= 32 { return Array(kept) }
            let secret = Data(Secret().text.utf8)
            try PrivateFile.write(secret, to: path)
            return Array(secret)
        }
    }
}

/// Files that hold secrets: for their owner's eyes, and whole or not there.
enum PrivateFile {
    static func write(_ data: Data, to path: String) throws {
        let temporary = "\(path).new"
        try? FileManager.default.removeItem(atPath: temporary)
        guard FileManager.default.createFile(atPath: temporary, contents: data, attributes: [.posixPermissions: 0o600]),
            rename(temporary, path) == 0
        else { throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: path]) }
    }
}

/// Another program listens where this one was to.
struct AddressInUse: EndsWithCode, CustomStringConvertible {
    let address: String

    var ending: Ending { .unavailable }
    var description: String {
        "\(address) is in use by another program. Stop that one, or set SIRDAR_LISTEN to another address."
    }
}
