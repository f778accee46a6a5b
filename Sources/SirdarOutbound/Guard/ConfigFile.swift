import Foundation
import SirdarCore
import SirdarEngine

/// A file of the configuration, read as a value with places.
enum ConfigFile {
    /// What a file of a folder says, with what is wrong with it; `absent`, and no file, where it is not there.
    static func load<Content>(
        _ name: String,
        in folder: String,
        absent: Content,
        _ content: (Located, Findings) -> Content
    ) -> (content: Content, file: FileDiagnostics?) {
        let path = "\(folder)/\(name)"
        guard FileManager.default.fileExists(atPath: path) else { return (absent, nil) }
        let findings = Findings()
        var found = absent
        switch read(path) {
        case .failure(let diagnostic): findings.add(diagnostic)
        case .success(let root): found = content(root, findings)
        }
        return (found, FileDiagnostics(file: path, diagnostics: findings.inOrder))
    }

    private static func read(_ path: String) -> Result<Located, Diagnostic> {
        guard let data = FileManager.default.contents(atPath: path) else {
            return .failure(Diagnostic(.error, .unreadable, at: .start, "the file cannot be read"))
        }
        return YAMLSource.read(data)
    }
}
