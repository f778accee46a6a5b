import Foundation
import SirdarCore

/// The texts that a catalog is read from.
package struct CatalogFiles: Sendable {
    package struct File: Sendable, Hashable {
        package let path: String
        package let text: String

        package init(path: String, text: String) {
            self.path = path
            self.text = text
        }

        /// The file's name without its folder and extension.
        package var name: String { URL(filePath: path).deletingPathExtension().lastPathComponent }
    }

    package var workflows: [File]
    package var runbooks: [File]
    package var queues: File?
    package var calendars: File?
    /// Files that could not be read.
    package var unreadable: [FileDiagnostics] = []

    package init(workflows: [File] = [], runbooks: [File] = [], queues: File? = nil, calendars: File? = nil) {
        self.workflows = workflows
        self.runbooks = runbooks
        self.queues = queues
        self.calendars = calendars
    }
}

extension CatalogFiles {
    /// Reads `Workflows/*.yaml`, `Runbooks/*.md`, `config/queues.yaml` and `config/calendars.yaml` of a folder; what is
    /// not there is empty.
    package init(folder: String) {
        let folder = folder == "." || folder.isEmpty ? "" : URL(filePath: folder).relativePath + "/"
        self.init(workflows: "\(folder)Workflows", runbooks: "\(folder)Runbooks", config: "\(folder)config")
    }

    /// Reads the folders where workflows, runbooks, and `queues.yaml` with `calendars.yaml` are.
    package init(workflows: String, runbooks: String, config: String) {
        self.init()
        self.workflows = Self.paths(in: workflows, ["yaml", "yml"])
            .compactMap { read($0, limit: YAMLSource.bytesMax) }
        self.runbooks = Self.paths(in: runbooks, ["md"])
            .compactMap { read($0, limit: MarkdownDocument.bytesMax * 2) }
        queues = readIfThere("\(config)/queues.yaml")
        calendars = readIfThere("\(config)/calendars.yaml")
    }

    private static func paths(in folder: String, _ extensions: Set<String>) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { !$0.hasPrefix(".") && extensions.contains(URL(filePath: $0).pathExtension) }.sorted()
            .map { "\(folder)/\($0)" }
    }

    /// The files of a path that may be definitions: itself, or what lies in the folder.
    static func definitions(at path: String) -> [String] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return [] }
        let extensions: Set = ["yaml", "yml", "json"]
        if isFolder.boolValue { return paths(in: URL(filePath: path).relativePath, extensions) }
        return extensions.contains(URL(filePath: path).pathExtension) ? [path] : []
    }

    private mutating func readIfThere(_ path: String) -> File? {
        FileManager.default.fileExists(atPath: path) ? read(path, limit: YAMLSource.bytesMax) : nil
    }

    private mutating func read(_ path: String, limit: Int) -> File? {
        switch Self.read(path, limit: limit) {
        case .success(let file): return file
        case .failure(let diagnostic):
            unreadable.append(FileDiagnostics(file: path, diagnostics: [diagnostic]))
            return nil
        }
    }

    /// One file as text, no longer than `limit` bytes.
    static func read(_ path: String, limit: Int) -> Result<File, Diagnostic> {
        guard let handle = FileHandle(forReadingAtPath: path),
            let data = try? handle.read(upToCount: limit + 1) ?? Data()
        else { return .failure(.error(.unreadable, at: .start, "the file cannot be read")) }
        guard data.count <= limit else {
            return .failure(.error(.tooLarge, at: .start, "the file is longer than \(limit >> 10) KiB"))
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            return .failure(.error(.syntax, at: .start, "the file is not UTF-8"))
        }
        return .success(File(path: path, text: text))
    }
}
