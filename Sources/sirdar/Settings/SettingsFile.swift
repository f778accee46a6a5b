/// The members of a settings file, with their places.
package struct SettingsFile: Sendable, Hashable {
    package let path: String
    package let members: [Member]

    package struct Member: Sendable, Hashable {
        let key: String
        let text: String
        let keyPlace: Place
        let valuePlace: Place
    }

    /// Lines and columns count from 1.
    package struct Place: Sendable, Hashable, CustomStringConvertible {
        let line: Int
        let column: Int

        package var description: String { "\(line):\(column)" }
    }

    package struct Mistake: Error, Sendable, Hashable {
        let place: Place
        let sentence: String
    }

    /// What reads the text: the one seam to a decoder.
    package protocol Syntax: Sendable {
        func members(of text: String) throws(Mistake) -> [Member]
    }

    package init(path: String, text: String, syntax: some Syntax = FlatYAML()) throws(Mistake) {
        self.path = path
        members = try syntax.members(of: text)
    }
}

/// The part of YAML that a file of settings needs: `key: value` lines and comments; whatever else is told.
package struct FlatYAML: SettingsFile.Syntax {
    package static let bytesMax = 1 << 18

    package init() {}

    package func members(of text: String) throws(SettingsFile.Mistake) -> [SettingsFile.Member] {
        var members: [SettingsFile.Member] = []
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            guard let member = try Self.member(line.last == "\r" ? line.dropLast() : line, number: index + 1) else {
                continue
            }
            if let first = members.first(where: { $0.key == member.key }) {
                throw SettingsFile.Mistake(
                    place: member.keyPlace,
                    sentence: "`\(member.key)` is here twice; first in line \(first.keyPlace.line)."
                )
            }
            members.append(member)
        }
        return members
    }

    private static func member(_ line: Substring, number: Int) throws(SettingsFile.Mistake) -> SettingsFile.Member? {
        func place(_ index: Substring.Index) -> SettingsFile.Place {
            .init(line: number, column: line.unicodeScalars.distance(from: line.startIndex, to: index) + 1)
        }
        func mistake(_ index: Substring.Index, _ sentence: String) -> SettingsFile.Mistake {
            .init(place: place(index), sentence: sentence)
        }
        guard let start = line.firstIndex(where: { $0 != " " && $0 != "\t" }), line[start] != "#" else { return nil }
        if line == "---" { return nil }
        guard start == line.startIndex else {
            throw mistake(start, "Settings are `key: value`, each at the beginning of a line.")
        }
        guard let colon = line.firstIndex(of: ":") else { throw mistake(start, "This is no `key: value`.") }
        let rest = line[line.index(after: colon)...]
        guard rest.isEmpty || rest.first == " " || rest.first == "\t" else {
            throw mistake(line.index(after: colon), "After the colon comes a space.")
        }
        let valueStart = rest.firstIndex { $0 != " " && $0 != "\t" } ?? rest.endIndex
        guard let value = scalar(rest[valueStart...]) else {
            throw mistake(valueStart, "A setting is one plain or quoted value.")
        }
        return SettingsFile.Member(
            key: String(line[..<colon]),
            text: value,
            keyPlace: place(start),
            valuePlace: place(valueStart)
        )
    }

    /// The value, without quotes and what follows it; `nil` for what is no plain or quoted text.
    private static func scalar(_ text: Substring) -> String? {
        guard let first = text.first, first != "#" else { return "" }
        if first == "\"" || first == "'" {
            let inner = text.dropFirst()
            guard let end = inner.firstIndex(of: first), !inner[..<end].contains("\\") else { return nil }
            let after = inner[inner.index(after: end)...].drop { $0 == " " || $0 == "\t" }
            return after.isEmpty || after.first == "#" ? String(inner[..<end]) : nil
        }
        guard !"[]{}&*!|>%@`".contains(first) else { return nil }
        var value = text.firstRange(of: " #").map { text[..<$0.lowerBound] } ?? text
        while value.last == " " || value.last == "\t" { value.removeLast() }
        return String(value)
    }
}
