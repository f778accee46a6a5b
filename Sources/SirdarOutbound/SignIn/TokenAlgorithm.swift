import Crypto
import CryptoExtras
import Foundation
import JSON

/// How a provider may sign: by a key of which we know the public half. Never by a secret that both know, and never not
/// at all.
package enum TokenAlgorithm: String, Sendable, Hashable, CaseIterable {
    case rs256 = "RS256"
    case ps256 = "PS256"
    case es256 = "ES256"
    case edDSA = "EdDSA"
}

/// A public key of a provider, for one way of signing.
struct TokenKey: Sendable {
    let id: String?
    let algorithm: TokenAlgorithm
    private let holds: @Sendable (_ signature: [UInt8], _ signed: [UInt8]) -> Bool

    static let modulusBitsMin = 2048
    private static let modulusBitsMax = 8192

    func isSignature(_ signature: [UInt8], of signed: [UInt8]) -> Bool { holds(signature, signed) }

    /// A key of a set (RFC 7517), for every way of signing that it serves; none for one that is not for signatures,
    /// that is too short, or of a kind that is not known here.
    static func read(_ json: JSON) -> [TokenKey] {
        if let use = json["use"]?.asString, use != "sig" { return [] }
        if let uses = json["key_ops"]?.asArray, !uses.contains("verify") { return [] }
        let named = json["alg"]?.asString
        return TokenAlgorithm.allCases.compactMap { algorithm in
            guard named == nil || named == algorithm.rawValue, let holds = check(json, algorithm) else { return nil }
            return TokenKey(id: json["kid"]?.asString, algorithm: algorithm, holds: holds)
        }
    }

    private static func check(
        _ json: JSON,
        _ algorithm: TokenAlgorithm
    ) -> (@Sendable ([UInt8], [UInt8]) -> Bool)? {
        func bytes(_ member: String) -> [UInt8]? { json[member]?.asString.flatMap { Base64URL.decode($0) } }
        switch (algorithm, json["kty"]?.asString) {
        case (.rs256, "RSA"), (.ps256, "RSA"):
            guard let modulus = bytes("n"), let exponent = bytes("e"), modulus.first != 0,
                (modulusBitsMin...modulusBitsMax).contains(modulus.count * 8),
                let key = try? _RSA.Signing.PublicKey(n: modulus, e: exponent)
            else { return nil }
            let padding: _RSA.Signing.Padding = algorithm == .ps256 ? .PSS : .insecurePKCS1v1_5
            return { signature, signed in
                let signature = _RSA.Signing.RSASignature(rawRepresentation: signature)
                return key.isValidSignature(signature, for: SHA256.hash(data: signed), padding: padding)
            }
        case (.es256, "EC"):
            guard json["crv"]?.asString == "P-256", let x = bytes("x"), let y = bytes("y"), x.count == 32,
                let key = try? P256.Signing.PublicKey(rawRepresentation: x + y)
            else { return nil }
            return { signature, signed in
                guard let signature = try? P256.Signing.ECDSASignature(rawRepresentation: signature) else {
                    return false
                }
                return key.isValidSignature(signature, for: signed)
            }
        case (.edDSA, "OKP"):
            guard json["crv"]?.asString == "Ed25519", let x = bytes("x"),
                let key = try? Curve25519.Signing.PublicKey(rawRepresentation: x)
            else { return nil }
            return { signature, signed in key.isValidSignature(signature, for: signed) }
        case (.rs256, _), (.ps256, _), (.es256, _), (.edDSA, _): return nil
        }
    }
}

/// Base64 as tokens have it: `-` and `_`, and nothing at the end. What is spelt otherwise is none, so that no two texts
/// are the same bytes.
enum Base64URL {
    static func decode(_ text: some StringProtocol) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count * 3 / 4)
        var (bits, count): (UInt32, UInt32) = (0, 0)
        for letter in text.utf8 {
            guard let value = value(of: letter) else { return nil }
            bits = bits << 6 | value
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> count))
                bits &= (1 << count) - 1
            }
        }
        return count < 6 && bits == 0 ? bytes : nil
    }

    private static func value(of letter: UInt8) -> UInt32? {
        switch letter {
        case 0x41...0x5A: UInt32(letter - 0x41)
        case 0x61...0x7A: UInt32(letter - 0x61 + 26)
        case 0x30...0x39: UInt32(letter - 0x30 + 52)
        case 0x2D: 62
        case 0x5F: 63
        default: nil
        }
    }
}
