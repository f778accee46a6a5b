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
    /// Files that could not be read.
    package var unreadable: [FileDiagnostics] = []

    package init(workflows: [File] = [], runbooks: [File] = [], queues: File? = nil) {
        self.workflows = workflows
        self.runbooks = runbooks
        self.queues = queues
    }
}

extension CatalogFiles {
    /// Reads `Workflows/*.yaml`, `Runbooks/*.md` and `config/queues.yaml` of a folder; what is not there is empty.
    package init(folder: String) {
        self.init()
        let root = URL(filePath: folder, directoryHint: .isDirectory)
        workflows = Self.names(in: root.appending(path: "Workflows"), ["yaml", "yml"])
            .compactMap { read("Workflows/\($0)", in: folder, limit: YAMLSource.bytesMax) }
        runbooks = Self.names(in: root.appending(path: "Runbooks"), ["md"])
            .compactMap { read("Runbooks/\($0)", in: folder, limit: MarkdownDocument.bytesMax * 2) }
        if FileManager.default.fileExists(atPath: root.appending(path: "config/queues.yaml").path) {
            queues = read("config/queues.yaml", in: folder, limit: YAMLSource.bytesMax)
        }
    }

    private static func names(in folder: URL, _ extensions: Set<String>) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { !$0.hasPrefix(".") && extensions.contains(URL(filePath: $0).pathExtension) }.sorted()
    }

    private mutating func read(_ name: String, in folder: String, limit: Int) -> File? {
        let path = folder == "." || folder.isEmpty ? name : URL(filePath: folder).appending(path: name).relativePath
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
