import Crypto
package import SirdarCore

/// Makes the links by which one click mutes kinds of notices for one person: signed, so that nobody else can make one,
/// and good for nothing else.
package struct MuteSeal: Sendable {
    private let key: SymmetricKey

    /// `secret`: kept with the installation; another one makes earlier links invalid.
    package init(secret: [UInt8]) {
        let code = HMAC<SHA256>.authenticationCode(for: Array("sirdar/mute".utf8), using: SymmetricKey(data: secret))
        key = SymmetricKey(data: Array(code))
    }

    package func token(_ person: String, _ kinds: Set<Notice.Kind>) -> String {
        let text = "\(person).\(kinds.map(\.rawValue).sorted().joined(separator: "_"))"
        return "\(text).\(signature(text))"
    }

    /// Whom it mutes what for; `nil` for what is none of ours.
    package func open(_ token: String) -> (person: Identifier, kinds: Set<Notice.Kind>)? {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard token.utf8.count <= Self.bytesMax, parts.count == 3,
            signature("\(parts[0]).\(parts[1])").equalsInConstantTime(parts[2]), let person = Identifier(parts[0])
        else { return nil }
        let kinds = Set(parts[1].split(separator: "_").compactMap { Notice.Kind(rawValue: String($0)) })
        return kinds.isEmpty ? nil : (person, kinds)
    }

    private static let bytesMax = 500

    private func signature(_ text: String) -> String {
        Secret.base64url(Array(Array(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key)).prefix(16)))
    }
}
