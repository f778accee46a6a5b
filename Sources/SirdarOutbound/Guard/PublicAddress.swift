import SirdarCore

extension NetworkAddress {
    /// Whether the address is one of the internet's, at which somebody else may be reached.
    ///
    /// Everything else is refused unless a rule names its network: this machine, its neighbours, its cloud's
    /// metadata, private networks, shared ones of providers, and whatever is set aside for documentation, tests,
    /// translation or tunnels (an address of those can carry any other inside).
    var isPublic: Bool {
        if isIPv4 { return !Self.reserved.contains { $0.contains(self) } }
        return Self.internet.contains { $0.contains(self) } && !Self.reserved.contains { $0.contains(self) }
    }

    private static let internet = ranges(["2000::/3"])

    private static let reserved = ranges([
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
    ])

    private static func ranges(_ texts: [String]) -> [NetworkRange] {
        texts.map { text in
            guard let range = NetworkRange(text) else { preconditionFailure("\(text) is a network") }
            return range
        }
    }
}
