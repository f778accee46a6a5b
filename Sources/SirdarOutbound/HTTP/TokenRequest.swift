import Foundation
import JSON
import SirdarCore

/// How a token is asked for: OAuth 2, client credentials, at an authority whose token endpoint is known or discovered.
struct TokenRequest: Hashable, Sendable {
    private let authority: String
    /// `nil`: the authority says it (OpenID Connect).
    private let path: String?
    private let client: Client
    private let scopes: [String]
    private let audiences: [String]
    private let isJSON: Bool

    private struct Client: Hashable, Sendable {
        let id: String
        let secret: String
        let way: String
    }

    private static let discovery = "/.well-known/openid-configuration"

    init(_ policy: JSON, isOIDC: Bool) throws(HTTPTrouble) {
        guard let authority = policy["authority"]?.asString, let id = policy["client"]?["id"]?.plainText, !id.isEmpty
        else { throw Self.wrong("needs an authority, and a client with its id") }
        self.authority = authority
        path = isOIDC ? nil : policy["endpoints"]?["token"]?.asString ?? "/oauth2/token"
        let way = policy["client"]?["authentication"]?.asString ?? "client_secret_post"
        guard ["client_secret_post", "client_secret_basic", "none"].contains(way) else {
            throw Self.wrong("does not know the way `\(way)` for a client to say who it is")
        }
        client = Client(id: id, secret: policy["client"]?["secret"]?.plainText ?? "", way: way)
        scopes = (policy["scopes"]?.asArray ?? []).compactMap(\.asString)
        audiences = (policy["audiences"]?.asArray ?? []).compactMap(\.asString)
        isJSON = policy["request"]?["encoding"]?.asString == "application/json"
    }

    /// The authority's answer.
    func send(_ outbound: Outbound, _ redactor: Redactor) throws(HTTPTrouble) -> JSON {
        var request = OutboundRequest(method: "POST", address: try endpoint(outbound, redactor))
        request.isConfidential = true
        var fields: JSON.Object = ["grant_type": "client_credentials"]
        if !scopes.isEmpty { fields["scope"] = .string(scopes.joined(separator: " ")) }
        if !audiences.isEmpty { fields["audience"] = .string(audiences.joined(separator: " ")) }
        if client.way == "client_secret_basic" {
            let pair = "\(client.id.percentEncoded):\(client.secret.percentEncoded)"
            request.headers.append(.init("Authorization", "Basic \(Data(pair.utf8).base64EncodedString())"))
        } else {
            fields["client_id"] = .string(client.id)
            if client.way == "client_secret_post" { fields["client_secret"] = .string(client.secret) }
        }
        request.headers.append(
            .init("Content-Type", isJSON ? "application/json" : "application/x-www-form-urlencoded")
        )
        request.headers.append(.init("Accept", "application/json"))
        request.body = isJSON ? JSON.object(fields).bytes : Array(try HTTPBody.form(fields).utf8)
        return try document(request, outbound, redactor)
    }

    private func endpoint(_ outbound: Outbound, _ redactor: Redactor) throws(HTTPTrouble) -> WebAddress {
        guard let path else {
            let place = authority.hasSuffix(Self.discovery) ? authority : trimmedAuthority + Self.discovery
            let request = OutboundRequest(method: "GET", address: try Self.address(place))
            guard let endpoint = try document(request, outbound, redactor)["token_endpoint"]?.asString else {
                throw Self.wrong("has an authority that names no token endpoint")
            }
            return try Self.address(endpoint)
        }
        return try Self.address(
            path.contains("://") ? path : trimmedAuthority + (path.hasPrefix("/") ? "" : "/") + path
        )
    }

    private var trimmedAuthority: String { authority.hasSuffix("/") ? String(authority.dropLast()) : authority }

    private static func address(_ text: String) throws(HTTPTrouble) -> WebAddress {
        do throws(WebAddress.Malformed) { return try WebAddress(text) } catch {
            throw wrong("names an authority that \(error.reason)")
        }
    }

    private func document(
        _ request: OutboundRequest,
        _ outbound: Outbound,
        _ redactor: Redactor
    ) throws(HTTPTrouble) -> JSON {
        let answer: OutboundResponse
        do throws(OutboundFailure) { answer = try outbound.send(request) } catch { throw HTTPTrouble(error, redactor) }
        let host = request.address.host
        guard answer.status == 200 else {
            let isPassing = answer.status == 429 || answer.status >= 500
            throw HTTPTrouble(
                .authentication,
                "\(host) gave no token: it answered with \(answer.status).",
                remedy: isPassing ? .tryAgain : .permanent
            )
        }
        // What is wrong with it is nobody's to read: a token may be in it.
        guard let document = try? JSON(parsing: answer.body) else {
            throw Self.wrong("has an authority that gave no JSON")
        }
        return document
    }

    private static func wrong(_ sentence: String) -> HTTPTrouble {
        HTTPTrouble(.authentication, "The authentication of the call \(sentence).", remedy: .permanent)
    }
}
