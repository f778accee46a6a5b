package import SirdarCore

extension Runbook {
    package struct Reading: Sendable {
        package let runbook: Runbook?
        package let diagnostics: [Diagnostic]
    }

    /// Reads a runbook's file.
    ///
    /// `today` tells whether its review is overdue, which is not judged without it; of `skills`, when they are given,
    /// it may name no other.
    package static func read(
        name: String,
        source: String,
        today: Timestamp? = nil,
        skills: Set<String>? = nil
    ) -> Reading {
        let findings = Findings()
        var reader = RunbookReader(name: name, source: source, today: today, skills: skills, findings: findings)
        let runbook = reader.read()
        return Reading(runbook: findings.hasErrors ? nil : runbook, diagnostics: findings.inOrder)
    }
}

private struct RunbookReader {
    let name: String
    let source: String
    let today: Timestamp?
    let skills: Set<String>?
    let findings: Findings
    /// The lines after the front matter, the first of which is line `bodyLine` of the file.
    private var body: [String] = []
    private var bodyLine = 1

    private static let keys = [
        "title", "summary", "version", "owner", "skills", "reviewBy", "requires", "values",
    ]

    init(name: String, source: String, today: Timestamp?, skills: Set<String>?, findings: Findings) {
        self.name = name
        self.source = source
        self.today = today
        self.skills = skills
        self.findings = findings
    }

    mutating func read() -> Runbook? {
        guard let head = splitFrontMatter() else { return nil }
        let fields: Fields
        switch YAMLSource.read(head) {
        case .failure(let diagnostic):
            findings.add(diagnostic)
            return nil
        case .success(let root):
            guard let read = Fields(root, "the front matter", keys: Self.keys, findings) else { return nil }
            fields = read
        }
        let title = fields.requiredText("title")
        let values = readValues(fields)
        let attributes = takeAttributes()
        checkPlaceholders(values)
        let text = body.joined(separator: "\n")
        guard let document = parse(text) else { return nil }
        let items = match(attributes, document)
        guard let title else { return nil }
        return Runbook(
            name: name,
            title: title,
            summary: fields.text("summary") ?? "",
            version: fields.int("version", in: 1...1_000_000) ?? 1,
            owner: fields.text("owner") ?? "",
            skills: readSkills(fields),
            reviewBy: readReview(fields),
            requires: readCapabilities(fields),
            values: values,
            items: items,
            text: text,
            document: document,
            hash: ContentHash(of: source)
        )
    }

    // MARK: Front matter

    /// The front matter, with an empty line for its `---` so that lines keep their numbers.
    private mutating func splitFrontMatter() -> String? {
        let lines = source.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            String(line.last == "\r" ? line.dropLast() : line)
        }
        guard lines.first == "---", let end = lines.dropFirst().firstIndex(of: "---") else {
            findings.error(.syntax, at: .start, "a runbook begins with front matter: `---`, `title: …`, `---`")
            return nil
        }
        body = Array(lines[(end + 1)...])
        bodyLine = end + 2
        return "\n" + lines[1..<end].joined(separator: "\n") + "\n"
    }

    private func readValues(_ fields: Fields) -> [String] {
        (fields.texts("values") ?? []).compactMap { node in
            guard let value = node.text else { return nil }
            if Placeholders.placeholder("{{\(value)}}")?.name == value { return value }
            findings.error(
                .wrongValue,
                at: node.place,
                "`\(value)` is no name for a value: write letters, digits, `-` and `_`"
            )
            return nil
        }
    }

    private func readSkills(_ fields: Fields) -> [String] {
        let nodes = fields.texts("skills") ?? []
        for node in nodes {
            guard let skill = node.text, let skills, !skills.contains(skill) else { continue }
            findings.unknown("skill", skill, at: node.place, known: skills)
        }
        return nodes.compactMap(\.text)
    }

    private func readCapabilities(_ fields: Fields) -> Set<Runbook.Capability> {
        let names = Runbook.Capability.allCases.map(\.rawValue)
        return Set(
            (fields.texts("requires") ?? []).compactMap { node in
                let word = node.text ?? ""
                if let capability = Runbook.Capability(rawValue: word) { return capability }
                findings.unknown("capability", word, at: node.place, known: names)
                return nil
            }
        )
    }

    private func readReview(_ fields: Fields) -> String? {
        guard let day = fields.text("reviewBy"), let node = fields["reviewBy"] else { return nil }
        guard let end = Timestamp("\(day)T23:59:59Z") else {
            findings.error(.wrongValue, at: node.place, "`reviewBy` is a day, 2027-06-01")
            return nil
        }
        if let today, end < today {
            findings.warning(.stale, at: node.place, "this runbook should have been reviewed by \(day)")
        }
        return day
    }

    // MARK: Body

    private func parse(_ text: String) -> MarkdownDocument? {
        do { return try MarkdownDocument(parsing: text) } catch {
            switch error {
            case .tooLong:
                findings.error(.tooLarge, at: .start, "the text is longer than \(MarkdownDocument.bytesMax >> 10) KiB")
            case .tooComplex:
                findings.error(.tooLarge, at: .start, "the text is nested too deeply, or has too wide a table")
            case .outputTooLong: findings.error(.tooLarge, at: .start, "the text gives too long a page")
            }
            return nil
        }
    }

    /// Every placeholder names a value that the front matter promises, and stands where it can be quoted.
    private func checkPlaceholders(_ values: [String]) {
        for (number, line) in body.enumerated() where line.contains("{{") {
            var rest = Substring(line)
            while !rest.isEmpty {
                guard let (name, after) = Placeholders.placeholder(rest) else {
                    rest.removeFirst()
                    continue
                }
                let before = line[..<rest.startIndex]
                let place = Place(line: bodyLine + number, column: before.unicodeScalars.count + 1)
                if !values.contains(name) {
                    findings.unknown("value", name, at: place, known: values)
                } else if let quote = before.last, quote == "'" || quote == "\"", after.first == quote {
                    findings.error(
                        .wrongValue,
                        at: place,
                        "leave out the quotes around `{{ \(name) }}`: in a command, a value is quoted where it needs it"
                    )
                }
                rest = after
            }
        }
    }

    /// The items of the tree with what was written at them.
    private func match(_ attributes: [ItemAttributes], _ document: MarkdownDocument) -> [Runbook.Item] {
        var elements: [MarkdownDocument.Element] = []
        document.blocks.collectChecks(into: &elements)
        elements.sort { ($0.check ?? 0) < ($1.check ?? 0) }
        guard elements.count == attributes.count else {
            let place = Place(line: bodyLine, column: 1)
            findings.error(
                .syntax,
                at: place,
                "of \(attributes.count) lines that look like items, \(elements.count) are items: "
                    + "leave an empty line before a list"
            )
            return []
        }
        var seen: Set<String> = []
        return zip(attributes, elements).compactMap { attribute, element in
            guard let id = attribute.id else { return nil }
            if !seen.insert(id).inserted {
                findings.error(.duplicateName, at: attribute.place, "there is an item `\(id)` already")
            }
            return attribute.item(id, element)
        }
    }
}

// MARK: - What is written in braces at an item

extension RunbookReader {
    /// Takes `{ … }` out of the text of the items, and reads it.
    private mutating func takeAttributes() -> [ItemAttributes] {
        var all: [ItemAttributes] = []
        var fence: Substring?
        for number in body.indices {
            let line = body[number]
            let content = line.drop { $0 == " " || $0 == ">" }
            let mark = content.prefix { $0 == "`" || $0 == "~" }
            if mark.count >= 3 {
                if fence == nil { fence = mark } else if mark.hasPrefix(fence ?? "") { fence = nil }
                continue
            }
            guard fence == nil, let start = Self.afterBox(line) else { continue }
            let place = Place(line: bodyLine + number, column: line[..<start].unicodeScalars.count + 1)
            guard line[start...].hasPrefix("{"), !line[start...].hasPrefix("{{"), let end = Self.closing(line[start...])
            else {
                findings.error(
                    .missingKey,
                    at: place,
                    "an item of the checklist needs its name: `- [ ] {id: edit-fstab} Replace …`",
                    allowed: ItemAttributes.keys
                )
                all.append(ItemAttributes(place: place))
                continue
            }
            all.append(attributes(String(line[start...end]), at: place))
            body[number].replaceSubrange(start...end, with: "")
        }
        return all
    }

    /// Where the text of a task-list item begins; `nil` when the line is none.
    private static func afterBox(_ line: String) -> String.Index? {
        let content = line.drop { $0 == " " || $0 == ">" }
        var rest = content
        if let first = rest.first, first == "-" || first == "*" || first == "+" {
            rest = rest.dropFirst()
        } else {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            guard !digits.isEmpty, let dot = rest.dropFirst(digits.count).first, dot == "." || dot == ")" else {
                return nil
            }
            rest = rest.dropFirst(digits.count + 1)
        }
        guard rest.first == " " else { return nil }
        rest = rest.drop { $0 == " " }
        guard rest.hasPrefix("[ ]") || rest.hasPrefix("[x]") || rest.hasPrefix("[X]") else { return nil }
        return rest.dropFirst(3).drop { $0 == " " }.startIndex
    }

    private static func closing(_ text: Substring) -> String.Index? {
        var depth = 0
        for index in text.indices {
            switch text[index] {
            case "{": depth += 1
            case "}":
                depth -= 1
                if depth == 0 { return index }
            default: break
            }
        }
        return nil
    }

    private func attributes(_ text: String, at place: Place) -> ItemAttributes {
        let padding = String(repeating: "\n", count: place.line - 1) + String(repeating: " ", count: place.column - 1)
        var attributes = ItemAttributes(place: place)
        switch YAMLSource.read(padding + text) {
        case .failure(let diagnostic): findings.add(diagnostic)
        case .success(let root):
            guard let fields = Fields(root, "an item", keys: ItemAttributes.keys, findings) else { return attributes }
            attributes.id = fields.requiredText("id")
            attributes.isRequired = fields.bool("required") ?? true
            attributes.evidence = fields.choice("evidence")
            attributes.requires = readCapabilities(fields)
            if let id = attributes.id, !Self.isSlug(id), let node = fields["id"] {
                findings.error(.wrongValue, at: node.place, "`id` is small letters, digits and hyphens: `\(id)` is not")
            }
        }
        return attributes
    }

    private static func isSlug(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
    }
}

private struct ItemAttributes {
    let place: Place
    var id: String?
    var isRequired = true
    var evidence: Runbook.Evidence?
    var requires: Set<Runbook.Capability> = []

    static let keys = ["id", "required", "evidence", "requires"]

    init(place: Place) { self.place = place }

    func item(_ id: String, _ element: MarkdownDocument.Element) -> Runbook.Item {
        var text = ""
        if case .paragraph(let content)? = element.blocks.first { text = content.plainText }
        let commands = element.blocks.compactMap { block -> String? in
            if case .code(language: _, let command) = block { command } else { nil }
        }
        return Runbook.Item(
            id: id,
            text: text,
            isRequired: isRequired,
            evidence: evidence,
            requires: requires,
            commands: commands
        )
    }
}

extension [MarkdownDocument.Block] {
    /// The elements of all checklists, wherever they stand.
    fileprivate func collectChecks(into elements: inout [MarkdownDocument.Element]) {
        for block in self {
            switch block {
            case .list(start: _, let list):
                for element in list {
                    if element.check != nil { elements.append(element) }
                    element.blocks.collectChecks(into: &elements)
                }
            case .quote(let blocks): blocks.collectChecks(into: &elements)
            case .heading, .paragraph, .code, .table, .rule: break
            }
        }
    }
}
