import JSON
import SirdarCore
import SirdarEngine

/// A provider's token that says who somebody is (OpenID Connect 1.0, 3.1.3.7), believed only after every check.
///
/// Nothing of it is looked at before its signature holds, but its header, which says with what key: and that is taken
/// only for a choice among the ways and the keys that are allowed here.
struct IdentityToken {
    /// What a token must fit.
    struct Rules: Sendable {
        let issuer: String
        let clientID: String
        let algorithms: Set<TokenAlgorithm>
        let nonce: String
    }

    static let bytesMax = 16 << 10
    /// How far the provider's clock may be from ours.
    static let leeway = Interval.seconds(60)
    /// How long ago it may have been made: it was asked for a moment ago.
    static let ageMax = Interval.minutes(10)
    private static let limits = JSON.Limits(depth: 16, bytes: bytesMax)

    let header: JSON
    private let signed: [UInt8]
    private let payload: [UInt8]
    private let signature: [UInt8]

    /// - Throws: that it is too large, or no token.
    init(_ text: String) throws(TokenFault) {
        guard text.utf8.count <= Self.bytesMax else { throw .tooLarge }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let head = Base64URL.decode(parts[0]), let payload = Base64URL.decode(parts[1]),
            let signature = Base64URL.decode(parts[2]), let header = Self.object(head)
        else { throw .malformed }
        self.header = header
        self.payload = payload
        self.signature = signature
        signed = Array("\(parts[0]).\(parts[1])".utf8)
    }

    /// The way in which it claims to be signed, if that is one of those that are allowed.
    func algorithm(of allowed: Set<TokenAlgorithm>) throws(TokenFault) -> TokenAlgorithm {
        // An extension that must be understood is not.
        guard header["crit"] == nil else { throw .malformed }
        let name = header["alg"]?.asString ?? "none"
        guard let algorithm = TokenAlgorithm(rawValue: name), allowed.contains(algorithm) else {
            throw .algorithm(String(name.prefix(16)))
        }
        return algorithm
    }

    /// The key it names; where it names none, the only one there is for its way.
    func key(among keys: [TokenKey], _ algorithm: TokenAlgorithm) throws(TokenFault) -> TokenKey {
        let fitting = keys.filter { $0.algorithm == algorithm }
        if let id = header["kid"] {
            guard let name = id.asString, let key = fitting.first(where: { $0.id == name }) else { throw .key }
            return key
        }
        guard fitting.count == 1 else { throw .key }
        return fitting[0]
    }

    /// Who it says that somebody is.
    func identity(key: TokenKey, _ rules: Rules, at now: Timestamp) throws(TokenFault) -> Identity {
        guard key.isSignature(signature, of: signed) else { throw .signature }
        guard let claims = Self.object(payload) else { throw .malformed }
        guard claims["iss"]?.asString == rules.issuer else { throw .issuer }
        try Self.checkAudience(claims, rules.clientID)
        try Self.checkTimes(claims, now)
        guard let nonce = claims["nonce"]?.asString, nonce.equalsInConstantTime(rules.nonce) else { throw .nonce }
        guard let subject = claims["sub"]?.asString, !subject.isEmpty,
            subject.utf8.count <= Identity.subjectBytesMax
        else { throw .subject }
        return Identity(
            issuer: rules.issuer,
            subject: subject,
            name: claims["preferred_username"]?.asString,
            title: claims["name"]?.asString
        )
    }

    /// For us; and where it is for others too, or says whom it was given to, given to us.
    private static func checkAudience(_ claims: JSON, _ client: String) throws(TokenFault) {
        let audience: [String?] =
            switch claims["aud"] {
            case .string(let one): [one]
            case .array(let several): several.map(\.asString)
            case nil, .null, .bool, .number, .object: []
            }
        guard audience.contains(client) else { throw .audience }
        if let party = claims["azp"] {
            guard party.asString == client else { throw .party }
        } else if audience.count > 1 {
            throw .party
        }
    }

    private static func checkTimes(_ claims: JSON, _ now: Timestamp) throws(TokenFault) {
        guard let expires = time(claims["exp"]), now < expires.advanced(by: leeway) else { throw .expired }
        let soon = now.advanced(by: leeway)
        if let begins = claims["nbf"] {
            guard let begins = time(begins), begins <= soon else { throw .early }
        }
        guard let made = time(claims["iat"]), made <= soon else { throw .early }
        guard now.since(made) <= ageMax else { throw .expired }
    }

    /// Seconds since 1970, as JSON has them.
    private static func time(_ json: JSON?) -> Timestamp? {
        guard let seconds = json?.asDouble, seconds >= 0, seconds < 1e11 else { return nil }
        return Timestamp(milliseconds: Int64(seconds * 1000))
    }

    private static func object(_ bytes: [UInt8]) -> JSON? {
        // What is no JSON is told as what it is: no token.
        guard let json = try? JSON(parsing: bytes, limits: limits), json.asObject != nil else { return nil }
        return json
    }
}

/// Why a token is not believed.
enum TokenFault: Error, Sendable, Hashable {
    case tooLarge, malformed
    case algorithm(String)
    case key, signature
    case issuer, audience, party, nonce, expired, early, subject

    /// One word, for the journal.
    var code: String {
        switch self {
        case .tooLarge: "too-large"
        case .malformed: "malformed"
        case .algorithm: "algorithm"
        case .key: "key"
        case .signature: "signature"
        case .issuer: "issuer"
        case .audience: "audience"
        case .party: "authorized-party"
        case .nonce: "nonce"
        case .expired: "expired"
        case .early: "not-yet"
        case .subject: "subject"
        }
    }

    /// For whoever looks after the server; nothing of the token is in it.
    var sentence: String {
        switch self {
        case .tooLarge: "it is larger than \(IdentityToken.bytesMax >> 10) KiB"
        case .malformed: "it is no token that can be read in one way only"
        case .algorithm(let name): "it is signed by `\(name)`, which config/sign-in.yaml does not allow"
        case .key: "it names no key of the provider's"
        case .signature: "its signature is not the provider's"
        case .issuer: "another issuer made it"
        case .audience: "it is for another client"
        case .party: "it was given to another client"
        case .nonce: "it belongs to another attempt to sign in"
        case .expired: "it is no longer valid; or the clocks are too far apart"
        case .early: "it is not valid yet; or the clocks are too far apart"
        case .subject: "it does not say who somebody is"
        }
    }
}
