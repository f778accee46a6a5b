import Foundation

/// The files of this repository as they lie on the disk, without what `.gitignore` names.
struct Repository {
    /// The one that this file is part of.
    static let here = Repository(root: URL(filePath: #filePath).deletingLastPathComponent(times: 3))

    let root: URL
    /// Every file, ordered by path.
    let files: [RepositoryFile]

    init(root: URL) {
        self.root = root
        // Without the file nothing is ignored.
        let ignored = (try? String(contentsOf: root.appending(path: ".gitignore"), encoding: .utf8)) ?? ""
        files = Self.walk(root, below: "", IgnoreList(text: ignored)).sorted { $0.path < $1.path }
    }

    /// The files whose name has one of these endings, in the folders with one of these prefixes.
    func files(endingIn endings: [String], in prefixes: [String] = [""]) -> [RepositoryFile] {
        files.filter { file in
            endings.contains { file.path.hasSuffix($0) } && prefixes.contains { file.path.hasPrefix($0) }
        }
    }

    func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appending(path: path).path(percentEncoded: false))
    }

    func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    private static func walk(_ folder: URL, below path: String, _ ignored: IgnoreList) -> [RepositoryFile] {
        let keys: Set<URLResourceKey> = [.isDirectoryKey, .isSymbolicLinkKey, .fileSizeKey]
        // A folder that cannot be read has no files for us; git would not have it either.
        let entries = try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: Array(keys))
        return (entries ?? []).flatMap { entry -> [RepositoryFile] in
            let name = entry.lastPathComponent
            // What vanished since it was listed is not part of the repository.
            guard let values = try? entry.resourceValues(forKeys: keys), name != ".git" else { return [] }
            let isFolder = values.isDirectory == true && values.isSymbolicLink != true
            if ignored.holds(name, isFolder: isFolder) { return [] }
            if isFolder { return walk(entry, below: path + name + "/", ignored) }
            return [RepositoryFile(path: path + name, url: entry, size: values.fileSize ?? 0)]
        }
    }
}

/// A file: its path from the root of the repository, and what is in it.
struct RepositoryFile {
    let path: String
    let url: URL
    let size: Int

    /// Empty for a file that cannot be read, such as a link to nowhere.
    var bytes: [UInt8] { (try? Data(contentsOf: url)).map(Array.init) ?? [] }
    var text: String { String(decoding: bytes, as: UTF8.self) }
    var isExecutable: Bool { FileManager.default.isExecutableFile(atPath: url.path(percentEncoded: false)) }
}

/// The few forms of `.gitignore` that this repository uses: `name`, `folder/`, `prefix*/` and `*.ending`.
struct IgnoreList {
    let lines: [String]

    init(text: String) {
        lines = text.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("#") }
    }

    func holds(_ name: String, isFolder: Bool) -> Bool {
        lines.contains { line in
            if line.hasSuffix("*/") { return isFolder && name.hasPrefix(line.dropLast(2)) }
            if line.hasSuffix("/") { return isFolder && name == line.dropLast() }
            if line.hasPrefix("*") { return name.hasSuffix(line.dropFirst()) }
            return name == line
        }
    }
}

extension URL {
    fileprivate func deletingLastPathComponent(times: Int) -> URL {
        (0..<times).reduce(self) { url, _ in url.deletingLastPathComponent() }
    }
}
