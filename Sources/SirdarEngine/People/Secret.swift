import Crypto
import SirdarJournal

/// 256 random bits that somebody carries, of which only a digest is kept.
///
/// A secret of this size needs no slow hash: it cannot be guessed, only stolen.
package struct Secret: Sendable {
    /// 43 characters of base64url.
    package let text: String

    package static let length = 43

    /// From the system's generator, which is a cryptographic one.
    package init() {
        var generator = SystemRandomNumberGenerator()
        var bytes: [UInt8] = []
        for _ in 0..<4 {
            let word = generator.next() as UInt64
            for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: word >> shift)) }
        }
        text = Self.base64url(bytes)
    }

    /// A secret that was presented; `nil` when it has not even the form of one.
    package init?(_ text: String) {
        guard text.utf8.count == Self.length, text.utf8.allSatisfy({ Self.alphabet.contains($0) }) else { return nil }
        self.text = text
    }

    /// What is kept of it: 64 hexadecimal digits.
    package var digest: String { SHA256.hash(data: Array(text.utf8)).hexadecimal }

    /// A value that only who knows the secret can derive; another for each purpose.
    package func derived(for purpose: String) -> String {
        let key = SymmetricKey(data: Array(text.utf8))
        return Self.base64url(Array(HMAC<SHA256>.authenticationCode(for: Array(purpose.utf8), using: key)))
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    package static func base64url(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            count += 8
            while count >= 6 {
                count -= 6
                text.append(alphabet[Int(bits >> UInt32(count) & 0x3F)])
            }
        }
        if count > 0 { text.append(alphabet[Int(bits << UInt32(6 - count) & 0x3F)]) }
        return String(decoding: text, as: UTF8.self)
    }
}

extension String {
    /// Compares without telling by its time where the difference is.
    package func equalsInConstantTime(_ other: String) -> Bool {
        let (left, right) = (Array(utf8), Array(other.utf8))
        guard left.count == right.count else { return false }
        var difference: UInt8 = 0
        for index in left.indices { difference |= left[index] ^ right[index] }
        return difference == 0
    }
}
