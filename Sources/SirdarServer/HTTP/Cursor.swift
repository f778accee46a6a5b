import Crypto
import JSON
import SirdarEngine

/// Where the next page begins. Signed, so that it stays what it is: ours to read, nobody's to make.
struct CursorSeal: Sendable {
    private let key: SymmetricKey

    init(secret: [UInt8]) { key = SymmetricKey(data: secret) }

    func seal(_ place: String, of list: String) -> String {
        let text = Secret.base64url(Array(place.utf8))
        return "\(text).\(signature(text, list))"
    }

    /// - Throws: when the cursor is not one of ours, or of another list.
    func open(_ cursor: String, of list: String) throws(Trouble) -> String {
        let parts = cursor.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, signature(parts[0], list).equalsInConstantTime(parts[1]),
            let place = Base64URL.decode(parts[0])
        else { throw .invalid("/cursor", "This cursor is not valid here. Begin again without one.") }
        return place
    }

    private func signature(_ text: String, _ list: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: Array("\(list)\n\(text)".utf8), using: key)
        return Secret.base64url(Array(Array(code).prefix(16)))
    }
}

enum Base64URL {
    static func decode(_ text: String) -> String? {
        var bytes: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for byte in text.utf8 {
            let six: UInt32
            switch byte {
            case 0x41...0x5A: six = UInt32(byte) - 0x41
            case 0x61...0x7A: six = UInt32(byte) - 0x61 + 26
            case 0x30...0x39: six = UInt32(byte) - 0x30 + 52
            case 0x2D: six = 62
            case 0x5F: six = 63
            default: return nil
            }
            bits = bits << 6 | six
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
