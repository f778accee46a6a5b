import Testing

/// What holds for every file of this repository. Each rule is seen to fail in `TidyRuleTests`.
@Suite("Tidy")
struct TidyTests {
    static let repository = Repository.here
    static let sources = repository.files(endingIn: [".swift"])
    static let documents = repository.files(endingIn: [".md"]).map { Markdown(path: $0.path, text: $0.text) }
    /// What people write: data that others made (test suites, recorded answers) is in other endings.
    static let texts = repository.files(endingIn: [
        ".swift", ".md", ".yaml", ".yml", ".sh", ".mustache", ".css", ".js", ".py", "Makefile", ".ci/run",
    ])

    @Test("the repository is found, and what git ignores is left out")
    func repositoryIsFound() {
        #expect(Self.repository.files.contains { $0.path == "Package.swift" })
        #expect(Self.sources.contains { $0.path == "Tests/RepositoryTests/TidyTests.swift" })
        #expect(!Self.repository.files.contains { $0.path.hasPrefix(".build/") || $0.path.hasPrefix(".git/") })
        #expect(!Self.repository.files.contains { $0.path == "Package.resolved" })
    }

    @Test("a Swift file has at most 500 lines, each of at most 120 characters")
    func filesAreShort() {
        Self.sources.flatMap { Size.findings(path: $0.path, text: $0.text) }.report()
    }

    @Test("a function has at most 70 lines")
    func functionsAreShort() {
        Self.sources.flatMap { Size.findings(functionsOf: SwiftSource(path: $0.path, bytes: $0.bytes)) }.report()
    }

    @Test("no banned word is written")
    func wordsAreOurs() {
        let findings = Self.texts.flatMap { Words.findings(in: ScannedText(path: $0.path, bytes: $0.bytes)) }
        Words.unexcused(findings).report()
    }

    @Test("every exception names a rule, has a reason, and is still needed")
    func exceptionsAreNeeded() {
        for exception in WordException.all {
            #expect(!exception.reason.isEmpty)
            let file = Self.texts.first { $0.path == exception.path }
            let text = file.map { ScannedText(path: $0.path, bytes: $0.bytes) }
            let isNeeded = WordRule.all.contains { rule in
                rule.word == exception.word && text.map { !rule.findings(in: $0).isEmpty } == true
            }
            #expect(isNeeded, "\(exception.word) is not in \(exception.path)")
        }
    }

    @Test("every Markdown file has exactly one title")
    func documentsHaveOneTitle() {
        Self.documents.flatMap(\.titleFindings).report()
    }

    @Test("every relative link in a Markdown file leads somewhere")
    func linksResolve() {
        Self.documents.flatMap { Self.repository.brokenLinks(of: $0) }.report()
    }

    @Test("no file is larger than 512 KiB")
    func filesAreSmall() {
        Self.repository.files.flatMap { Size.findings(path: $0.path, bytes: $0.size) }.report()
    }

    @Test("the decision records are numbered without a gap, and the index names each")
    func decisionsAreNumbered() throws {
        let folder = "docs/decisions/"
        let names = Self.repository.files(endingIn: [".md"], in: [folder]).map {
            String($0.path.dropFirst(folder.count))
        }
        let index = try Self.repository.text(folder + "README.md")
        Decisions.findings(names: names.filter { $0 != "README.md" }, index: index).report()
    }

    @Test("the glossary argues every word that is not used here")
    func glossaryArguesTheWords() throws {
        let glossary = ScannedText(path: "", text: try Self.repository.text("docs/glossary.md"))
        for rule in WordRule.vocabulary {
            #expect(!rule.findings(in: glossary).isEmpty, "docs/glossary.md does not say why not \"\(rule.word)\"")
        }
    }
}

/// How large things may be.
enum Size {
    static let fileLinesMax = 500
    static let lineCharactersMax = 120
    static let functionLinesMax = 70
    static let fileBytesMax = 512 * 1024

    static func findings(path: String, text: String) -> [Finding] {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        var findings: [Finding] = []
        if lines.count > fileLinesMax {
            let text = "\(lines.count) lines; at most \(fileLinesMax)"
            findings.append(Finding(path: path, line: lines.count, text: text))
        }
        for (index, line) in lines.enumerated() where isLong(line) {
            let text = "\(line.count) characters; at most \(lineCharactersMax)"
            findings.append(Finding(path: path, line: index + 1, text: text))
        }
        return findings
    }

    static func findings(functionsOf source: SwiftSource) -> [Finding] {
        guard source.isBalanced else {
            return [Finding(path: source.path, line: 1, text: "cannot be judged: its braces or strings do not close")]
        }
        return FunctionLengths(source).functions.filter { $0.length > functionLinesMax }.map { function in
            let text = "\(function.name) has \(function.length) lines; at most \(functionLinesMax)"
            return Finding(path: source.path, line: function.line, text: text)
        }
    }

    /// The bytes are at least as many as the characters, and much faster to count.
    private static func isLong(_ line: Substring) -> Bool {
        line.utf8.count > lineCharactersMax && line.count > lineCharactersMax
    }

    static func findings(path: String, bytes: Int) -> [Finding] {
        if bytes <= fileBytesMax { return [] }
        return [Finding(path: path, line: 1, text: "\(bytes) bytes; at most \(fileBytesMax)")]
    }
}

/// Applies the word rules and their exceptions.
enum Words {
    typealias Found = (rule: WordRule, finding: Finding)

    static func findings(in text: ScannedText) -> [Found] {
        WordRule.all.flatMap { rule in rule.findings(in: text).map { (rule, $0) } }
    }

    /// The banned words stand in the list of banned words, and samples of them in the tests of the rules.
    static func unexcused(_ findings: [Found]) -> [Finding] {
        findings.filter { found in
            !found.finding.path.hasPrefix("Tests/RepositoryTests/WordRule")
                && !found.finding.path.hasPrefix("Tests/RepositoryTests/TidyRuleTests")
                && !WordException.all.contains { $0.word == found.rule.word && $0.path == found.finding.path }
        }
        .map(\.finding)
    }
}

/// `0001-a-title-in-words.md` and onwards.
enum Decisions {
    static func findings(names: [String], index: String) -> [Finding] {
        let folder = "docs/decisions/"
        return names.sorted().enumerated().flatMap { position, name -> [Finding] in
            let digits = String(position + 1)
            let number = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
            var findings: [Finding] = []
            if !name.hasPrefix(number + "-") {
                findings.append(Finding(path: folder + name, line: 1, text: "the next number is \(number)"))
            }
            if !index.contains("(" + name + ")") {
                findings.append(Finding(path: folder + "README.md", line: 1, text: "does not name \(name)"))
            }
            return findings
        }
    }
}
