import JSON
package import SirdarCore
package import SirdarEngine

/// Where calls may go that leave the machine; from `config/outbound.yaml`. What is not here is refused.
package struct OutboundRules: Sendable, Hashable {
    package var hosts: [Host]
    /// How long one exchange may take, from the first packet to the last.
    package var timeout: Interval
    /// How large an answer may be.
    package var answerBytesMax: Int

    /// A host, or all below a name, with the doors at which it may be called.
    package struct Host: Sendable, Hashable {
        /// `api.example.com`, `*.example.com`, or an address.
        package let name: String
        package let scheme: WebAddress.Scheme
        package let ports: [Int]
        /// Networks that are not the internet's, in which it may lie all the same.
        package let networks: [NetworkRange]

        package init(
            _ name: String,
            scheme: WebAddress.Scheme = .https,
            ports: [Int]? = nil,
            networks: [NetworkRange] = []
        ) {
            self.name = name.lowercased()
            self.scheme = scheme
            self.ports = ports ?? [scheme.port]
            self.networks = networks
        }

        /// `*.example.com` is every name below `example.com`, and not that itself.
        package func names(_ host: String) -> Bool {
            name.hasPrefix("*.") ? host.hasSuffix(name.dropFirst()) && host.count > name.count - 1 : host == name
        }
    }

    package init(hosts: [Host] = [], timeout: Interval = .seconds(30), answerBytesMax: Int = 1 << 20) {
        self.hosts = hosts
        self.timeout = timeout
        self.answerBytesMax = answerBytesMax
    }
}

extension OutboundRules {
    package static let fileName = "outbound.yaml"

    /// Reads the rules of a folder. Without the file, nothing may leave the machine.
    package static func load(folder: String) -> (rules: OutboundRules, file: FileDiagnostics?) {
        let (content, file) = ConfigFile.load(fileName, in: folder, absent: OutboundRules(), read)
        return (content, file)
    }

    /// What is wrong with one host does not hide the others.
    package static func read(_ root: Located, _ findings: Findings) -> OutboundRules {
        var rules = OutboundRules()
        guard !root.isNull,
            let file = Fields(root, "the file of outbound calls", keys: ["hosts", "timeout", "answerKiBMax"], findings)
        else { return rules }
        if let timeout = file.interval("timeout") {
            rules.timeout = timeout
            if !(Interval.seconds(1)...Interval.minutes(5)).contains(timeout) {
                findings.error(.wrongValue, at: file.keyPlace("timeout"), "`timeout` is 1 second to 5 minutes")
            }
        }
        if let kibibytes = file.int("answerKiBMax", in: 1...16_384) { rules.answerBytesMax = kibibytes << 10 }
        guard let list = file["hosts"], !list.isNull else { return rules }
        guard let nodes = list.list else {
            findings.mismatch(list, "`hosts`", wants: "a list of hosts")
            return rules
        }
        rules.hosts = nodes.compactMap { node in
            Fields(node, "a host", keys: ["name", "scheme", "ports", "networks"], findings).flatMap(host)
        }
        return rules
    }

    private static func host(_ fields: Fields) -> Host? {
        let scheme = fields.choice("scheme", of: WebAddress.Scheme.self) ?? .https
        let ports = ports(fields)
        let networks = networks(fields)
        guard let name = fields.requiredText("name"), let place = fields["name"]?.place else { return nil }
        let base = name.hasPrefix("*.") ? String(name.dropFirst(2)) : name
        guard WebAddress.isName(base.lowercased()) || NetworkAddress(name) != nil else {
            fields.findings.error(
                .wrongValue,
                at: place,
                "`\(name)` is no host: write a name, `*.` and a name for all below it, or an address"
            )
            return nil
        }
        if name.hasPrefix("*."), !base.contains(".") {
            fields.findings.error(
                .wrongValue,
                at: place,
                "`\(name)` would be half the internet: name a domain below it"
            )
        }
        let written = NetworkAddress(name)?.description ?? name
        return Host(written, scheme: scheme, ports: ports, networks: networks)
    }

    private static func ports(_ fields: Fields) -> [Int]? {
        guard let node = fields["ports"] else { return nil }
        guard let list = node.list else {
            fields.findings.mismatch(node, "`ports`", wants: "a list of ports")
            return nil
        }
        return list.compactMap { element in
            if case .number(let number) = element.value, let port = number.int, (1...65_535).contains(port) {
                return port
            }
            fields.findings.error(.wrongValue, at: element.place, "a port is 1 to 65535")
            return nil
        }
    }

    private static func networks(_ fields: Fields) -> [NetworkRange] {
        (fields.texts("networks") ?? []).compactMap { node in
            if let range = node.text.flatMap(NetworkRange.init) { return range }
            fields.findings.error(
                .wrongValue,
                at: node.place,
                "a network is written as 10.57.0.0/16, nothing set past its prefix"
            )
            return nil
        }
    }
}
