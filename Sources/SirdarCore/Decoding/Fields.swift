import JSON

/// The members of one map of a file, held to a closed set of keys.
///
/// A misspelt key is told once and then read as the key that it resembles, so that what it says is checked too and
/// what it was to give is not missed a second time.
package struct Fields {
    /// What the map is, for messages: "a queue".
    package let what: String
    package let place: Place
    package let findings: Findings
    private let members: [String: Located.Member]

    /// - Returns: `nil` when the node is no map, which has then been told.
    package init?(_ node: Located, _ what: String, keys: [String], _ findings: Findings) {
        guard let members = node.members else {
            findings.mismatch(node, what, wants: "a map")
            return nil
        }
        self.init(members, at: node.place, what, keys: keys, findings)
    }

    package init(_ members: [Located.Member], at place: Place, _ what: String, keys: [String], _ findings: Findings) {
        self.what = what
        self.place = place
        self.findings = findings
        var known: [String: Located.Member] = [:]
        for member in members where keys.contains(member.key) { known[member.key] = member }
        for member in members where !keys.contains(member.key) {
            let free = keys.filter { known[$0] == nil }
            let nearest = Suggestion.nearest(to: member.key, among: free)
            findings.error(
                .unknownKey,
                at: member.keyPlace,
                "\(what) has no `\(member.key)`",
                suggestion: nearest ?? Suggestion.nearest(to: member.key, among: keys),
                allowed: keys
            )
            if let nearest { known[nearest] = member }
        }
        self.members = known
    }

    package subscript(key: String) -> Located? { members[key]?.value }

    /// Where the key stands, or the map when it is not there.
    package func keyPlace(_ key: String) -> Place { members[key]?.keyPlace ?? place }

    package func has(_ key: String) -> Bool { members[key] != nil }

    /// What must be there; told when it is not.
    package func required(_ key: String) -> Located? {
        if let node = self[key] { return node }
        findings.error(.missingKey, at: place, "\(what) needs `\(key)`")
        return nil
    }
}

extension Fields {
    // MARK: Values of one kind. Each is `nil` when the key is not there, or when it is wrong, which is then told.

    package func text(_ key: String) -> String? { self[key].flatMap { text($0, key) } }

    /// A text that is there and not empty.
    package func requiredText(_ key: String) -> String? {
        guard let node = required(key), let text = text(node, key) else { return nil }
        guard !text.isEmpty else {
            findings.error(.wrongValue, at: node.place, "`\(key)` is empty")
            return nil
        }
        return text
    }

    package func bool(_ key: String) -> Bool? {
        guard let node = self[key] else { return nil }
        if case .bool(let flag) = node.value { return flag }
        findings.mismatch(node, "`\(key)`", wants: "true or false")
        return nil
    }

    package func int(_ key: String, in range: ClosedRange<Int> = 0...Int.max) -> Int? {
        guard let node = self[key] else { return nil }
        guard case .number(let number) = node.value, let int = number.int else {
            findings.mismatch(node, "`\(key)`", wants: "a whole number")
            return nil
        }
        guard range.contains(int) else {
            let limits =
                range.upperBound == .max ? "at least \(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
            findings.error(.wrongValue, at: node.place, "`\(key)` is \(int), and must be \(limits)")
            return nil
        }
        return int
    }

    /// A length of time: `PT4H`, or `{ hours: 4 }`.
    package func interval(_ key: String) -> Interval? {
        guard let node = self[key] else { return nil }
        return findings.interval(node, "`\(key)`")
    }

    /// A list of texts; a text alone counts as a list of one.
    package func texts(_ key: String) -> [Located]? {
        guard let node = self[key] else { return nil }
        guard let elements = node.list else {
            return text(node, key).map { _ in [node] }
        }
        return elements.filter { text($0, "\(key)[]") != nil }
    }

    /// One word of a closed set.
    package func choice<Choice: RawRepresentable & CaseIterable>(
        _ key: String,
        of _: Choice.Type = Choice.self
    ) -> Choice?
    where Choice.RawValue == String {
        guard let node = self[key], let word = text(node, key) else { return nil }
        if let choice = Choice(rawValue: word) { return choice }
        let words = Choice.allCases.map(\.rawValue)
        findings.error(
            .wrongValue,
            at: node.place,
            "`\(key)` cannot be `\(word)`",
            suggestion: Suggestion.nearest(to: word, among: words),
            allowed: words
        )
        return nil
    }

    private func text(_ node: Located, _ key: String) -> String? {
        if let text = node.text { return text }
        findings.mismatch(node, "`\(key)`", wants: "a text")
        return nil
    }
}

extension Findings {
    /// Reads a length of time; `nil` when it is none, which is then told.
    package func interval(_ node: Located, _ subject: String) -> Interval? {
        if node.members != nil { _ = Fields(node, "a duration", keys: Self.durationKeys, self) }
        if let interval = Interval(json: node.json) { return interval }
        if node.members?.contains(where: { Interval.units[$0.key] == nil }) == true { return nil }
        error(.wrongValue, at: node.place, "\(subject) is not a duration: write PT30M, or { minutes: 30 }")
        return nil
    }

    package static let durationKeys = ["days", "hours", "minutes", "seconds", "milliseconds"]
}
