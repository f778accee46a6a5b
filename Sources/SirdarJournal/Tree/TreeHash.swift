import Crypto
import Foundation

/// A hash of the tree over the journal, made as RFC 6962 says: leaves and nodes are told apart by their first byte, so
/// that no node can pass for a leaf.
package struct TreeHash: Sendable, Hashable {
    // Four words and not an array: a tree is made of millions of them.
    private let words: (UInt64, UInt64, UInt64, UInt64)

    package static let byteCount = 32

    init(_ digest: SHA256.Digest) {
        words = digest.withUnsafeBytes { $0.loadUnaligned(as: (UInt64, UInt64, UInt64, UInt64).self) }
    }

    /// `nil` when there are not 32 bytes.
    package init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        words = Array(bytes).withUnsafeBytes { $0.loadUnaligned(as: (UInt64, UInt64, UInt64, UInt64).self) }
    }

    /// As the texts of checkpoints and proofs write it.
    package init?(base64 text: some StringProtocol) {
        guard let bytes = Base64.decode(text), let hash = TreeHash(bytes) else { return nil }
        self = hash
    }

    package var bytes: [UInt8] { withUnsafeBytes(of: words) { Array($0) } }
    package var base64: String { Base64.encode(bytes) }

    /// The root of a tree without leaves.
    package static let empty = TreeHash(SHA256.hash(data: [UInt8]()))

    package static func leaf(_ entry: [UInt8]) -> TreeHash { entry.withUnsafeBytes { leaf($0) } }

    static func leaf(_ entry: UnsafeRawBufferPointer) -> TreeHash {
        var hash = SHA256()
        hash.update(mark: 0)
        hash.update(bufferPointer: entry)
        return TreeHash(hash.finalize())
    }

    package static func node(_ left: TreeHash, _ right: TreeHash) -> TreeHash {
        var hash = SHA256()
        hash.update(mark: 1)
        hash.update(left)
        hash.update(right)
        return TreeHash(hash.finalize())
    }

    fileprivate func feed(_ hash: inout SHA256) {
        withUnsafeBytes(of: words) { hash.update(bufferPointer: $0) }
    }

    package static func == (left: TreeHash, right: TreeHash) -> Bool { left.words == right.words }

    package func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}

extension SHA256 {
    fileprivate mutating func update(mark: UInt8) {
        withUnsafeBytes(of: mark) { update(bufferPointer: $0) }
    }

    fileprivate mutating func update(_ hash: TreeHash) { hash.feed(&self) }
}

/// Base 64 of RFC 4648, section 4, in one spelling only: what decodes encodes to the same text again, so that nothing
/// that is verified can be written in two ways.
enum Base64 {
    static func encode(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

    static func decode(_ text: some StringProtocol) -> [UInt8]? {
        guard let data = Data(base64Encoded: String(text)), data.base64EncodedString() == text else { return nil }
        return Array(data)
    }
}
