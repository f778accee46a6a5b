import SirdarCore

/// Refuses aliases in keys before the parser composes them: it compares the keys of a map by all that they stand
/// for, and a key that is an alias of aliases of aliases would keep it busy for ever.
///
/// The test is rough on purpose. It looks closely only when an alias names an anchor of the text, and then refuses
/// whatever could be a key other than a plain one.
struct AliasKeys {
    private let bytes: [UInt8]
    private var anchors: Set<ArraySlice<UInt8>> = []

    static func refusal(in text: String) -> Diagnostic? {
        guard text.utf8.contains(UInt8(ascii: "&")), text.utf8.contains(UInt8(ascii: "*")) else { return nil }
        return AliasKeys(text).refusal
    }

    private init(_ text: String) {
        bytes = Array(text.utf8)
        anchors = names(after: UInt8(ascii: "&"))
    }

    private var refusal: Diagnostic? {
        guard !anchors.isDisjoint(with: names(after: UInt8(ascii: "*"))), let offset = suspect else { return nil }
        let line = bytes[..<offset].count { $0 == UInt8(ascii: "\n") } + 1
        return .error(
            .syntax,
            at: Place(line: line, column: 1),
            "a file with anchors (`&`) and aliases (`*`) may have plain keys only"
        )
    }

    private func names(after sign: UInt8) -> Set<ArraySlice<UInt8>> {
        var names: Set<ArraySlice<UInt8>> = []
        for offset in bytes.indices where bytes[offset] == sign && startsToken(offset) {
            let name = name(from: offset + 1)
            if !name.isEmpty { names.insert(name) }
        }
        return names
    }

    private func name(from start: Int) -> ArraySlice<UInt8> {
        bytes[start...].prefix { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
    }

    private func startsToken(_ offset: Int) -> Bool {
        offset == 0 || " \t\r\n,[]{}:-?".utf8.contains(bytes[offset - 1])
    }

    /// Where a `? `, or a colon after `]`, `}` or an alias stands.
    private var suspect: Int? {
        var last = UInt8(ascii: " ")
        var isAfterAlias = false
        var offset = 0
        while offset < bytes.count {
            let byte = bytes[offset]
            switch byte {
            case UInt8(ascii: "?") where startsToken(offset) && endsToken(offset + 1): return offset
            case UInt8(ascii: ":") where isAfterAlias || last == UInt8(ascii: "]") || last == UInt8(ascii: "}"):
                return offset
            case UInt8(ascii: "*") where startsToken(offset) && anchors.contains(name(from: offset + 1)):
                isAfterAlias = true
                offset += name(from: offset + 1).count
                last = byte
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"): break
            default:
                isAfterAlias = false
                last = byte
            }
            offset += 1
        }
        return nil
    }

    private func endsToken(_ offset: Int) -> Bool {
        offset >= bytes.count || " \t\r\n".utf8.contains(bytes[offset])
    }
}
