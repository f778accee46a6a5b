import Glibc
import SirdarImages

/// Addresses and networks to look for, by value.
struct AddressSet: Sendable {
    private var narrow: [UInt32: [Int]] = [:]
    private var wide: [[UInt8]: [Int]] = [:]
    private var networks: [(network: UInt32, mask: UInt32, needle: Int)] = []

    var isEmpty: Bool { narrow.isEmpty && wide.isEmpty && networks.isEmpty }

    mutating func insert(address text: String, needle: Int) throws(CloudError) {
        if let value = Self.ipv4(Array(text.utf8)) {
            narrow[value, default: []].append(needle)
        } else if let value = Self.ipv6(Array(text.utf8)) {
            if let inner = Self.mapped(value) {
                narrow[inner, default: []].append(needle)
            } else {
                wide[value, default: []].append(needle)
            }
        } else {
            throw CloudError(.invalid, "“\(text)” is not an IPv4 or IPv6 address.")
        }
    }

    mutating func insert(network text: String, needle: Int) throws(CloudError) {
        let parts = text.split(separator: "/")
        guard parts.count == 2, let base = Self.ipv4(Array(parts[0].utf8)), let bits = UInt32(parts[1]),
            (8...32).contains(bits)
        else { throw CloudError(.invalid, "“\(text)” is not an IPv4 network such as 10.42.0.0/16.") }
        let mask = UInt32.max << (32 - bits)
        networks.append((base & mask, mask, needle))
    }

    func needles(for value: UInt32) -> [Int] {
        (narrow[value] ?? []) + networks.filter { value & $0.mask == $0.network }.map(\.needle)
    }

    func needles(for value: [UInt8]) -> [Int] {
        if let inner = Self.mapped(value) { return needles(for: inner) }
        return wide[value] ?? []
    }

    /// Four decimal numbers, each of one to three digits; leading zeros are allowed and mean nothing.
    static func ipv4(_ text: [UInt8]) -> UInt32? {
        var value: UInt32 = 0
        var part: UInt32 = 0
        var digits = 0
        var parts = 1
        for byte in text {
            if byte == UInt8(ascii: ".") {
                guard digits > 0, parts < 4 else { return nil }
                value = value << 8 | part
                (part, digits) = (0, 0)
                parts += 1
            } else {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte), digits < 3 else { return nil }
                part = part * 10 + UInt32(byte - UInt8(ascii: "0"))
                digits += 1
                guard part <= 255 else { return nil }
            }
        }
        return digits > 0 && parts == 4 ? value << 8 | part : nil
    }

    static func ipv6(_ text: [UInt8]) -> [UInt8]? {
        guard text.count >= 2, text.count < 46 else { return nil }
        var value = [UInt8](repeating: 0, count: 16)
        let outcome = String(decoding: text, as: UTF8.self).withCString { inet_pton(AF_INET6, $0, &value) }
        return outcome == 1 ? value : nil
    }

    /// The IPv4 address within ::ffff:0:0/96.
    private static func mapped(_ value: [UInt8]) -> UInt32? {
        guard value.prefix(10).allSatisfy({ $0 == 0 }), value[10] == 0xFF, value[11] == 0xFF else { return nil }
        return value[12...].reduce(0) { $0 << 8 | UInt32($1) }
    }
}

/// Everything in a window of bytes that reads as an address.
struct AddressReader {
    private static let charactersMax = 64

    let addresses: AddressSet
    let window: UnsafeRawBufferPointer

    /// Calls `found` with the range and the needles of each address that is looked for.
    func read(_ found: (Range<Int>, [Int]) -> Void) {
        guard !addresses.isEmpty else { return }
        tokens(around: UInt8(ascii: "."), Self.isDotted) { token, text, width in
            if let hit = dotted(token, text, width) { found(token, hit) }
        }
        tokens(around: UInt8(ascii: ":"), Self.isColoned) { token, text, _ in
            if let hit = coloned(text) { found(token, hit) }
        }
    }

    private func dotted(_ token: Range<Int>, _ text: [UInt8], _ width: Int) -> [Int]? {
        var core = text[...]
        while core.first == UInt8(ascii: ".") { core.removeFirst() }
        while core.last == UInt8(ascii: ".") { core.removeLast() }
        guard let value = AddressSet.ipv4(Array(core)) else { return nil }
        let isReversed = text.last == UInt8(ascii: ".") && follows(token.upperBound, width, "in-addr")
        let needles = addresses.needles(for: isReversed ? value.byteSwapped : value)
        return needles.isEmpty ? nil : needles
    }

    private func coloned(_ text: [UInt8]) -> [Int]? {
        guard text.filter({ $0 == UInt8(ascii: ":") }).count >= 2 else { return nil }
        var core = text[...]
        if core.first == UInt8(ascii: ":"), core.dropFirst().first != UInt8(ascii: ":") { core.removeFirst() }
        while core.last == UInt8(ascii: ".") { core.removeLast() }
        if core.last == UInt8(ascii: ":"), core.dropLast().last != UInt8(ascii: ":") { core.removeLast() }
        guard let value = AddressSet.ipv6(Array(core)) else { return nil }
        let needles = addresses.needles(for: value)
        return needles.isEmpty ? nil : needles
    }

    private func follows(_ index: Int, _ width: Int, _ text: String) -> Bool {
        for (step, byte) in text.utf8.enumerated() {
            let at = index + step * width
            guard at < window.count, window[at] | 0x20 == byte | 0x20 else { return false }
        }
        return true
    }

    /// Finds each mark, widens it to the longest run of characters that belong, in one or two bytes a character.
    private func tokens(
        around mark: UInt8,
        _ belongs: (UInt8) -> Bool,
        _ body: (Range<Int>, [UInt8], _ width: Int) -> Void
    ) {
        guard let base = window.baseAddress else { return }
        var at = 0
        while at < window.count, let hit = memchr(base + at, Int32(mark), window.count - at) {
            let index = base.distance(to: UnsafeRawPointer(hit))
            let width = index + 1 < window.count && window[index + 1] == 0 ? 2 : 1
            let start = edge(index, -width, width, belongs)
            let last = edge(index, width, width, belongs)
            let token = start..<last + width
            at = max(index + 1, token.upperBound)
            guard token.count >= 3 * width else { continue }
            body(token, stride(from: start, through: last, by: width).map { window[$0] }, width)
        }
    }

    private func edge(_ index: Int, _ step: Int, _ width: Int, _ belongs: (UInt8) -> Bool) -> Int {
        var at = index
        for _ in 0..<Self.charactersMax {
            let next = at + step
            guard next >= 0, next + width <= window.count, belongs(window[next]) else { break }
            if width == 2, window[next + 1] != 0 { break }
            at = next
        }
        return at
    }

    private static func isDotted(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ".") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isColoned(_ byte: UInt8) -> Bool {
        let low = byte | 0x20
        return isDotted(byte) || byte == UInt8(ascii: ":") || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(low)
    }
}
