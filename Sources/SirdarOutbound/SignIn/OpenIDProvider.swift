import Foundation
import JSON
package import SirdarCore
package import SirdarEngine

/// Signs people in by OpenID Connect: the code flow, with PKCE.
///
/// What the provider says of itself and its keys are fetched when they are needed, through the one way out, and kept
/// for an hour. A key that is not known is looked for once a minute at most, however many tokens name one, and a
/// provider that does not answer is asked again after some seconds at the earliest.
package final class OpenIDProvider: IdentityProvider {
    package let policy: ProviderPolicy
    private let outbound: Outbound
    private let secrets: any SecretSource
    /// Where the provider sends a browser back to.
    private let returnAddress: String
    private let kept = Locked(Kept())

    private struct Kept: Sendable {
        var description: Description?
        var keys: [TokenKey] = []
        var at: Timestamp?
        var failedAt: Timestamp?
    }

    /// What the provider says of itself.
    private struct Description: Sendable {
        let authorization: WebAddress
        let token: WebAddress
        let keys: WebAddress
        let takesBasic: Bool
    }

    /// Where browsers come back to; the provider must be told of it beforehand.
    package static let returnPath = "/sign-in/callback"

    static let keptFor = Interval.hours(1)
    static let refreshAfter = Interval.minutes(1)
    static let againAfter = Interval.seconds(5)
    private static let keysMax = 64

    package init(_ policy: ProviderPolicy, outbound: Outbound, secrets: any SecretSource, returnAddress: String) {
        self.policy = policy
        self.outbound = outbound
        self.secrets = secrets
        self.returnAddress = returnAddress
    }

    package var title: String { policy.title }
    package var issuer: String { policy.issuer }
    package var addsPeople: Bool { policy.addsPeople }

    package func address(for attempt: SignInAttempt, at now: Timestamp) throws(IdentityTrouble) -> String {
        let place = try current(at: now).description.authorization
        let fields = [
            ("response_type", "code"), ("client_id", policy.clientID), ("redirect_uri", returnAddress),
            ("scope", policy.scopes.joined(separator: " ")), ("state", attempt.state), ("nonce", attempt.nonce),
            ("code_challenge", attempt.challenge), ("code_challenge_method", "S256"),
        ]
        let query = fields.map { "\($0)=\($1.percentEncoded)" }.joined(separator: "&")
        return "\(place)\(place.target.contains("?") ? "&" : "?")\(query)"
    }

    package func identity(
        code: String,
        of attempt: SignInAttempt,
        at now: Timestamp
    ) throws(IdentityTrouble) -> Identity {
        let known = try current(at: now)
        let text = try token(for: code, attempt, known.description)
        do throws(TokenFault) {
            let token = try IdentityToken(text)
            let algorithm = try token.algorithm(of: policy.algorithms)
            var key = try? token.key(among: known.keys, algorithm)
            if key == nil, let keys = renewed(at: now) { key = try token.key(among: keys, algorithm) }
            guard let key else { throw .key }
            let rules = IdentityToken.Rules(
                issuer: policy.issuer,
                clientID: policy.clientID,
                algorithms: policy.algorithms,
                nonce: attempt.nonce
            )
            return try token.identity(key: key, rules, at: now)
        } catch { throw .refused(error.code, "A token of \(policy.issuer) is not believed: \(error.sentence).") }
    }

    // MARK: What the provider says of itself

    private func current(at now: Timestamp) throws(IdentityTrouble) -> (description: Description, keys: [TokenKey]) {
        let kept = kept.withLock { $0 }
        if let description = kept.description, let at = kept.at, now.since(at) < Self.keptFor {
            return (description, kept.keys)
        }
        if let failedAt = kept.failedAt, now.since(failedAt) < Self.againAfter {
            throw .unavailable("\(policy.issuer) did not answer a moment ago.")
        }
        do throws(IdentityTrouble) {
            let description = try describe()
            let keys = try readKeys(description.keys)
            self.kept.withLock { $0 = Kept(description: description, keys: keys, at: now) }
            return (description, keys)
        } catch {
            self.kept.withLock { $0.failedAt = now }
            throw error
        }
    }

    /// The keys as they are now; `nil` when they were read a moment ago, or cannot be read.
    private func renewed(at now: Timestamp) -> [TokenKey]? {
        let place = kept.withLock { kept -> WebAddress? in
            guard let at = kept.at, now.since(at) >= Self.refreshAfter else { return nil }
            kept.at = now
            return kept.description?.keys
        }
        // A key that cannot be looked for is one that is not known.
        guard let place, let keys = try? readKeys(place) else { return nil }
        kept.withLock { $0.keys = keys }
        return keys
    }

    private func describe() throws(IdentityTrouble) -> Description {
        let base = policy.issuer.hasSuffix("/") ? String(policy.issuer.dropLast()) : policy.issuer
        let document = try get(try address("\(base)/.well-known/openid-configuration"))
        // Whoever answers in another's name would send people to where they please.
        guard document["issuer"]?.asString == policy.issuer else {
            throw .unavailable("What is at \(base) calls itself by another issuer's name.")
        }
        func place(_ member: String) throws(IdentityTrouble) -> WebAddress {
            guard let text = document[member]?.asString else {
                throw .unavailable("\(policy.issuer) does not say its `\(member)`.")
            }
            let found = try address(text)
            guard found.scheme == .https || policy.issuer.hasPrefix("http://") else {
                throw .unavailable("\(policy.issuer) has a `\(member)` that is not by https.")
            }
            return found
        }
        let ways = (document["token_endpoint_auth_methods_supported"]?.asArray ?? []).compactMap(\.asString)
        return Description(
            authorization: try place("authorization_endpoint"),
            token: try place("token_endpoint"),
            keys: try place("jwks_uri"),
            takesBasic: ways.isEmpty || ways.contains("client_secret_basic")
        )
    }

    private func readKeys(_ place: WebAddress) throws(IdentityTrouble) -> [TokenKey] {
        guard let list = try get(place)["keys"]?.asArray else {
            throw .unavailable("\(policy.issuer) has no set of keys at \(place.host).")
        }
        return list.prefix(Self.keysMax).flatMap(TokenKey.read)
    }

    // MARK: Calls

    /// The token for a code, which is good once.
    private func token(
        for code: String,
        _ attempt: SignInAttempt,
        _ description: Description
    ) throws(IdentityTrouble) -> String {
        var request = OutboundRequest(method: "POST", address: description.token)
        request.isConfidential = true
        var fields: [(String, String)] = [
            ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", returnAddress),
            ("code_verifier", attempt.verifier),
        ]
        let secret = try secret()
        if let secret, description.takesBasic {
            let pair = "\(policy.clientID.percentEncoded):\(secret.percentEncoded)"
            request.headers.append(.init("Authorization", "Basic \(Data(pair.utf8).base64EncodedString())"))
        } else {
            fields.append(("client_id", policy.clientID))
            if let secret { fields.append(("client_secret", secret)) }
        }
        request.headers.append(.init("Content-Type", "application/x-www-form-urlencoded"))
        request.body = Array(fields.map { "\($0)=\($1.percentEncoded)" }.joined(separator: "&").utf8)
        let answer = try send(request)
        if answer.status == 400 {
            throw .refused("code", "\(policy.issuer) does not take its own code: it was used, or is too old.")
        }
        guard answer.status == 200, let token = try json(answer, of: request)["id_token"]?.asString else {
            throw .unavailable("\(policy.issuer) gave no token: it answered with \(answer.status).")
        }
        return token
    }

    private func secret() throws(IdentityTrouble) -> String? {
        guard let name = policy.clientSecret else { return nil }
        do throws(SecretTrouble) { return try secrets.value(of: name) } catch { throw .unavailable(error.detail) }
    }

    private func get(_ place: WebAddress) throws(IdentityTrouble) -> JSON {
        let request = OutboundRequest(method: "GET", address: place)
        let answer = try send(request)
        guard answer.status == 200 else {
            throw .unavailable("\(place.host) answered with \(answer.status) at \(place.path).")
        }
        return try json(answer, of: request)
    }

    private func send(_ request: OutboundRequest) throws(IdentityTrouble) -> OutboundResponse {
        var request = request
        request.headers.append(.init("Accept", "application/json"))
        do throws(OutboundFailure) { return try outbound.send(request) } catch { throw .unavailable(error.detail) }
    }

    /// What is wrong with it is nobody's to read: a token may be in it.
    private func json(_ answer: OutboundResponse, of request: OutboundRequest) throws(IdentityTrouble) -> JSON {
        guard let json = try? JSON(parsing: answer.body) else {
            throw .unavailable("\(request.address.host) gave no JSON at \(request.address.path).")
        }
        return json
    }

    private func address(_ text: String) throws(IdentityTrouble) -> WebAddress {
        do throws(WebAddress.Malformed) { return try WebAddress(text) } catch {
            throw .unavailable("\(policy.issuer) names an address that \(error.reason).")
        }
    }
}
