import Foundation
import SirdarImages

/// Files that are either there as a whole or not at all, also after a power cut.
enum Durable {
    /// Writes a file under a temporary name beside it, then puts it in place.
    static func write(_ bytes: [UInt8], to path: String, mode: mode_t = 0o600) throws(CloudError) {
        let temporary = path + ".new"
        do throws(CloudError) {
            let file = try Descriptor(temporary, O_WRONLY | O_CREAT | O_TRUNC, mode: mode)
            try write(bytes, to: file)
            try file.sync()
        } catch {
            unlink(temporary)
            throw error
        }
        try rename(temporary, to: path)
    }

    static func write(_ bytes: [UInt8], to file: Descriptor) throws(CloudError) {
        var outcome: CloudError?
        bytes.withUnsafeBytes { buffer in
            do throws(CloudError) { try file.write(buffer) } catch { outcome = error }
        }
        if let outcome { throw outcome }
    }

    /// Puts a finished file in place and makes that durable.
    static func rename(_ from: String, to path: String) throws(CloudError) {
        guard Glibc.rename(from, path) == 0 else { throw CloudError.system(errno, doing: "put \(path) in place") }
        try syncFolder(of: path)
    }

    /// Removes a file and makes that durable. One that is not there is fine.
    static func remove(_ path: String) throws(CloudError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw CloudError.system(errno, doing: "delete \(path)") }
        try syncFolder(of: path)
    }

    /// Copies a file to a name that is new.
    static func copy(_ source: String, to path: String) throws(CloudError) {
        let from = try Descriptor(source, O_RDONLY)
        let target = try Descriptor(path, O_WRONLY | O_CREAT | O_EXCL)
        var at: Int64 = 0
        while true {
            let bytes = try from.bytes(at: at, 1 << 20)
            if bytes.isEmpty { return }
            try write(bytes, to: target)
            at += Int64(bytes.count)
        }
    }

    static func sync(_ path: String) throws(CloudError) {
        try Descriptor(path, O_RDONLY).sync()
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    static func makeFolder(_ path: String) throws(CloudError) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw CloudError.system(errno, doing: "make \(path)") }
    }

    /// The names in a folder, sorted; those that begin with a dot are left out.
    static func names(in folder: String) throws(CloudError) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder).filter { !$0.hasPrefix(".") }.sorted()
        } catch {
            throw CloudError(.gone, "The folder \(folder) cannot be read.", detail: String(describing: error))
        }
    }

    /// A whole small file; nil when it does not exist.
    static func read(_ path: String) throws(CloudError) -> [UInt8]? {
        guard exists(path) else { return nil }
        let file = try Descriptor(path, O_RDONLY)
        var bytes = [UInt8](repeating: 0, count: Int(try file.size()))
        var outcome: Result<Int, CloudError> = .success(0)
        bytes.withUnsafeMutableBytes { buffer in
            do throws(CloudError) { outcome = .success(try file.read(into: buffer, at: 0)) } catch {
                outcome = .failure(error)
            }
        }
        return Array(bytes.prefix(try outcome.get()))
    }

    private static func syncFolder(of path: String) throws(CloudError) {
        let folder = (path as NSString).deletingLastPathComponent
        try Descriptor(folder, O_RDONLY | O_DIRECTORY).sync()
    }
}
