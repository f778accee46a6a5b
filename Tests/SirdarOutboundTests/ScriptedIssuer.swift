import Crypto
import CryptoExtras
import Foundation
import JSON
import SirdarCore
import SirdarEngine
import SirdarOutbound
import SirdarTestKit

/// An identity provider on paper: it describes itself, has keys that a test changes, and answers a code with whatever
/// token a test has made.
final class ScriptedIssuer: Sendable {
    static let issuer = "https://login.studio.example"
    static let now = ManualClock.start

    let rsa: _RSA.Signing.PrivateKey
    let elliptic = P256.Signing.PrivateKey()
    let edwards = Curve25519.Signing.PrivateKey()
    let attempt = SignInAttempt(secret: Secret())
    private let state: Locked<State>

    struct State: Sendable {
        var token = ""
        var keys: [JSON] = []
        var description: JSON.Object
        var requests: [OutboundRequest] = []
        var tokenStatus = 200
        var isAway = false
    }

    init() throws {
        rsa = try _RSA.Signing.PrivateKey(keySize: .bits2048)
        var description: JSON.Object = [:]
        description["issuer"] = .string(Self.issuer)
        description["authorization_endpoint"] = .string("\(Self.issuer)/authorize?tenant=vfx")
        description["token_endpoint"] = .string("\(Self.issuer)/token")
        description["jwks_uri"] = .string("\(Self.issuer)/keys")
        state = Locked(State(description: description))
        let keys = [try key(rsa), key(elliptic), key(edwards)]
        change { $0.keys = keys }
    }

    func change(_ body: (inout State) -> Void) { state.withLock { body(&$0) } }
    var requests: [OutboundRequest] { state.withLock { $0.requests } }
    func asked(_ path: String) -> Int { requests.count { $0.address.path == path } }

    // MARK: Keys and tokens

    func key(_ key: _RSA.Signing.PrivateKey, id: String = "rsa") throws -> JSON {
        let numbers = try key.publicKey.getKeyPrimitives()
        return [
            "kty": "RSA", "kid": .string(id), "use": "sig", "n": .string(Self.text(numbers.modulus)),
            "e": .string(Self.text(numbers.publicExponent)),
        ]
    }

    func key(_ key: P256.Signing.PrivateKey, id: String = "ec") -> JSON {
        let numbers = key.publicKey.rawRepresentation
        return [
            "kty": "EC", "crv": "P-256", "kid": .string(id), "x": .string(Self.text(numbers.prefix(32))),
            "y": .string(Self.text(numbers.suffix(32))),
        ]
    }

    private func key(_ key: Curve25519.Signing.PrivateKey) -> JSON {
        ["kty": "OKP", "crv": "Ed25519", "kid": "ed", "x": .string(Self.text(key.publicKey.rawRepresentation))]
    }

    /// What a good token says.
    var claims: JSON.Object {
        let seconds = Int(Self.now.milliseconds / 1000)
        var claims: JSON.Object = [:]
        claims["iss"] = .string(Self.issuer)
        claims["sub"] = "248289761001"
        claims["aud"] = "sirdar"
        claims["exp"] = .number(JSON.Number(seconds + 300))
        claims["iat"] = .number(JSON.Number(seconds))
        claims["nonce"] = .string(attempt.nonce)
        claims["preferred_username"] = "Olga"
        claims["name"] = "Olga Petrova"
        return claims
    }

    func token(
        _ claims: JSON.Object? = nil,
        header: JSON = ["alg": "RS256", "kid": "rsa"],
        sign: ((Data) throws -> Data)? = nil
    ) throws -> String {
        let payload = JSON.object(claims ?? self.claims)
        let signed = "\(Self.text(Data(header.bytes))).\(Self.text(Data(payload.bytes)))"
        return "\(signed).\(Self.text(try (sign ?? signRSA)(Data(signed.utf8))))"
    }

    func signRSA(_ data: Data) throws -> Data {
        try rsa.signature(for: SHA256.hash(data: data), padding: .insecurePKCS1v1_5).withUnsafeBytes { Data($0) }
    }

    static func text(_ data: some Sequence<UInt8>) -> String { Secret.base64url(Array(data)) }

    // MARK: The other end

    func provider(
        _ change: (inout ProviderPolicy) -> Void = { _ in },
        secrets: any SecretSource = NoSecrets()
    )
        -> OpenIDProvider
    {
        var policy = ProviderPolicy(issuer: Self.issuer, clientID: "sirdar")
        change(&policy)
        let outbound = Outbound(
            rules: OutboundRules(hosts: [.init("login.studio.example")]),
            resolver: ScriptedResolver(["login.studio.example": [["93.184.215.14"]]]),
            transport: ScriptedTransport { [self] exchange throws(OutboundFailure) in try answer(exchange.request) }
        )
        let place = "https://sirdar.example\(OpenIDProvider.returnPath)"
        return OpenIDProvider(policy, outbound: outbound, secrets: secrets, returnAddress: place)
    }

    private func answer(_ request: OutboundRequest) throws(OutboundFailure) -> OutboundResponse {
        let state = state.withLock { state in
            state.requests.append(request)
            return state
        }
        guard !state.isAway else { throw OutboundFailure(.unreachable, "login.studio.example does not answer.") }
        switch request.address.path {
        case "/.well-known/openid-configuration": return .init(status: 200, body: JSON.object(state.description).bytes)
        case "/keys": return .init(status: 200, body: (["keys": .array(state.keys)] as JSON).bytes)
        case "/token":
            let body: JSON = ["id_token": .string(state.token), "token_type": "Bearer"]
            return .init(status: state.tokenStatus, body: body.bytes)
        default: return .init(status: 404)
        }
    }

    /// Who comes back with the token.
    func identity(of token: String, by provider: OpenIDProvider? = nil) throws(IdentityTrouble) -> Identity {
        change { $0.token = token }
        return try (provider ?? self.provider()).identity(code: "code", of: attempt, at: Self.now)
    }

    /// Why the token is refused, in a word; empty when it is not.
    func refusal(of token: String, by provider: OpenIDProvider? = nil) -> String {
        do throws(IdentityTrouble) { _ = try identity(of: token, by: provider) } catch {
            switch error {
            case .refused(let reason, _): return reason
            case .unavailable(let sentence): return "unavailable: \(sentence)"
            }
        }
        return ""
    }
}

struct NoSecrets: SecretSource {
    func value(of name: String) throws(SecretTrouble) -> String { throw SecretTrouble("There is no secret \(name).") }
}
