import Foundation
import JSON
import SirdarCore

/// Takes the secrets that were sent out of what comes back: some services repeat what they got.
struct Redactor: Sendable {
    private var hidden: [(bytes: Data, shown: Data)] = []

    /// Remembers a value in the spellings in which it may come back.
    mutating func hide(_ value: String, named name: String) {
        let shown = Data("[secret \(name)]".utf8)
        let quoted = JSON.string(value).text.dropFirst().dropLast()
        let base64 = Data(value.utf8).base64EncodedString()
        for spelling in Set([value, String(quoted), value.percentEncoded, base64]) where !spelling.isEmpty {
            hidden.append((Data(spelling.utf8), shown))
        }
        // A longer secret may hold a shorter one.
        hidden.sort { $0.bytes.count > $1.bytes.count }
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
}
