package import SirdarCore
package import SirdarEngine

/// Whom to ask who somebody is; from `config/sign-in.yaml`.
package struct ProviderPolicy: Sendable, Hashable {
    package var title: String
    /// Exactly as the provider writes it, into its description and into every token.
    package var issuer: String
    package var clientID: String
    /// The file in the folder of secrets; `nil` for a client that has none.
    package var clientSecret: String?
    package var algorithms: Set<TokenAlgorithm>
    package var scopes: [String]
    package var addsPeople: Bool

    package init(
        title: String = "Studio account",
        issuer: String,
        clientID: String,
        clientSecret: String? = nil,
        algorithms: Set<TokenAlgorithm> = [.rs256, .es256],
        scopes: [String] = ["openid", "profile"],
        addsPeople: Bool = false
    ) {
        self.title = title
        self.issuer = issuer
        self.clientID = clientID
        self.clientSecret = clientSecret
        self.algorithms = algorithms
        self.scopes = scopes
        self.addsPeople = addsPeople
    }
}

extension ProviderPolicy {
    package static let fileName = "sign-in.yaml"

    private enum Unknown: String, CaseIterable { case refuse, add }

    /// Without the file, or with `provider: null`, people sign in with a password alone.
    package static func load(folder: String) -> (policy: ProviderPolicy?, file: FileDiagnostics?) {
        let (content, file) = ConfigFile.load(fileName, in: folder, absent: ProviderPolicy?.none, read)
        return (content, file)
    }

    package static func read(_ root: Located, _ findings: Findings) -> ProviderPolicy? {
        guard !root.isNull, let file = Fields(root, "the file of signing in", keys: ["provider"], findings),
            let node = file["provider"], !node.isNull
        else { return nil }
        let keys = ["title", "issuer", "clientID", "clientSecret", "algorithms", "scopes", "unknownPeople"]
        guard let fields = Fields(node, "`provider`", keys: keys, findings) else { return nil }
        let algorithms = algorithms(fields)
        let scopes = (fields.texts("scopes") ?? []).compactMap(\.text)
        let unknown: Unknown = fields.choice("unknownPeople") ?? .refuse
        let secret = fields["clientSecret"]?.isNull == false ? fields.requiredText("clientSecret") : nil
        if let secret, let refusal = SecretName.refusal(of: secret) {
            let place = fields.keyPlace("clientSecret")
            findings.error(.wrongValue, at: place, "`\(secret)` is no secret's name: \(refusal)")
        }
        guard let issuer = fields.requiredText("issuer"), let client = fields.requiredText("clientID") else {
            return nil
        }
        check(issuer, fields)
        return ProviderPolicy(
            title: fields.text("title") ?? "Studio account",
            issuer: issuer,
            clientID: client,
            clientSecret: secret,
            algorithms: algorithms,
            // Without `openid` no provider gives a token that says who somebody is.
            scopes: scopes.isEmpty ? ["openid", "profile"] : scopes.contains("openid") ? scopes : ["openid"] + scopes,
            addsPeople: unknown == .add
        )
    }

    private static func algorithms(_ fields: Fields) -> Set<TokenAlgorithm> {
        guard let nodes = fields.texts("algorithms"), !nodes.isEmpty else { return [.rs256, .es256] }
        return Set(
            nodes.compactMap { node in
                guard let name = node.text else { return nil }
                if let algorithm = TokenAlgorithm(rawValue: name) { return algorithm }
                let known = TokenAlgorithm.allCases.map(\.rawValue)
                fields.findings.unknown("algorithm", name, at: node.place, known: known)
                return nil
            }
        )
    }

    /// An issuer is an https address without query or fragment; by http only on this machine, for who tries it out.
    private static func check(_ issuer: String, _ fields: Fields) {
        let place = fields.keyPlace("issuer")
        guard issuer.utf8.count <= Identity.issuerBytesMax, let address = try? WebAddress(issuer),
            !issuer.contains("?"), !issuer.contains("#")
        else {
            fields.findings.error(.wrongValue, at: place, "`\(issuer)` is no issuer: write it as the provider does")
            return
        }
        if address.scheme == .http, !["127.0.0.1", "::1", "localhost"].contains(address.host) {
            fields.findings.error(.wrongValue, at: place, "`\(issuer)` must begin with https://")
        }
    }
}
