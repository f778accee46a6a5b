import Foundation
import SirdarCore
import SirdarEngine

/// A file of the configuration, read as a value with places.
enum ConfigFile {
    static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    static func read(_ path: String) -> Result<Located, Diagnostic> {
        guard let data = FileManager.default.contents(atPath: path) else {
            return .failure(Diagnostic(.error, .unreadable, at: .start, "the file cannot be read"))
        }
        return YAMLSource.read(data)
    }
}
