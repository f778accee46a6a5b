/// An absolute path inside a machine, safe to hand to any tool.
///
/// At most 1,024 bytes, no quotes, no control character, no `.` or `..` component, no empty one: paths enter the
/// command language of file-system tools. Backslashes are allowed, since names of systemd units have them.
package struct GuestPath: Hashable, Sendable, CustomStringConvertible {
    package static let bytesMax = 1_024
    package static let nameBytesMax = 255

    /// The components, none for the root.
    package let components: [String]

    package init(_ path: String) throws(CloudError) {
        guard path.utf8.count <= Self.bytesMax else {
            throw CloudError(.invalid, "A path may have at most \(Self.bytesMax) bytes.")
        }
        guard path.hasPrefix("/") else {
            throw CloudError(.invalid, "The path “\(path)” must be absolute: it begins with a slash.")
        }
        let forbidden: Set<Unicode.Scalar> = ["\"", "'", "`"]
        guard
            !path.unicodeScalars.contains(where: { forbidden.contains($0) || $0.properties.generalCategory == .control }
            )
        else {
            throw CloudError(.invalid, "A path may not have quotes or control characters.")
        }
        var parts = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        if parts == [""] { parts = [] }
        guard parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." && $0.utf8.count <= Self.nameBytesMax }) else {
            throw CloudError(.invalid, "The path “\(path)” has a part that is empty, too long, “.” or “..”.")
        }
        components = parts
    }

    package var description: String { "/" + components.joined(separator: "/") }
}

package enum GuestFileKind: String, Sendable, Hashable {
    case regular, directory, link, other
}

/// What a machine's file system knows about a file.
package struct GuestFile: Sendable, Hashable {
    package let path: String
    package let kind: GuestFileKind
    /// Permission bits, e.g. 0o644.
    package let mode: Int
    package let owner: Int
    package let group: Int
    package let sizeBytes: Int64
    package let modifiedAt: Int64
    /// Where a symbolic link points to.
    package let linkTarget: String?

    package init(
        path: String,
        kind: GuestFileKind,
        access: (mode: Int, owner: Int, group: Int),
        sizeBytes: Int64,
        modifiedAt: Int64,
        linkTarget: String?
    ) {
        self.path = path
        self.kind = kind
        (mode, owner, group) = access
        self.sizeBytes = sizeBytes
        self.modifiedAt = modifiedAt
        self.linkTarget = linkTarget
    }
}

/// A file with its content.
package struct GuestContent: Sendable, Hashable {
    package let file: GuestFile
    package let bytes: [UInt8]
    /// SHA-256 of `bytes` in lower-case hexadecimal: what to expect when writing it back.
    package let digest: String

    package init(file: GuestFile, bytes: [UInt8], digest: String) {
        self.file = file
        self.bytes = bytes
        self.digest = digest
    }
}

/// What to write into a file.
package struct GuestWrite: Sendable, Hashable {
    package let bytes: [UInt8]
    /// The digest that the file must have now; nil writes whatever it holds.
    package let expecting: String?
    /// For a file that is new. One that exists keeps its mode, owner and group.
    package let access: (mode: Int, owner: Int, group: Int)

    package init(
        _ bytes: [UInt8],
        expecting: String? = nil,
        access: (mode: Int, owner: Int, group: Int) = (0o644, 0, 0)
    ) {
        self.bytes = bytes
        self.expecting = expecting
        self.access = access
    }

    package static func == (left: GuestWrite, right: GuestWrite) -> Bool {
        left.bytes == right.bytes && left.expecting == right.expecting && left.access == right.access
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(bytes)
        hasher.combine(expecting)
    }
}

/// Reading and writing the files of a machine.
package protocol GuestFiles: Sendable {
    /// The largest file that is read or written.
    var fileBytesMax: Int { get }

    /// What is in a directory, by name.
    func listFiles(in machine: MachineRef, at path: GuestPath, by deadline: Deadline) throws(CloudError) -> [GuestFile]

    /// What is at a path; a symbolic link is reported, not followed.
    func statFile(in machine: MachineRef, at path: GuestPath, by deadline: Deadline) throws(CloudError) -> GuestFile

    /// The content of a regular file; symbolic links are followed within the machine.
    func readFile(in machine: MachineRef, at path: GuestPath, by deadline: Deadline) throws(CloudError) -> GuestContent

    /// Replaces a regular file, or makes a new one in a directory that exists. All of it or nothing, also when killed
    /// halfway. Mode, owner, group and extended attributes of a file that exists are kept; its modification time
    /// becomes the present, as with any other edit.
    func writeFile(
        in machine: MachineRef,
        at path: GuestPath,
        _ write: GuestWrite,
        key: String,
        by deadline: Deadline
    ) throws(CloudError) -> GuestContent

    /// Removes a file, a symbolic link or an empty directory. Removing what is not there changes nothing.
    func removeFile(in machine: MachineRef, at path: GuestPath, key: String, by deadline: Deadline) throws(CloudError)

    /// Makes a directory in one that exists. Making one that is there already changes nothing.
    func makeFolder(
        in machine: MachineRef,
        at path: GuestPath,
        access: (mode: Int, owner: Int, group: Int),
        key: String,
        by deadline: Deadline
    ) throws(CloudError)
}
