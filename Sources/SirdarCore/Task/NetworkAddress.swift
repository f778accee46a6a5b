/// An IPv4 or IPv6 address, strictly read: no leading zeros, no hexadecimal IPv4, no port, brackets or zone.
///
/// An IPv4-mapped IPv6 address (`::ffff:10.0.0.1`) is the IPv4 address that it maps, so that no rule is passed by
/// another spelling.
package struct NetworkAddress: Hashable, Sendable {
    /// Four bytes, or sixteen.
    package let bytes: [UInt8]

    package var isIPv4: Bool { bytes.count == 4 }

    package init?(_ text: String) {
        guard text.utf8.count <= 45 else { return nil }
        if let four = Self.ipv4(Substring(text)) {
            bytes = four
        } else if let sixteen = Self.ipv6(text) {
            let mapped = sixteen[0..<10].allSatisfy { $0 == 0 } && sixteen[10] == 0xFF && sixteen[11] == 0xFF
            bytes = mapped ? Array(sixteen[12...]) : sixteen
        } else {
            return nil
        }
    }

    private static func ipv4(_ text: Substring) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bytes: [UInt8] = []
        for part in parts {
            guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                part == "0" || part.first != "0", let byte = UInt8(part)
            else { return nil }
            bytes.append(byte)
        }
        return bytes
    }

    private static func ipv6(_ text: String) -> [UInt8]? {
        guard text.contains(":") else { return nil }
        let halves = text.split(separator: "::", maxSplits: 2, omittingEmptySubsequences: false)
        switch halves.count {
        case 1:
            guard let all = groups(halves[0]), all.count == 16 else { return nil }
            return all
        case 2:
            guard let head = halves[0].isEmpty ? [] : groups(halves[0]),
                let tail = halves[1].isEmpty ? [] : groups(halves[1]), head.count + tail.count <= 14
            else { return nil }
            return head + Array(repeating: 0, count: 16 - head.count - tail.count) + tail
        default: return nil
        }
    }

    private static func groups(_ text: Substring) -> [UInt8]? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        var bytes: [UInt8] = []
        for (position, part) in parts.enumerated() {
            if position == parts.count - 1, part.contains(".") {
                guard let four = ipv4(part) else { return nil }
                return bytes + four
            }
            guard (1...4).contains(part.utf8.count), part.utf8.allSatisfy(\.isHexDigit),
                let group = UInt16(part, radix: 16)
            else { return nil }
            bytes += [UInt8(group >> 8), UInt8(group & 0xFF)]
        }
        return bytes
    }

    /// Addresses that name no host one could mount from: loopback, link-local, multicast, unspecified, broadcast.
    package var isSpecial: Bool {
        if isIPv4 {
            return bytes[0] == 127 || bytes[0] == 0 || bytes[0] >= 224 || (bytes[0] == 169 && bytes[1] == 254)
        }
        let rest = bytes.dropLast().allSatisfy { $0 == 0 }
        return (rest && bytes[15] <= 1) || bytes[0] == 0xFF || (bytes[0] == 0xFE && bytes[1] & 0xC0 == 0x80)
    }
}

extension NetworkAddress: CustomStringConvertible {
    /// The usual short form; RFC 5952 for IPv6.
    package var description: String {
        guard !isIPv4 else { return bytes.map(String.init).joined(separator: ".") }
        let groups = stride(from: 0, to: 16, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
        var longest = 0..<0
        var position = 0
        while position < 8 {
            var end = position
            while end < 8, groups[end] == 0 { end += 1 }
            if end - position > max(longest.count, 1) { longest = position..<end }
            position = max(end, position + 1)
        }
        let words = groups.map { String($0, radix: 16) }
        guard !longest.isEmpty else { return words.joined(separator: ":") }
        return words[..<longest.lowerBound].joined(separator: ":") + "::"
            + words[longest.upperBound...].joined(separator: ":")
    }
}

/// A network, `10.57.0.0/16`.
package struct NetworkRange: Hashable, Sendable, CustomStringConvertible {
    package let address: NetworkAddress
    package let length: Int

    /// The bits past the prefix must be zero: `10.57.0.1/16` is no network.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = NetworkAddress(String(parts[0])),
            parts[1] == "0" || parts[1].first != "0",
            let length = Int(parts[1]), (0...address.bytes.count * 8).contains(length)
        else { return nil }
        self.address = address
        self.length = length
        guard Self.masked(address.bytes, length) == address.bytes else { return nil }
    }

    package func contains(_ other: NetworkAddress) -> Bool {
        other.bytes.count == address.bytes.count && Self.masked(other.bytes, length) == address.bytes
    }

    /// The network's own address, and for IPv4 the broadcast address: neither is a host's.
    package func reserves(_ other: NetworkAddress) -> Bool {
        guard contains(other), other.isIPv4, length < 31 else { return false }
        let broadcast = zip(other.bytes, Self.masked([255, 255, 255, 255], length)).allSatisfy { $0 | $1 == 255 }
        return other == address || broadcast
    }

    private static func masked(_ bytes: [UInt8], _ length: Int) -> [UInt8] {
        bytes.enumerated().map { index, byte in
            let kept = min(8, max(0, length - index * 8))
            return byte & UInt8(truncatingIfNeeded: 0xFF00 >> kept)
        }
    }

    package var description: String { "\(address)/\(length)" }
}

extension UInt8 {
    fileprivate var isHexDigit: Bool {
        (0x30...0x39).contains(self) || (0x41...0x46).contains(self) || (0x61...0x66).contains(self)
    }
}
