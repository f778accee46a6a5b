import JSON

/// What `$secrets` holds: a reference for each secret that the workflow declares, and never a value.
///
/// A reference is a text that expressions may join with others. It means something within the one decision that makes
/// it: it carries a number which nobody outside can know before, and when the arguments of the call have been
/// evaluated, `seal` takes it out of them and writes down beside them, structurally, which secret belongs where. What
/// is left of it in a step's input is a text like any other. So data that looks like a reference, or that is one from
/// another time, stays what it is.
struct SecretReferences: Sendable {
    private let names: [String]
    private let mark: String
    private static let end: Character = "~"

    init(names: [String], nonce: UInt64) {
        self.names = names
        // Only characters that percent-encoding leaves alone: a reference may stand in an address.
        let digits = String(nonce, radix: 16)
        mark = "sirdar-secret.\(String(repeating: "0", count: 16 - digits.count))\(digits)."
    }

    /// `$secrets`.
    var json: JSON { .object(JSON.Object(names.map { ($0, .string("\(mark)\($0)\(Self.end)")) })) }

    /// The arguments of a call as they are stored, with `secrets` where there are any: `[{ at, is }]`, the place of a
    /// text, and its pieces in their order. In the text's own place stands what people may read.
    func seal(_ arguments: JSON) throws(Problem) -> JSON {
        var sealed: [JSON] = []
        guard case .object(var object) = try seal(arguments, at: .root, &sealed) else { return arguments }
        if !sealed.isEmpty { object[HTTPCall.secretsKey] = .array(sealed) }
        return .object(object)
    }

    private func seal(_ value: JSON, at place: JSON.Pointer, _ sealed: inout [JSON]) throws(Problem) -> JSON {
        switch value {
        case .null, .bool, .number: return value
        case .string(let text):
            guard let pieces = pieces(text) else { return value }
            sealed.append(["at": .string(place.description), "is": .array(pieces.map(\.json))])
            return .string(pieces.map(\.shown).joined())
        case .array(let elements):
            var values: [JSON] = []
            for (index, element) in elements.enumerated() {
                values.append(try seal(element, at: place.appending(index), &sealed))
            }
            return .array(values)
        case .object(let members):
            var object = JSON.Object()
            for (key, member) in members {
                guard !key.contains(mark) else {
                    throw Problem(.expression, "A secret stands in the name of a member, where it is not filled in.")
                }
                object[key] = try seal(member, at: place.appending(key), &sealed)
            }
            return .object(object)
        }
    }

    private enum Piece {
        case text(String)
        case secret(String)

        var json: JSON {
            switch self {
            case .text(let text): .string(text)
            case .secret(let name): ["secret": .string(name)]
            }
        }

        var shown: String {
            switch self {
            case .text(let text): text
            case .secret(let name): "[secret \(name)]"
            }
        }
    }

    /// `nil` when no reference is in the text.
    private func pieces(_ text: String) -> [Piece]? {
        guard text.contains(mark) else { return nil }
        var pieces: [Piece] = []
        var rest = text[...]
        while let found = rest.firstRange(of: mark) {
            let name = rest[found.upperBound...].prefix { $0 != Self.end }
            guard names.contains(String(name)), name.endIndex < rest.endIndex else {
                pieces.append(.text(String(rest[..<found.upperBound])))
                rest = rest[found.upperBound...]
                continue
            }
            if found.lowerBound > rest.startIndex { pieces.append(.text(String(rest[..<found.lowerBound]))) }
            pieces.append(.secret(String(name)))
            rest = rest[rest.index(after: name.endIndex)...]
        }
        if !rest.isEmpty { pieces.append(.text(String(rest))) }
        return pieces
    }
}
