/// A Markdown file, as far as its titles and links go. Fenced code and code spans are not text.
struct Markdown {
    struct Link: Equatable {
        let target: String
        let line: Int
    }

    let path: String
    /// Whether it begins with a block between `---` lines, in which a title may stand.
    private(set) var hasFrontMatter = false
    private(set) var headings: [(level: Int, text: String, line: Int)] = []
    private(set) var links: [Link] = []

    init(path: String, text: String) {
        self.path = path
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        var fence: Substring?
        var start = 0
        if lines.first == "---", let end = lines.dropFirst().firstIndex(of: "---") {
            hasFrontMatter = true
            start = end + 1
        }
        for (index, line) in lines.enumerated().dropFirst(start) {
            let trimmed = line.drop { $0 == " " }
            if let open = fence {
                if trimmed.hasPrefix(open) { fence = nil }
            } else if trimmed.hasPrefix("```") || trimmed.hasPrefix("~~~") {
                fence = trimmed.prefix(3)
            } else {
                read(line, number: index + 1)
            }
        }
    }

    /// One `# ` title; with front matter, whose `title` may serve, at most one.
    var titleFindings: [Finding] {
        let titles = headings.filter { $0.level == 1 }
        if titles.count == 1 || (titles.isEmpty && hasFrontMatter) { return [] }
        let line = titles.dropFirst().first?.line ?? 1
        return [Finding(path: path, line: line, text: "has \(titles.count) titles (\"# \"); it must have one")]
    }

    /// The names under which its headings can be linked to, as the usual renderers make them.
    var anchors: Set<String> {
        Set(
            headings.map { heading in
                let kept = heading.text.lowercased().filter { $0.isLetter || $0.isNumber || "-_ ".contains($0) }
                return String(kept.map { $0 == " " ? "-" : $0 })
            }
        )
    }

    private mutating func read(_ line: Substring, number: Int) {
        let level = line.prefix { $0 == "#" }.count
        if level > 0, line.dropFirst(level).first == " " {
            headings.append((level, String(line.dropFirst(level + 1)), number))
        }
        let text = Self.withoutCodeSpans(line)
        var rest = text[...]
        while let target = Self.takeTarget(&rest) {
            links.append(Link(target: target, line: number))
        }
    }

    /// The target after the next `](`, and the rest behind it.
    private static func takeTarget(_ rest: inout Substring) -> String? {
        while let bracket = rest.firstIndex(of: "]") {
            rest = rest[rest.index(after: bracket)...]
            guard rest.first == "(" else { continue }
            let target = rest.dropFirst().prefix { $0 != ")" && $0 != " " }
            rest = rest[target.endIndex...]
            return String(target)
        }
        return nil
    }

    private static func withoutCodeSpans(_ line: Substring) -> String {
        var isCode = false
        return String(
            line.compactMap { character -> Character? in
                if character == "`" { isCode.toggle() }
                return isCode || character == "`" ? nil : character
            }
        )
    }
}

extension Repository {
    /// Links of one Markdown file that lead nowhere in this repository.
    func brokenLinks(of markdown: Markdown) -> [Finding] {
        markdown.links.compactMap { link in
            if link.target.contains("://") || link.target.hasPrefix("mailto:") { return nil }
            let parts = link.target.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
            let problem = parts[0].isEmpty ? nil : problem(ofPath: String(parts[0]), from: markdown)
            if let problem = problem ?? (parts.count == 2 ? self.problem(ofAnchor: parts, from: markdown) : nil) {
                return Finding(path: markdown.path, line: link.line, text: "links to \(link.target): \(problem)")
            }
            return nil
        }
    }

    private func problem(ofPath target: String, from markdown: Markdown) -> String? {
        let path = Self.resolve(target, from: markdown.path)
        return path.map(exists) == true ? nil : "not there"
    }

    private func problem(ofAnchor parts: [Substring], from markdown: Markdown) -> String? {
        var document = markdown
        if !parts[0].isEmpty {
            // Only Markdown has headings; what else a part is linked to, such as a line, is not judged.
            guard let path = Self.resolve(String(parts[0]), from: markdown.path), path.hasSuffix(".md"),
                let text = try? text(path)
            else { return nil }
            document = Markdown(path: path, text: text)
        }
        return document.anchors.contains(String(parts[1])) ? nil : "no such heading"
    }

    /// `nil` for what lies outside the repository.
    private static func resolve(_ target: String, from path: String) -> String? {
        var parts = target.hasPrefix("/") ? [] : path.split(separator: "/").dropLast()
        for part in target.split(separator: "/") where part != "." {
            if part != ".." {
                parts.append(part)
            } else if parts.popLast() == nil {
                return nil
            }
        }
        return parts.joined(separator: "/")
    }
}
