import JSON

// How a call says who it is: `authentication`, written where it is used or in `use`.
extension DefinitionReader {
    private enum Scheme: String, CaseIterable { case basic, bearer, digest, oauth2, oidc }

    /// The policy as a value: `{ scheme, … }`; which secret it uses stands in it as a constant.
    func readAuthentication(_ node: Located, _ site: Site) -> Template? {
        let keys = Keys.authentication.names
        guard let fields = Fields(node, "`authentication`", keys: keys, findings) else { return nil }
        guard let use = fields["use"] else { return readPolicy(fields, site) }
        guard let name = use.text, !Expressions.isExpression(use) else {
            findings.error(.wrongValue, at: use.place, "`use` names an authentication of `use`, and is no expression")
            return nil
        }
        guard let defined = components.authentications[name] else {
            findings.unknown(
                "authentication",
                name,
                in: "`use`",
                at: use.place,
                known: components.authentications.keys
            )
            return nil
        }
        return readDefined(defined, name, site)
    }

    /// One that stands in `use`, which names no other.
    func readDefined(_ node: Located, _ name: String, _ site: Site) -> Template? {
        let keys = Scheme.allCases.map(\.rawValue)
        return Fields(node, "the authentication `\(name)`", keys: keys, findings).flatMap { readPolicy($0, site) }
    }

    /// What nobody uses yet is checked too.
    func checkAuthentications() {
        for (name, node) in components.authentications { _ = readDefined(node, name, .inside) }
    }

    private func readPolicy(_ fields: Fields, _ site: Site) -> Template? {
        let chosen = Scheme.allCases.filter { fields.has($0.rawValue) }
        guard let scheme = chosen.first, let node = fields[scheme.rawValue], chosen.count == 1 else {
            findings.error(
                .wrongValue,
                at: fields.place,
                "\(fields.what) is one of \(Scheme.allCases.map(\.rawValue).joined(separator: ", "))"
            )
            return nil
        }
        switch scheme {
        case .basic: return readPlain(node, "basic", ["username", "password"], hidden: "password", site)
        case .bearer: return readPlain(node, "bearer", ["token"], hidden: "token", site)
        case .oauth2: return readOAuth(node, "oauth2", site)
        case .oidc: return readOAuth(node, "oidc", site)
        case .digest:
            findings.error(
                .notYet,
                at: fields.keyPlace(scheme.rawValue),
                "the authentication `digest` is not in this version: use basic over https, bearer or oauth2"
            )
            return nil
        }
    }

    /// A policy of a few texts, or of one secret that has them all.
    private func readPlain(
        _ node: Located,
        _ scheme: String,
        _ keys: [String],
        hidden: String,
        _ site: Site
    ) -> Template? {
        guard let fields = Fields(node, "`\(scheme)`", keys: keys + ["use"], findings) else { return nil }
        if fields.has("use") { return readSecretPolicy(fields, scheme, others: keys) }
        if let value = fields[hidden], !Expressions.isExpression(value) { warnOfPlainSecret(value, hidden) }
        return policy(
            scheme,
            keys.compactMap { key in
                fields.required(key).map { Template.Field(key: key, value: expressions.template($0, site)) }
            }
        )
    }

    private func readSecretPolicy(_ fields: Fields, _ scheme: String, others: [String]) -> Template? {
        for key in others where fields.has(key) {
            findings.error(
                .wrongValue,
                at: fields.keyPlace(key),
                "\(fields.what) takes everything from the secret that `use` names, and so no `\(key)`"
            )
        }
        return readSecretName(fields, "use").map { policy(scheme, [.init(key: "use", value: .constant(.string($0)))]) }
    }

    private func policy(_ scheme: String, _ fields: [Template.Field]) -> Template {
        .object([.init(key: "scheme", value: .constant(.string(scheme)))] + fields)
    }

    private func warnOfPlainSecret(_ node: Located, _ key: String) {
        findings.warning(
            .wrongValue,
            at: node.place,
            "everybody who reads this definition reads this `\(key)`: keep it in a secret, and name that by `use`"
        )
    }

    // MARK: OAuth 2

    private static let later = ["issuers", "username", "password", "subject", "actor"]

    private func readOAuth(_ node: Located, _ scheme: String, _ site: Site) -> Template? {
        let known = Keys.oauth.names.filter { $0 != "use" && (scheme == "oauth2" || $0 != "endpoints") }
        guard let fields = Fields(node, "`\(scheme)`", keys: known + ["use"], findings) else { return nil }
        if fields.has("use") { return readSecretPolicy(fields, scheme, others: known) }
        for key in Self.later where fields.has(key) { tellLater(fields, key) }
        if let grant = fields.requiredText("grant"), grant != "client_credentials", let place = fields["grant"]?.place {
            findings.error(
                .notYet,
                at: place,
                "the grant `\(grant)` is not in this version",
                allowed: ["client_credentials"]
            )
        }
        var parts: [Template.Field] = []
        func add(_ key: String, _ value: Template?) { if let value { parts.append(.init(key: key, value: value)) } }
        add("authority", fields.required("authority").flatMap { readAddress($0, "`authority`", site) })
        add("endpoints", fields["endpoints"].flatMap { readEndpoints($0, site) })
        add("client", fields.required("client").flatMap { readClient($0, site) })
        add("request", fields["request"].flatMap(readEncoding))
        for key in ["scopes", "audiences"] {
            guard let list = fields[key] else { continue }
            if list.list == nil, !Expressions.isExpression(list) {
                findings.mismatch(list, "`\(key)`", wants: "a list of texts")
            }
            add(key, expressions.template(list, site))
        }
        return policy(scheme, parts)
    }

    private func tellLater(_ fields: Fields, _ key: String) {
        findings.error(.notYet, at: fields.keyPlace(key), "`\(key)` of \(fields.what) is not in this version")
    }

    private func readEndpoints(_ node: Located, _ site: Site) -> Template? {
        let keys = Keys.oauthEndpoints.names
        guard let fields = Fields(node, "`endpoints`", keys: keys, findings) else { return nil }
        for key in keys.dropFirst() where fields.has(key) { tellLater(fields, key) }
        return fields["token"].map { .object([.init(key: "token", value: expressions.template($0, site))]) }
    }

    private enum ClientAuthentication: String, CaseIterable {
        case basic = "client_secret_basic"
        case post = "client_secret_post"
        case none
    }

    private func readClient(_ node: Located, _ site: Site) -> Template? {
        guard let fields = Fields(node, "`client`", keys: Keys.oauthClient.names, findings) else { return nil }
        if fields.has("assertion") { tellLater(fields, "assertion") }
        let way = fields.choice("authentication", of: ClientAuthentication.self) ?? .post
        if let secret = fields["secret"], !Expressions.isExpression(secret) { warnOfPlainSecret(secret, "secret") }
        _ = fields.required("id")
        if way != .none { _ = fields.required("secret") }
        let parts = ["id", "secret"].compactMap { key in
            fields[key].map { Template.Field(key: key, value: expressions.template($0, site)) }
        }
        return .object(parts + [.init(key: "authentication", value: .constant(.string(way.rawValue)))])
    }

    private enum Encoding: String, CaseIterable {
        case form = "application/x-www-form-urlencoded"
        case json = "application/json"
    }

    private func readEncoding(_ node: Located) -> Template? {
        guard let fields = Fields(node, "`request`", keys: Keys.oauthRequest.names, findings) else { return nil }
        let encoding = fields.choice("encoding", of: Encoding.self) ?? .form
        return .object([.init(key: "encoding", value: .constant(.string(encoding.rawValue)))])
    }
}
