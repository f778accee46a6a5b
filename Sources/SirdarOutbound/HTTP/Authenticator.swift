import Foundation
import JSON
import SirdarCore
import SirdarEngine

/// Says who calls: turns a policy into the header that proves it.
final class Authenticator: Sendable {
    private let outbound: Outbound
    private let secrets: any SecretSource
    /// Tokens live here and nowhere else, until they expire or the program ends.
    private let tokens = Locked<[TokenRequest: Token]>([:])
    private static let tokensMax = 256
    /// A token is not used in the last moments of its life.
    private static let margin = Interval.seconds(30)

    struct Credentials {
        let header: String
        /// Whether it was given some time ago, and could have been withdrawn since.
        var mayBeStale = false
    }

    private struct Token {
        let text: String
        let until: Timestamp
    }

    init(outbound: Outbound, secrets: any SecretSource) {
        self.outbound = outbound
        self.secrets = secrets
    }

    func credentials(
        _ stored: JSON,
        _ call: ActionCall,
        isFresh: Bool,
        _ redactor: inout Redactor
    ) throws(HTTPTrouble) -> Credentials {
        let policy = try filled(stored, &redactor)
        switch stored["scheme"]?.asString {
        case "basic":
            guard let user = policy["username"]?.plainText, let password = policy["password"]?.plainText,
                !user.contains(":")
            else { throw Self.wrong("`basic` needs a user name without a colon, and a password") }
            let pair = Data("\(user):\(password)".utf8).base64EncodedString()
            redactor.hide(pair, named: "of basic authentication")
            return Credentials(header: "Basic \(pair)")
        case "bearer":
            guard let token = policy["token"]?.plainText, !token.isEmpty,
                token.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
            else { throw Self.wrong("`bearer` needs a token, which is one word") }
            return Credentials(header: "Bearer \(token)")
        case "oauth2", "oidc":
            let isOIDC = stored["scheme"]?.asString == "oidc"
            let request = try TokenRequest(policy, isOIDC: isOIDC)
            return try credentials(request, call, isFresh: isFresh, &redactor)
        default: throw Self.wrong("there is no such authentication")
        }
    }

    /// The policy; everything from its secret where it names one.
    private func filled(_ stored: JSON, _ redactor: inout Redactor) throws(HTTPTrouble) -> JSON {
        guard let name = stored["use"]?.asString else { return stored }
        let text: String
        do throws(SecretTrouble) { text = try secrets.value(of: name) } catch { throw HTTPTrouble(error) }
        redactor.hide(text, named: name)
        if let policy = try? JSON(parsing: text), policy.asObject != nil {
            for hidden in [policy["password"], policy["token"], policy["client"]?["secret"]] {
                if let value = hidden?.asString, value.utf8.count >= SecretFiles.bytesMin {
                    redactor.hide(value, named: name)
                }
            }
            return policy
        }
        guard stored["scheme"]?.asString == "bearer" else {
            let what = "The secret \(name) is no JSON object with the members of the authentication that uses it."
            throw HTTPTrouble(.authorization, what, remedy: .permanent)
        }
        return ["token": .string(text)]
    }

    private static func wrong(_ sentence: String) -> HTTPTrouble {
        HTTPTrouble(.authentication, "The authentication of the call: \(sentence).", remedy: .permanent)
    }

    // MARK: Tokens

    private func credentials(
        _ request: TokenRequest,
        _ call: ActionCall,
        isFresh: Bool,
        _ redactor: inout Redactor
    ) throws(HTTPTrouble) -> Credentials {
        if !isFresh, let kept = tokens.withLock({ $0[request] }), call.now < kept.until {
            redactor.hide(kept.text, named: "of oauth2")
            return Credentials(header: "Bearer \(kept.text)", mayBeStale: true)
        }
        let document = try request.send(outbound, redactor)
        guard let text = document["access_token"]?.asString, !text.isEmpty,
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { throw Self.wrong("its authority gave no token") }
        redactor.hide(text, named: "of oauth2")
        let life = Interval.seconds(Int64(min(max(document["expires_in"]?.asInt ?? 0, 0), 86_400)))
        let until = call.now.advanced(by: Interval(milliseconds: life.milliseconds - Self.margin.milliseconds))
        tokens.withLock { tokens in
            tokens = tokens.filter { call.now < $0.value.until }
            if tokens.count < Self.tokensMax, call.now < until { tokens[request] = Token(text: text, until: until) }
        }
        return Credentials(header: "Bearer \(text)")
    }
}
