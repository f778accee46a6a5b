import Crypto
import CryptoExtras
import Foundation
import JSON
import SirdarCore
import SirdarEngine
import SirdarOutbound
import Testing

@Suite("A token that says who somebody is")
struct IdentityTokenTests {
    private let issuer: ScriptedIssuer

    init() throws { issuer = try ScriptedIssuer() }

    /// Why a token with other claims than a good one's is refused.
    private func refusal(_ change: (inout JSON.Object) -> Void) throws -> String {
        var claims = issuer.claims
        change(&claims)
        return issuer.refusal(of: try issuer.token(claims))
    }

    private static func seconds(_ distance: Int) -> JSON {
        .number(JSON.Number(Int(ScriptedIssuer.now.milliseconds / 1000) + distance))
    }

    @Test("a good one is believed, in every way of signing that is allowed")
    func good() throws {
        let expected = Identity(
            issuer: ScriptedIssuer.issuer,
            subject: "248289761001",
            name: "Olga",
            title: "Olga Petrova"
        )
        #expect(try issuer.identity(of: issuer.token()) == expected)
        let elliptic = try issuer.token(header: ["alg": "ES256", "kid": "ec"]) { [issuer] in
            try issuer.elliptic.signature(for: $0).rawRepresentation
        }
        #expect(try issuer.identity(of: elliptic) == expected)
        let every = issuer.provider { $0.algorithms = Set(TokenAlgorithm.allCases) }
        let edwards = try issuer.token(header: ["alg": "EdDSA", "kid": "ed"]) { [issuer] in
            try issuer.edwards.signature(for: $0)
        }
        #expect(try issuer.identity(of: edwards, by: every) == expected)
        let padded = try issuer.token(header: ["alg": "PS256", "kid": "rsa"]) { [issuer] in
            try issuer.rsa.signature(for: SHA256.hash(data: $0), padding: .PSS).withUnsafeBytes { Data($0) }
        }
        #expect(try issuer.identity(of: padded, by: every) == expected)
        // Of several audiences, with us named as who got it; and one without a key's name, where only one fits.
        var claims = issuer.claims
        claims["aud"] = ["other", "sirdar"]
        claims["azp"] = "sirdar"
        #expect(try issuer.identity(of: issuer.token(claims)) == expected)
        #expect(try issuer.identity(of: issuer.token(header: ["alg": "RS256"])) == expected)
    }

    @Test("one in another way of signing than is allowed is refused: another's, none, and by what everybody knows")
    func algorithms() throws {
        let edwards = try issuer.token(header: ["alg": "EdDSA", "kid": "ed"]) { [issuer] in
            try issuer.edwards.signature(for: $0)
        }
        #expect(issuer.refusal(of: edwards) == "algorithm")
        for name in ["none", "None", "nOnE", ""] {
            let unsigned = try issuer.token(header: ["alg": .string(name), "kid": "rsa"]) { _ in Data() }
            #expect(issuer.refusal(of: unsigned) == "algorithm", "\(name)")
        }
        // The public key, in the two forms in which it is published, taken for a secret.
        let published = Data(issuer.rsa.publicKey.pemRepresentation.utf8)
        let numbers = try issuer.rsa.publicKey.getKeyPrimitives().modulus
        for secret in [published, numbers] {
            let forged = try issuer.token(header: ["alg": "HS256", "kid": "rsa"]) { data in
                Data(HMAC<SHA256>.authenticationCode(for: data, using: SymmetricKey(data: secret)))
            }
            #expect(issuer.refusal(of: forged) == "algorithm")
        }
        // A key of one kind is not used for a way of another.
        let crossed = try issuer.token(header: ["alg": "ES256", "kid": "rsa"])
        #expect(issuer.refusal(of: crossed) == "key")
    }

    @Test("one of another issuer, for another client, or given to another, is refused")
    func parties() throws {
        #expect(try refusal { $0["iss"] = "https://login.evil.example" } == "issuer")
        #expect(try refusal { $0["iss"] = .string(ScriptedIssuer.issuer + "/") } == "issuer")
        #expect(try refusal { $0["iss"] = nil } == "issuer")
        #expect(try refusal { $0["aud"] = "another" } == "audience")
        #expect(try refusal { $0["aud"] = ["another", "third"] } == "audience")
        #expect(try refusal { $0["aud"] = nil } == "audience")
        #expect(try refusal { $0["azp"] = "another" } == "authorized-party")
        #expect(try refusal { $0["aud"] = ["another", "sirdar"] } == "authorized-party")
    }

    @Test("one of another attempt, that is over, too old, or of tomorrow, is refused")
    func times() throws {
        #expect(try refusal { $0["nonce"] = "another" } == "nonce")
        #expect(try refusal { $0["nonce"] = nil } == "nonce")
        #expect(try refusal { $0["exp"] = Self.seconds(-61) } == "expired")
        #expect(try refusal { $0["exp"] = nil } == "expired")
        #expect(try refusal { $0["exp"] = "tomorrow" } == "expired")
        #expect(try refusal { $0["iat"] = Self.seconds(-601) } == "expired")
        #expect(try refusal { $0["nbf"] = Self.seconds(61) } == "not-yet")
        #expect(try refusal { $0["iat"] = Self.seconds(61) } == "not-yet")
        #expect(try refusal { $0["iat"] = nil } == "not-yet")
        // Clocks differ by less than a minute.
        #expect(try refusal { $0["exp"] = Self.seconds(-59) } == "")
        #expect(try refusal { $0["nbf"] = Self.seconds(59) } == "")
    }

    @Test("one of a key that nobody knows is refused, and so is another's under a known name")
    func keys() throws {
        let stranger = try _RSA.Signing.PrivateKey(keySize: .bits2048)
        let sign: (Data) throws -> Data = { data in
            try stranger.signature(for: SHA256.hash(data: data), padding: .insecurePKCS1v1_5).withUnsafeBytes {
                Data($0)
            }
        }
        #expect(issuer.refusal(of: try issuer.token(header: ["alg": "RS256", "kid": "other"], sign: sign)) == "key")
        #expect(issuer.refusal(of: try issuer.token(header: ["alg": "RS256", "kid": 7], sign: sign)) == "key")
        #expect(issuer.refusal(of: try issuer.token(sign: sign)) == "signature")
        // A key that the token brings along is nobody's.
        let brought: JSON = ["alg": "RS256", "kid": "own", "jwk": try issuer.key(stranger, id: "own")]
        #expect(issuer.refusal(of: try issuer.token(header: brought, sign: sign)) == "key")
    }

    @Test("one whose payload or signature was changed is refused, bit by bit")
    func tampered() throws {
        let good = try issuer.token()
        let parts = good.split(separator: ".").map(String.init)
        var claims = issuer.claims
        claims["sub"] = "administrator"
        let payload = ScriptedIssuer.text(JSON.object(claims).bytes)
        #expect(issuer.refusal(of: "\(parts[0]).\(payload).\(parts[2])") == "signature")
        let signature = try issuer.signRSA(Data("\(parts[0]).\(parts[1])".utf8))
        for bit in stride(from: 0, to: signature.count * 8, by: 97) {
            var changed = signature
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            let token = "\(parts[0]).\(parts[1]).\(ScriptedIssuer.text(changed))"
            #expect(issuer.refusal(of: token) == "signature", "bit \(bit)")
        }
        #expect(issuer.refusal(of: "\(parts[0]).\(parts[1]).") == "signature")
    }

    @Test("one that does not say who, that is huge, or that is none, is refused")
    func forms() throws {
        #expect(try refusal { $0["sub"] = nil } == "subject")
        #expect(try refusal { $0["sub"] = "" } == "subject")
        #expect(try refusal { $0["sub"] = 7 } == "subject")
        #expect(try refusal { $0["sub"] = .string(String(repeating: "s", count: 256)) } == "subject")
        #expect(try refusal { $0["padding"] = .string(String(repeating: "x", count: 16 << 10)) } == "too-large")
        let good = try issuer.token()
        let parts = good.split(separator: ".").map(String.init)
        let twice = ScriptedIssuer.text(Array(#"{"alg":"RS256","alg":"none","kid":"rsa"}"#.utf8))
        for token in [
            "", "a", "a.b", "a.b.c", ". .", "\(good).", "\(good).x", " \(good)", "\(parts[0])=.\(parts[1]).\(parts[2])",
            "\(twice).\(parts[1]).\(parts[2])", "\(ScriptedIssuer.text(Array("[]".utf8))).\(parts[1]).\(parts[2])",
        ] {
            #expect(issuer.refusal(of: token) == "malformed", "\(token.prefix(20))")
        }
        let critical = try issuer.token(header: ["alg": "RS256", "kid": "rsa", "crit": ["b64"], "b64": false])
        #expect(issuer.refusal(of: critical) == "malformed")
        // Signed, and no object.
        let list = "\(parts[0]).\(ScriptedIssuer.text(Array("[1]".utf8)))"
        let signature = ScriptedIssuer.text(try issuer.signRSA(Data(list.utf8)))
        #expect(issuer.refusal(of: "\(list).\(signature)") == "malformed")
    }
}
