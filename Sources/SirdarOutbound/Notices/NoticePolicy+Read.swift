package import SirdarCore
package import SirdarEngine

extension NoticePolicy {
    package static let fileName = "notifications.yaml"

    /// Reads the policy of a folder. Without the file nobody is told anything.
    package static func load(folder: String) -> (policy: NoticePolicy, file: FileDiagnostics?) {
        let path = "\(folder)/\(fileName)"
        guard ConfigFile.exists(path) else { return (NoticePolicy(), nil) }
        let findings = Findings()
        var policy = NoticePolicy()
        switch ConfigFile.read(path) {
        case .failure(let diagnostic): findings.add(diagnostic)
        case .success(let root): policy = read(root, findings)
        }
        return (policy, FileDiagnostics(file: path, diagnostics: findings.inOrder))
    }

    package static func read(_ root: Located, _ findings: Findings) -> NoticePolicy {
        var policy = NoticePolicy()
        guard !root.isNull,
            let file = Fields(
                root,
                "the file of notifications",
                keys: ["mail", "webhooks", "digest", "giveUpAfter"],
                findings
            )
        else { return policy }
        policy.digest = interval(file, "digest", Interval.seconds(0)...Interval.days(1)) ?? policy.digest
        policy.giveUpAfter =
            interval(file, "giveUpAfter", Interval.hours(1)...Interval.days(30)) ?? policy.giveUpAfter
        if let node = file["mail"], !node.isNull,
            let fields = Fields(
                node,
                "`mail`",
                keys: ["relay", "port", "networks", "from", "addresses", "domains"],
                findings
            )
        {
            policy.mail = mail(fields)
        }
        policy.webhooks = webhooks(file, findings)
        return policy
    }

    private static func interval(_ fields: Fields, _ key: String, _ range: ClosedRange<Interval>) -> Interval? {
        guard let interval = fields.interval(key) else { return nil }
        guard range.contains(interval) else {
            let limits = "\(range.lowerBound) to \(range.upperBound)"
            fields.findings.error(.wrongValue, at: fields.keyPlace(key), "`\(key)` is \(limits)")
            return nil
        }
        return interval
    }

    private static func mail(_ fields: Fields) -> Mail? {
        let port = fields.int("port", in: 1...65_535) ?? 25
        let networks = (fields.texts("networks") ?? []).compactMap { node -> NetworkRange? in
            if let range = node.text.flatMap(NetworkRange.init) { return range }
            fields.findings.error(
                .wrongValue,
                at: node.place,
                "a network is written as 10.57.0.0/16, nothing set past its prefix"
            )
            return nil
        }
        let domains = (fields.texts("domains") ?? []).compactMap(\.text)
        let addresses = fields["addresses"]?.isNull == true ? nil : fields.text("addresses")
        if let addresses, !addresses.isEmpty, let place = fields["addresses"]?.place {
            let sample = addresses.replacing("{name}", with: "name")
            if !addresses.contains("{name}") || !MailAddress.isSound(sample) {
                fields.findings.error(.wrongValue, at: place, "`addresses` is like {name}@studio.example")
            }
        }
        guard let relay = fields.requiredText("relay"), let from = fields.requiredText("from") else { return nil }
        guard WebAddress.isName(relay.lowercased()) || NetworkAddress(relay) != nil else {
            fields.findings.error(.wrongValue, at: fields.keyPlace("relay"), "`\(relay)` is no host")
            return nil
        }
        guard MailAddress.isSound(from) else {
            fields.findings.error(.wrongValue, at: fields.keyPlace("from"), "`\(from)` is no address of mail")
            return nil
        }
        return Mail(
            host: relay,
            port: port,
            networks: networks,
            from: from,
            addresses: addresses?.isEmpty == false ? addresses : nil,
            domains: domains
        )
    }

    private static func webhooks(_ file: Fields, _ findings: Findings) -> [Webhook] {
        guard let list = file["webhooks"], !list.isNull else { return [] }
        guard let nodes = list.list else {
            findings.mismatch(list, "`webhooks`", wants: "a list of webhooks")
            return []
        }
        var seen: Set<String> = []
        return nodes.compactMap { node in
            let keys = ["name", "secret", "form", "kinds", "queues", "digest"]
            guard let fields = Fields(node, "a webhook", keys: keys, findings), let webhook = webhook(fields) else {
                return nil
            }
            if !seen.insert(webhook.name).inserted {
                findings.error(.duplicateName, at: node.place, "the webhook `\(webhook.name)` is here already")
            }
            return webhook
        }
    }

    private static func webhook(_ fields: Fields) -> Webhook? {
        let form: Webhook.Form = fields.choice("form") ?? .slack
        let digest = interval(fields, "digest", Interval.seconds(0)...Interval.days(1)) ?? .minutes(1)
        let queues = Set((fields.texts("queues") ?? []).compactMap(\.text))
        var kinds = Webhook.kindsByDefault
        if let nodes = fields.texts("kinds") {
            kinds = Set(
                nodes.compactMap { node in
                    guard let name = node.text else { return nil }
                    if let kind = Notice.Kind(rawValue: name) { return kind }
                    fields.findings.unknown(
                        "kind of notification",
                        name,
                        at: node.place,
                        known: Notice.Kind.allCases.map(\.rawValue)
                    )
                    return nil
                }
            )
        }
        guard let name = fields.requiredText("name"), let secret = fields.requiredText("secret") else { return nil }
        if let refusal = SecretName.refusal(of: secret) {
            fields.findings.error(
                .wrongValue,
                at: fields.keyPlace("secret"),
                "`\(secret)` is no secret's name: \(refusal)"
            )
        }
        return Webhook(name: name, secret: secret, form: form, kinds: kinds, queues: queues, digest: digest)
    }
}
