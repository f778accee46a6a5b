/// One thing to look for on a disk. Every spelling of it counts.
package enum TraceNeedle: Hashable, Sendable {
    /// An IPv4 or IPv6 address, in any spelling: padded with zeros, compressed, expanded, IPv4-mapped, reversed for
    /// DNS.
    case address(String)
    /// Any IPv4 address of this network, e.g. `10.42.0.0/16`.
    case network(String)
    /// A host name, whatever its case. `filer` is found in `filer.example.org` and not in `filer2`.
    case host(String)
    /// A path or a share: `/export/blackfen`, `\\filer\projects`. Slashes and backslashes, single or doubled, count
    /// alike.
    case path(String)
    /// A word, such as a project's code. `blackfen` is found in `blackfen_ws` and not in `blackfens`.
    case word(String)

    package var text: String {
        switch self {
        case .address(let text), .network(let text), .host(let text), .path(let text), .word(let text): text
        }
    }
}

/// Where a trace was found.
package enum TracePlace: Hashable, Sendable {
    /// In a text file; the line's text is cut to what is readable.
    case line(path: String, number: Int, text: String)
    /// In a binary file.
    case offset(path: String, offset: Int64)
    /// In the name of a file or directory.
    case name(path: String)
    /// In the target of a symbolic link.
    case link(path: String, target: String)
    /// In an extended attribute.
    case attribute(path: String)
    /// In the bytes of a whole disk. `area` says what lies there: a file's path, “free space”, “file system
    /// structures”.
    case disk(offset: Int64, area: String)
}

package struct TraceHit: Hashable, Sendable {
    package let needle: TraceNeedle
    package let place: TracePlace

    package init(needle: TraceNeedle, place: TracePlace) {
        self.needle = needle
        self.place = place
    }
}

/// Something that could not be looked into. A scan with such entries proves less than one without.
package struct UnreadableFile: Hashable, Sendable {
    package let path: String
    package let reason: String

    package init(path: String, reason: String) {
        self.path = path
        self.reason = reason
    }
}

package struct TraceReport: Sendable, Hashable {
    package var hits: [TraceHit] = []
    package var unreadable: [UnreadableFile] = []
    package var filesRead = 0
    package var bytesRead: Int64 = 0
    /// More was found than is listed.
    package var isTruncated = false

    package init() {}

    /// Nothing was found, and nothing was left out.
    package var isClean: Bool { hits.isEmpty && unreadable.isEmpty && !isTruncated }
}

/// How much was cleared.
package struct ClearedSpace: Sendable, Hashable {
    /// All that the file system does not use.
    package let freeBytes: Int64
    /// What of it held old bytes and reads as zeros now.
    package let clearedBytes: Int64

    package init(freeBytes: Int64, clearedBytes: Int64) {
        self.freeBytes = freeBytes
        self.clearedBytes = clearedBytes
    }
}

/// Something that makes two machines of one image mistake themselves for each other.
package struct IdentityTrace: Sendable, Hashable {
    package enum Kind: String, Sendable { case sshHostKey, machineId, hostName, workerIdentity, cloudInit }

    package let kind: Kind
    package let path: String
    /// What is wrong and what to do, in a sentence.
    package let sentence: String

    package init(_ kind: Kind, path: String, _ sentence: String) {
        self.kind = kind
        self.path = path
        self.sentence = sentence
    }
}

/// Looking into the disks of machines that are off, and of finished images.
package protocol DiskInspection: Sendable {
    /// Searches every file in use, every name and every link of a machine.
    func scan(
        _ machine: MachineRef,
        for needles: [TraceNeedle],
        by deadline: Deadline
    ) throws(CloudError) -> TraceReport

    /// Clears what deleted files left behind, so that it does not travel in an image.
    func zeroFreeSpace(of machine: MachineRef, key: String, by deadline: Deadline) throws(CloudError) -> ClearedSpace

    /// Searches all bytes of a finished image, free space included.
    func searchImage(
        _ image: ImageRef,
        for needles: [TraceNeedle],
        by deadline: Deadline
    ) throws(CloudError) -> TraceReport

    /// What is left of the machine's own identity; empty when it is generalised.
    func identityTraces(of machine: MachineRef, by deadline: Deadline) throws(CloudError) -> [IdentityTrace]
}
