import Foundation
package import JSON
package import SirdarCore

/// `sirdar check`: reads files as the server would, and tells what is wrong with them.
package enum DefinitionCheck {
    /// Checks files and folders. A file is read together with the catalog that it lies in, since what it names is
    /// defined there; told is only of what was asked for. `others` tells of what else an installation's folder holds.
    package static func run(
        paths: [String],
        _ surroundings: Catalog.Surroundings,
        others: (_ root: String) -> [FileDiagnostics] = { _ in [] }
    ) -> [FileDiagnostics] {
        var catalogs: [String: [FileDiagnostics]] = [:]
        var told: [FileDiagnostics] = []
        for path in paths {
            guard let root = root(of: path) else {
                let missing = Diagnostic.error(.unreadable, at: .start, "there is no such file or folder")
                told.append(FileDiagnostics(file: path, diagnostics: [missing]))
                continue
            }
            let all = catalogs[root] ?? Catalog.load(folder: root, surroundings).files + others(root)
            catalogs[root] = all
            let wanted = canonical(path)
            let found = all.filter { file in
                let place = canonical(file.file)
                return place == wanted || place.hasPrefix(wanted + "/") || wanted == canonical(root)
            }
            if found.isEmpty {
                let other = Diagnostic.error(
                    .unreadable,
                    at: .start,
                    "nothing here to check: Workflows/*.yaml, Runbooks/*.md, config/*.yaml"
                )
                told.append(FileDiagnostics(file: path, diagnostics: [other]))
            }
            told += found.filter { file in !told.contains { $0.file == file.file } }
        }
        return told
    }

    /// One definition, with the catalog that it lies in; without a workflow when it cannot be read.
    package static func read(
        _ path: String,
        _ surroundings: Catalog.Surroundings
    ) -> DefinitionDecoder.Decoded {
        switch CatalogFiles.read(path, limit: YAMLSource.bytesMax) {
        case .failure(let diagnostic): return .init(workflow: nil, diagnostics: [diagnostic])
        case .success(let file):
            let vocabulary = root(of: path).map { Catalog.load(folder: $0, surroundings).vocabulary }
            let hash = Catalog.hash(source: file.text, runbooks: [])
            switch YAMLSource.read(file.text) {
            case .failure(let diagnostic): return .init(workflow: nil, diagnostics: [diagnostic])
            case .success(let root):
                return DefinitionDecoder.decode(root, hash: hash, vocabulary: vocabulary ?? Vocabulary())
            }
        }
    }

    /// The folder whose catalog a path belongs to: itself, or the nearest one around it that has definitions.
    static func root(of path: String) -> String? {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return nil }
        var url = URL(filePath: path)
        if isFolder.boolValue, isRoot(url) { return path }
        for _ in 0..<upMax {
            url = url.deletingLastPathComponent()
            if isRoot(url) { return url.relativePath.isEmpty ? "." : url.relativePath }
        }
        return isFolder.boolValue ? path : URL(filePath: path).deletingLastPathComponent().relativePath
    }

    private static let upMax = 4

    private static func isRoot(_ folder: URL) -> Bool {
        ["Workflows", "Runbooks", "config"].contains { name in
            FileManager.default.fileExists(atPath: folder.appending(path: name).path)
        }
    }

    static func canonical(_ path: String) -> String {
        let canonical = URL(filePath: path).standardizedFileURL.path
        return canonical.count > 1 && canonical.hasSuffix("/") ? String(canonical.dropLast()) : canonical
    }
}

extension DefinitionCheck {
    /// Whether a caller should stop: at an error, and with `strict` at a warning too.
    package static func fails(_ files: [FileDiagnostics], strict: Bool) -> Bool {
        files.contains { $0.diagnostics.contains { strict || $0.isError } }
    }

    /// A line for each mistake, and a last line with their number.
    package static func text(_ files: [FileDiagnostics]) -> String {
        let lines = files.flatMap { file in file.diagnostics.map { $0.text(in: file.file) } }
        let all = files.flatMap(\.diagnostics)
        let errors = all.count(where: \.isError)
        let summary =
            all.isEmpty
            ? "\(count(files.count, "file")): nothing wrong"
            : "\(count(files.count, "file")): \(count(errors, "error")), \(count(all.count - errors, "warning"))"
        return (lines + [summary]).joined(separator: "\n") + "\n"
    }

    private static func count(_ number: Int, _ what: String) -> String { "\(number) \(what)\(number == 1 ? "" : "s")" }

    /// `{ files: [{ file, diagnostics: […] }], errors, warnings }`
    package static func json(_ files: [FileDiagnostics]) -> JSON {
        let all = files.flatMap(\.diagnostics)
        let errors = all.count(where: \.isError)
        let documents = files.map { file -> JSON in
            ["file": .string(file.file), "diagnostics": .array(file.diagnostics.map(\.json))]
        }
        return [
            "files": .array(documents),
            "errors": .number(JSON.Number(errors)),
            "warnings": .number(JSON.Number(all.count - errors)),
        ]
    }
}
