import Foundation
package import JSON
package import SirdarCore

/// `sirdar check`: reads files as the server would, and tells what is wrong with them.
package enum DefinitionCheck {
    /// Checks files and folders. A file is read together with the catalog that it lies in, since what it names is
    /// defined there; told is only of what was asked for. A definition that lies in no catalog's folder is read as if
    /// it were in the nearest one's. `others` tells of what else an installation's folder holds.
    package static func run(
        paths: [String],
        _ surroundings: Catalog.Surroundings,
        others: (_ root: String) -> [FileDiagnostics] = { _ in [] }
    ) -> [FileDiagnostics] {
        var catalogs: [String: (files: [FileDiagnostics], vocabulary: Vocabulary)] = [:]
        var told: [FileDiagnostics] = []
        for path in paths {
            guard let root = root(of: path) else {
                let missing = Diagnostic.error(.unreadable, at: .start, "there is no such file or folder")
                told.append(FileDiagnostics(file: path, diagnostics: [missing]))
                continue
            }
            let catalog =
                catalogs[root]
                ?? {
                    let catalog = Catalog.load(folder: root, surroundings)
                    return (catalog.files + others(root), catalog.vocabulary)
                }()
            catalogs[root] = catalog
            let wanted = canonical(path)
            var found = catalog.files.filter { file in
                let place = canonical(file.file)
                return place == wanted || place.hasPrefix(wanted + "/") || wanted == canonical(root)
            }
            if found.isEmpty { found = loose(path, catalog.vocabulary) }
            told += found.filter { file in !told.contains { $0.file == file.file } }
        }
        return told
    }

    /// What lies in none of a catalog's folders: definitions are known by what is in them.
    private static func loose(_ path: String, _ vocabulary: Vocabulary) -> [FileDiagnostics] {
        let files = CatalogFiles.definitions(at: path).compactMap { file -> FileDiagnostics? in
            switch CatalogFiles.read(file, limit: YAMLSource.bytesMax) {
            case .failure(let diagnostic): return FileDiagnostics(file: file, diagnostics: [diagnostic])
            case .success(let source):
                switch YAMLSource.read(source.text) {
                case .failure(let diagnostic): return FileDiagnostics(file: file, diagnostics: [diagnostic])
                case .success(let root):
                    guard root.isDefinition else { return nil }
                    let hash = Catalog.hash(source: source.text, runbooks: [])
                    let decoded = DefinitionDecoder.decode(root, hash: hash, vocabulary: vocabulary)
                    return FileDiagnostics(file: file, diagnostics: decoded.diagnostics)
                }
            }
        }
        guard files.isEmpty else { return files }
        let other = Diagnostic.error(
            .unreadable,
            at: .start,
            "nothing here to check: definitions (*.yaml with `document` and `do`), Runbooks/*.md, config/*.yaml"
        )
        return [FileDiagnostics(file: path, diagnostics: [other])]
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

    /// The folder whose catalog a path belongs to: itself, the nearest one around it that has definitions, or else the
    /// one that we are in.
    static func root(of path: String) -> String? {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return nil }
        var url = URL(filePath: path)
        if isFolder.boolValue, isRoot(url) { return path }
        for _ in 0..<upMax {
            url = url.deletingLastPathComponent()
            if isRoot(url) { return url.relativePath.isEmpty ? "." : url.relativePath }
        }
        if isRoot(URL(filePath: FileManager.default.currentDirectoryPath)) { return "." }
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

extension Located {
    /// Whether it is meant as a workflow, whatever else is wrong with it.
    fileprivate var isDefinition: Bool {
        guard case .map(let members) = value else { return false }
        return members.contains { $0.key == "document" || $0.key == "do" }
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
