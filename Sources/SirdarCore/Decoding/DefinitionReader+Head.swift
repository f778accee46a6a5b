import JSON

// The head of a definition, and what its parts may use by name.
extension DefinitionReader {
    struct Head {
        var document: Workflow.Document?
        var triageQueue: String?
        var onExhausted: Workflow.OnExhausted?
    }

    /// The versions of the language whose definitions can be read.
    static let languageVersions = ["1.0.0", "1.0.1", "1.0.2", "1.0.3"]

    func readHead(_ root: Fields) -> Head {
        var head = Head()
        guard let node = root.required("document") else { return head }
        guard let fields = Fields(node, "`document`", keys: Keys.document.names, findings) else { return head }
        checkLanguage(fields)
        let namespace = readName(fields, "namespace", dotted: true)
        let name = readName(fields, "name", dotted: false)
        let version = readVersion(fields)
        let title = fields.text("title") ?? ""
        let summary = fields.text("summary") ?? ""
        if let tags = fields["tags"], tags.members == nil { findings.mismatch(tags, "`tags`", wants: "a map") }
        readMetadata(root, fields, &head)
        guard let namespace, let name, let version else { return head }
        head.document = Workflow.Document(
            namespace: namespace,
            name: name,
            version: version,
            title: title,
            summary: summary
        )
        return head
    }

    /// The specification has `metadata` in `document`; at the top it is read all the same, but not in both places.
    private func readMetadata(_ root: Fields, _ document: Fields, _ head: inout Head) {
        if root.has("metadata"), document.has("metadata") {
            let line = root.keyPlace("metadata").line
            findings.error(
                .duplicateKey,
                at: document.keyPlace("metadata"),
                "`metadata` is said twice; also in line \(line)"
            )
            return
        }
        guard let node = root["metadata"] ?? document["metadata"],
            let fields = Fields(node, "`metadata` of a workflow", keys: Keys.workflowMetadata.names, findings)
        else { return }
        if let queue = fields.text("triageQueue") {
            head.triageQueue = queue
            if vocabulary.queues[queue] == nil, let place = fields["triageQueue"]?.place {
                findings.unknown("queue", queue, at: place, known: vocabulary.queues.keys)
            }
        }
        head.onExhausted = fields.choice("onExhausted")
    }

    private func checkLanguage(_ fields: Fields) {
        guard let dsl = fields.requiredText("dsl"), let node = fields["dsl"] else { return }
        guard !Self.languageVersions.contains(dsl) else { return }
        findings.error(
            .wrongValue,
            at: node.place,
            "`dsl` is \(dsl), a version of the language that is not known",
            allowed: Self.languageVersions
        )
    }

    private func readName(_ fields: Fields, _ key: String, dotted: Bool) -> String? {
        guard let name = fields.requiredText(key), let node = fields[key] else { return nil }
        let labels = dotted ? name.split(separator: ".", omittingEmptySubsequences: false) : [Substring(name)]
        let isGood = labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                && label.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
        }
        if isGood { return name }
        let dots = dotted ? ", parts by dots" : ""
        findings.error(
            .wrongValue,
            at: node.place,
            "`\(key)` is small letters, digits and hyphens\(dots): `\(name)` is not"
        )
        return nil
    }

    private func readVersion(_ fields: Fields) -> String? {
        guard let version = fields.requiredText("version"), let node = fields["version"] else { return nil }
        let core = version.prefix { $0 != "-" && $0 != "+" }.split(separator: ".", omittingEmptySubsequences: false)
        let isGood =
            core.count == 3 && version.utf8.count <= 64
            && core.allSatisfy { part in
                !part.isEmpty && part.utf8.allSatisfy { (0x30...0x39).contains($0) }
                    && (part == "0" || part.first != "0")
            }
            && version.utf8.allSatisfy { byte in
                (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte)
                    || (0x2B...0x39).contains(byte)
                        && byte != 0x2C && byte != 0x2F
            }
        if isGood { return version }
        findings.error(.wrongValue, at: node.place, "`version` is a semantic version, 1.0.0: `\(version)` is not")
        return nil
    }
}

/// What `use` defines: read where it is used, at the place where it is written.
struct Components {
    var functions: [String: Located] = [:]
    var errors: [String: Located] = [:]
    var retries: [String: Located] = [:]
    var timeouts: [String: Located] = [:]
    var secrets: [String] = []
    var authentications: [String: Located] = [:]
}

extension DefinitionReader {
    func readComponents(_ node: Located?) -> Components {
        guard let node, let fields = Fields(node, "`use`", keys: Keys.components.names, findings) else {
            return Components()
        }
        if fields.has("extensions") {
            findings.error(.notYet, at: fields.keyPlace("extensions"), "`use.extensions` is not in this version")
        }
        if fields.has("catalogs") {
            findings.error(
                .refused,
                at: fields.keyPlace("catalogs"),
                "remote catalogues are not used: what a workflow does comes with the program"
            )
        }
        let components = Components(
            functions: named(fields, "functions"),
            errors: named(fields, "errors"),
            retries: named(fields, "retries"),
            timeouts: named(fields, "timeouts"),
            secrets: readSecrets(fields),
            authentications: named(fields, "authentications")
        )
        // Checked here too, so that a mistake in what nobody uses yet is told.
        for (_, error) in components.errors { _ = readError(error, site: .inside) }
        for (_, retry) in components.retries { _ = readRetry(retry, locals: ["error"]) }
        for (_, timeout) in components.timeouts { _ = readTimeout(timeout, site: .workflowInput) }
        return components
    }

    private func named(_ fields: Fields, _ key: String) -> [String: Located] {
        guard let node = fields[key] else { return [:] }
        guard let members = node.members else {
            findings.mismatch(node, "`use.\(key)`", wants: "a map of names")
            return [:]
        }
        return Dictionary(members.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    }
}
