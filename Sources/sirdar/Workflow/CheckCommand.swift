import ArgumentParser
import Foundation
import JSON
import SirdarCore
import SirdarEngine
import SirdarImages

/// `sirdar check`: what is wrong with the files that the server reads, before it reads them.
struct CheckCommand: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check workflows, runbooks and config: file:line:column, what is wrong, what to write.",
        discussion: """
            A file is read together with the folder that it lies in, since what it names is defined there. One mistake \
            gives one line. The command ends with 1 when there is an error; the server would not start.
            """
    )

    @Argument(help: "Files, or folders with Workflows, Runbooks and config.", completion: .file()) var paths = ["."]
    @Flag(help: "Print exactly one JSON document.") var json = false
    @Flag(help: "End with 1 at a warning too.") var strict = false

    func perform(_ terminal: Terminal) throws(Failure) {
        let files = DefinitionCheck.run(paths: paths, .here, others: ConfigurationCheck.files)
        if json {
            let document = DefinitionCheck.json(files)
            try terminal.line(terminal.isInteractive ? document.pretty : document.text)
        } else {
            try terminal.write(Text.printable(DefinitionCheck.text(files), keepsLines: true))
        }
        if DefinitionCheck.fails(files, strict: strict) { throw Failure(.failed, sentences: []) }
    }
}

/// What else the server reads at its start, and does not start with when it is wrong.
enum ConfigurationCheck {
    /// The settings, the locations and the projects of an installation's folder, as far as they are there.
    static func files(in root: String) -> [FileDiagnostics] {
        let config = root.isEmpty || root == "." ? "config" : "\(root)/config"
        var files: [FileDiagnostics] = []
        let settings = "\(config)/\(Settings.fileName)"
        if FileManager.default.fileExists(atPath: settings) { files.append(SettingsFile.check(settings)) }
        let hasStudio = ["locations.yaml", "projects"].contains { name in
            FileManager.default.fileExists(atPath: "\(config)/\(name)")
        }
        if hasStudio { files += StudioConfiguration.load(folder: config).files }
        return files
    }
}

extension SettingsFile {
    /// Everything that is wrong with a file of settings.
    static func check(_ path: String) -> FileDiagnostics {
        do {
            let file = try SettingsFile(path: path, text: try LocalFile.text(path, bytesMax: bytesMax))
            return FileDiagnostics(file: path, diagnostics: file.members.compactMap(\.fault))
        } catch let error as Diagnostic {
            return FileDiagnostics(file: path, diagnostics: [error])
        } catch {
            let message = (error as? Failure)?.sentences.joined(separator: " ") ?? "\(error)"
            return FileDiagnostics(file: path, diagnostics: [Diagnostic(.error, .unreadable, at: .start, message)])
        }
    }
}

extension SettingsFile.Member {
    fileprivate var fault: Diagnostic? {
        let names = SettingKey.inFile.map(\.name)
        guard let setting = SettingKey.inFile.first(where: { $0.name == key }) else {
            let nearest = Suggestion.nearest(to: key, among: names)
            let message = "there is no setting `\(key)`"
            return Diagnostic(.error, .unknownKey, at: keyPlace, message, suggestion: nearest, allowed: names)
        }
        guard let refusal = setting.refusal(of: text) else { return nil }
        let message = "`\(key)` \(refusal.hasSuffix(".") ? String(refusal.dropLast()) : refusal)"
        return Diagnostic(.error, .wrongValue, at: valuePlace, message)
    }
}
