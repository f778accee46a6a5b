import Foundation
import JSON
import SirdarCore

/// Takes the secrets that were sent out of what comes back: some services repeat what they got.
struct Redactor: Sendable {
    private static let quotingsMax = 3
    private var hidden: [(bytes: Data, shown: Data)] = []

    /// Remembers a value in the spellings in which it may come back.
    mutating func hide(_ value: String, named name: String) {
        let shown = Data("[secret \(name)]".utf8)
        let encoded = value.percentEncoded
        var spellings: Set = [
            value, encoded, encoded.replacing("%20", with: "+"), Self.smallDigits(encoded),
            Data(value.utf8).base64EncodedString(),
        ]
        // JSON in a text of JSON in a text of JSON.
        var quoted = value
        for _ in 0..<Self.quotingsMax {
            quoted = String(JSON.string(quoted).text.dropFirst().dropLast())
            spellings.insert(quoted)
        }
        for spelling in spellings where !spelling.isEmpty { hidden.append((Data(spelling.utf8), shown)) }
        // A longer secret may hold a shorter one.
        hidden.sort { $0.bytes.count > $1.bytes.count }
    }

    /// `%2F` as some write it: `%2f`.
    private static func smallDigits(_ encoded: String) -> String {
        let pieces = encoded.split(separator: "%", omittingEmptySubsequences: false)
        return pieces.dropFirst().reduce(into: String(pieces[0])) { text, piece in
            text += "%" + piece.prefix(2).lowercased() + piece.dropFirst(2)
        }
    }

    func clean(_ bytes: [UInt8]) -> [UInt8] {
        guard !hidden.isEmpty, !bytes.isEmpty else { return bytes }
        var data = Data(bytes)
        for (secret, shown) in hidden {
            var start = data.startIndex
            while let found = data.range(of: secret, in: start..<data.endIndex) {
                data.replaceSubrange(found, with: shown)
                start = found.lowerBound + shown.count
            }
        }
        return Array(data)
    }

    func clean(_ text: String) -> String { String(decoding: clean(Array(text.utf8)), as: UTF8.self) }

    /// Cleaned as what it says, however it was escaped.
    func clean(_ value: JSON) -> JSON {
        guard !hidden.isEmpty else { return value }
        switch value {
        case .null, .bool: return value
        case .number(let number):
            let text = clean(number.description)
            return text == number.description ? value : .string(text)
        case .string(let text): return .string(clean(text))
        case .array(let elements): return .array(elements.map(clean))
        case .object(let members): return .object(JSON.Object(members.map { (clean($0.key), clean($0.value)) }))
        }
    }
}
