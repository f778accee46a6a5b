/// Writes a bundle: entries, what ties them to the tree, the checkpoints and the public key, as lines of text.
///
/// ```
/// sirdar.journal-bundle@v1
/// key NAME+NUMBER+BASE64
/// entries FIRST LAST SIZE          SIZE: of the last checkpoint
/// <BASE64                          the tree before FIRST, from left to right
/// {"action":…}                     an entry's canonical form
/// +NONCE {"name":…}                its names and free text, unless they were erased
/// |LINE                            the lines of a checkpoint's note, after the entry that it reaches to
/// >BASE64                          the tree between LAST and SIZE
/// ```
package enum BundleWriter {
    static let header = "sirdar.journal-bundle@v1"

    package static func head(_ key: NoteKey, _ extent: BundleExtent, before: [TreeHash]) -> String {
        "\(header)\nkey \(key.text)\nentries \(extent.first) \(extent.last) \(extent.size)\n"
            + before.map { "<\($0.base64)\n" }.joined()
    }

    package static func write(_ entry: SealedEntry, to bytes: inout [UInt8]) {
        bytes += entry.canonical
        bytes.append(0x0A)
        guard let confidential = entry.confidential, let nonce = entry.nonce else { return }
        bytes += Array("+\(nonce.hexadecimal) ".utf8)
        bytes += confidential
        bytes.append(0x0A)
    }

    package static func checkpoint(_ note: String) -> String {
        note.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map { "|\($0)\n" }.joined()
    }

    package static func after(_ hashes: [TreeHash]) -> String { hashes.map { ">\($0.base64)\n" }.joined() }
}

/// Which entries a bundle holds, and how large the tree is to which it ties them.
package struct BundleExtent: Sendable, Hashable {
    package let first: Int64
    package let last: Int64
    /// The size of the last checkpoint; smaller than `last` when the last entries are not covered yet.
    package let size: Int64

    /// `nil` for what cannot be.
    package init?(first: Int64, last: Int64, size: Int64) {
        guard first >= 1, last >= first, last < Int64.max >> 1, size >= 0, size < Int64.max >> 1 else { return nil }
        (self.first, self.last, self.size) = (first, last, size)
    }

    /// The subtrees before the first entry.
    package var before: Range<Int64> { 0..<first - 1 }
    /// The subtrees between the last entry and the end of the tree.
    package var after: Range<Int64> { last..<max(last, size) }
}
