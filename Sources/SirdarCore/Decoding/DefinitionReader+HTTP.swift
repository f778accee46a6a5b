import JSON

// `call: http`: what is sent, and where to.
extension DefinitionReader {
    /// The call, or `nil` when it could not be read, which has then been told.
    func readHTTP(_ with: Located?, at place: Place, _ site: Site, retry: RetryPolicy?) -> Node.Call? {
        guard let with else {
            findings.error(.missingKey, at: place, "`http` needs `with`, and in it `method` and `endpoint`")
            return nil
        }
        guard let fields = Fields(with, "the input of `http`", keys: Keys.http.names, findings) else { return nil }
        var arguments: [Template.Field] = []
        func add(_ key: String, _ value: Template?) {
            if let value { arguments.append(.init(key: key, value: value)) }
        }
        add("method", fields.required("method").map { readMethod($0, site) })
        let endpoint = fields.required("endpoint").flatMap { readEndpoint($0, site) }
        add("uri", endpoint?.uri)
        add("authentication", endpoint?.authentication)
        add("headers", fields["headers"].flatMap { readNamed($0, "headers", site) })
        add("query", fields["query"].flatMap { readNamed($0, "query", site) })
        if let headers = fields["headers"] { checkHeaders(headers) }
        add("body", fields["body"].map { expressions.template($0, site) })
        let output = fields.choice("output", of: HTTPCall.Output.self) ?? .content
        add("output", .constant(.string(output.rawValue)))
        add("redirect", fields.bool("redirect").map { .constant(.bool($0)) })
        return Node.Call(action: HTTPCall.action, with: .object(arguments), retry: retry, http: output)
    }

    private func readMethod(_ node: Located, _ site: Site) -> Template {
        guard !Expressions.isExpression(node) else { return expressions.template(node, site) }
        guard let method = node.text else {
            findings.mismatch(node, "`method`", wants: "a text")
            return .null
        }
        let known = HTTPCall.methods.map { $0.lowercased() }
        if !known.contains(method.lowercased()) {
            findings.error(
                .wrongValue,
                at: node.place,
                "`method` cannot be `\(method)`",
                suggestion: Suggestion.nearest(to: method, among: known),
                allowed: known
            )
        }
        return .constant(.string(method.uppercased()))
    }

    /// A map of names, whose values may be expressions, or an expression for the whole.
    private func readNamed(_ node: Located, _ key: String, _ site: Site) -> Template? {
        guard node.members != nil || Expressions.isExpression(node) else {
            findings.mismatch(node, "`\(key)`", wants: "a map of names")
            return nil
        }
        for member in node.members ?? [] {
            switch member.value.value {
            case .map: findings.mismatch(member.value, "`\(member.key)`", wants: "a text, a number, true or false")
            case .list where key == "headers":
                findings.mismatch(member.value, "`\(member.key)`", wants: "a text, a number, true or false")
            case .null, .bool, .number, .text, .list: break
            }
        }
        return expressions.template(node, site)
    }

    private func checkHeaders(_ node: Located) {
        for member in node.members ?? [] {
            if let refusal = HTTPCall.refusal(ofHeader: member.key) {
                findings.error(.wrongValue, at: member.keyPlace, "the header `\(member.key)` \(refusal)")
            }
        }
    }

    // MARK: Where to

    private func readEndpoint(_ node: Located, _ site: Site) -> (uri: Template, authentication: Template?)? {
        guard node.members != nil else { return readAddress(node, "`endpoint`", site).map { ($0, nil) } }
        guard let fields = Fields(node, "`endpoint`", keys: Keys.endpoint.names, findings) else { return nil }
        let authentication = fields["authentication"].flatMap { readAuthentication($0, site) }
        guard let uri = fields.required("uri").flatMap({ readAddress($0, "`uri`", site) }) else { return nil }
        return (uri, authentication)
    }

    func readAddress(_ node: Located, _ subject: String, _ site: Site) -> Template? {
        guard let text = node.text else {
            findings.mismatch(node, subject, wants: "an address")
            return nil
        }
        guard !Expressions.isExpression(node) else { return expressions.template(node, site) }
        let template: URITemplate
        do { template = try URITemplate(text) } catch {
            findings.error(.wrongValue, at: node.place(ofScalar: error.offset), "\(subject): \(error.message)")
            return nil
        }
        if let constant = template.constant {
            checkAddress(constant, node, subject)
            return .constant(.string(constant))
        }
        // Of one with names in its path, scheme and host stand there already.
        let beginning = template.beginning
        let hasHost = beginning.firstRange(of: "://").map { beginning[$0.upperBound...].contains { "/?".contains($0) } }
        if hasHost == true || beginning.firstRange(of: "://") == nil {
            checkAddress(String(beginning.prefix { $0 != "?" }), node, subject)
        }
        return .uri(template)
    }

    private func checkAddress(_ text: String, _ node: Located, _ subject: String) {
        do { _ = try WebAddress(text) } catch {
            findings.error(.wrongValue, at: node.place, "\(subject): `\(text)` \(error.reason)")
        }
    }

    // MARK: Secrets

    /// The site of a step's `input.from`: a call of http sees the secrets there, as references.
    func inputSite(_ fields: Fields, _ locals: [String]) -> Site {
        let site = Site.before.with(locals)
        return isHTTP(fields["call"]?.text) && !components.secrets.isEmpty ? site.with(["secrets"]) : site
    }

    private func isHTTP(_ name: String?) -> Bool {
        guard let name else { return false }
        return name == HTTPCall.action || components.functions[name]?["call"]?.text == HTTPCall.action
    }

    /// `use.secrets`: a list of names.
    func readSecrets(_ fields: Fields) -> [String] {
        guard let node = fields["secrets"] else { return [] }
        guard node.list != nil else {
            findings.mismatch(node, "`use.secrets`", wants: "a list of names")
            return []
        }
        var seen: [String: Int] = [:]
        for element in fields.texts("secrets") ?? [] {
            let name = element.text ?? ""
            if let refusal = SecretName.refusal(of: name) {
                findings.error(.wrongValue, at: element.place, "the name of a secret \(refusal): `\(name)` is none")
            }
            if let line = seen[name] {
                findings.error(.duplicateName, at: element.place, "`\(name)` is here already, in line \(line)")
            }
            seen[name] = seen[name] ?? element.place.line
        }
        return seen.keys.sorted()
    }

    /// The name of a declared secret, written as a constant.
    func readSecretName(_ fields: Fields, _ key: String) -> String? {
        guard let node = fields[key] else { return nil }
        guard !Expressions.isExpression(node) else {
            findings.error(.wrongValue, at: node.place, "`\(key)` names a secret, and comes from no expression")
            return nil
        }
        guard let name = fields.requiredText(key) else { return nil }
        checkSecret(name, at: node.place)
        return name
    }

    func checkSecret(_ name: String, at place: Place) {
        guard !components.secrets.contains(name) else { return }
        findings.unknown("secret", name, in: "`use.secrets`", at: place, known: components.secrets)
    }
}

/// What secrets may be called: their names are names of files.
package enum SecretName {
    /// What is wrong with a name, as the rest of a sentence; `nil`: nothing.
    package static func refusal(of name: String) -> String? {
        let isSound =
            (1...64).contains(name.utf8.count) && name.utf8.first != 0x2E && name.utf8.first != 0x2D
            && name.utf8.allSatisfy { byte in
                (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) || (0x30...0x39).contains(byte)
                    || byte == 0x2D || byte == 0x2E || byte == 0x5F
            }
        return isSound ? nil : "is 1 to 64 letters, digits, `-`, `_` and `.`, a letter, digit or `_` first"
    }
}
