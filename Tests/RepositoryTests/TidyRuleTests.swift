import Testing

/// Each tidy rule on a sample that breaks it and on one that does not: a check nobody has seen fail is not a check.
@Suite("Tidy rules")
struct TidyRuleTests {
    @Test("a file of 501 lines is found, one of 500 is not")
    func longFile() {
        let line = "let a = 1\n"
        #expect(Size.findings(path: "a.swift", text: String(repeating: line, count: 500)).isEmpty)
        #expect(Size.findings(path: "a.swift", text: String(repeating: line, count: 501)).map(\.line) == [501])
    }

    @Test("a line of 121 characters is found, one of 120 is not, however many bytes they take")
    func longLine() {
        let text = String(repeating: "é", count: 120) + "\n" + String(repeating: "a", count: 121) + "\n"
        #expect(Size.findings(path: "a.swift", text: text).map(\.line) == [2])
    }

    @Test("a file over 512 KiB is found")
    func largeFile() {
        #expect(Size.findings(path: "a", bytes: 512 * 1024).isEmpty)
        #expect(Size.findings(path: "a", bytes: 512 * 1024 + 1).count == 1)
    }

    @Test("a function of 71 lines is found, one of 70 is not")
    func longFunction() {
        #expect(Self.lengths("func f() {\n" + String(repeating: "a()\n", count: 68) + "}") == ["f": 70])
        let long = "func f() {\n" + String(repeating: "a()\n", count: 69) + "}"
        let findings = Size.findings(functionsOf: SwiftSource(path: "a.swift", text: long))
        #expect(findings.map(\.text) == ["f has 71 lines; at most 70"])
    }

    @Test("braces in strings, interpolations and comments do not count")
    func bracesThatAreText() {
        #expect(Self.lengths("func f() {\n  a(\"}\\\"}\")\n}") == ["f": 3])
        #expect(Self.lengths("func f() {\n  a(#\"}\"}\"#)\n}") == ["f": 3])
        #expect(Self.lengths("func f() {\n  // }\n  /* } /* } */ } */\n}") == ["f": 4])
        #expect(Self.lengths("func f() {\n  a(\"\"\"\n    } \"quoted\" {\n    \"\"\")\n}") == ["f": 5])
        #expect(Self.lengths("func f() {\n  a(\"\\(b.map { \"}\" + c($0) })}\")\n}") == ["f": 3])
        #expect(Self.lengths("func f() {\n  a(#\"\\(}\\#(b { c })\"#)\n}") == ["f": 3])
    }

    @Test("every kind of function is measured, and what has no body is not")
    func kindsOfFunctions() {
        let text = """
            protocol P {
                func without() -> [Int]
                init(a: Int)
                var value: Int { get }
            }
            struct S {
                var stored = 0
                var computed: Int {
                    1
                }
                init(a: Int = { 1 }()) {
                    self.init(b: .init())
                }
                subscript(index: Int) -> Int { index }
                func generic<T>(_ body: () -> T) throws(E) -> T
                where
                    T: P
                {
                    body()
                }
            }
            """
        #expect(Self.lengths(text) == ["value": 1, "computed": 3, "a": 3, "index": 1, "generic": 6])
    }

    @Test("a file whose braces or strings do not close is a finding", arguments: ["{", "}", "f(\"", "/* ", "([)]"])
    func unbalanced(text: String) {
        #expect(Size.findings(functionsOf: SwiftSource(path: "a.swift", text: text)).count == 1)
    }

    @Test("every banned word is found where the rule looks, in each of its forms")
    func bannedWords() {
        for rule in WordRule.all {
            #expect(!rule.instead.isEmpty)
            for word in [rule.word] + rule.also {
                let text = ScannedText(path: rule.scope[0] + "a.swift", text: "\n  \(word)\n")
                #expect(rule.findings(in: text).map(\.line) == [2])
            }
        }
    }

    @Test("code rules look neither at comments nor at strings, and words are whole")
    func codeRules() throws {
        let text = "// try! Regex\nlet a = \"print( try!\"\nblueprint(a)\nprint(a)\nlet b = RegexLike()"
        let found = Words.findings(in: ScannedText(path: "Sources/A/a.swift", text: text))
        #expect(found.map(\.finding.line) == [4])
        #expect(Words.findings(in: ScannedText(path: "Sources/sirdar/a.swift", text: text)).isEmpty)
    }

    @Test("vocabulary is found inside names, in any case, and across lines")
    func vocabularyInNames() {
        let names = "let runningJob = JOB_COUNT\nlet jobless = HTTPJob()\n"
        let text = names + "audit\nlog: the Unix epoch, sinceUnixEpoch, epoch"
        let found = Words.findings(in: ScannedText(path: "a.md", text: text))
        #expect(found.map(\.rule.word) == ["job", "job", "job", "epoch", "audit log"])
        #expect(found.map(\.finding.line) == [1, 1, 2, 4, 3])
    }

    @Test("a rule leaves its homes alone, and an exception lets nothing else through")
    func homesAndExceptions() {
        let sample = "let now = Date()"
        #expect(Words.findings(in: ScannedText(path: "Sources/SirdarEngine/Support/Clock.swift", text: sample)).isEmpty)
        #expect(Words.findings(in: ScannedText(path: "Sources/SirdarEngine/Engine.swift", text: sample)).count == 1)
        let glossary = Words.findings(in: ScannedText(path: "docs/glossary.md", text: "no job, no " + "TO" + "DO"))
        #expect(Words.unexcused(glossary).count == 1)
    }

    @Test("no title and two titles are found; a title in code or front matter is known for what it is")
    func titles() {
        #expect(Markdown(path: "a.md", text: "text\n## b").titleFindings.count == 1)
        #expect(Markdown(path: "a.md", text: "# a\n\n# b").titleFindings.map(\.line) == [3])
        #expect(Markdown(path: "a.md", text: "# a\n```sh\n# b\n```").titleFindings.isEmpty)
        #expect(Markdown(path: "a.md", text: "---\n# b\ntitle: a\n---\n## c").titleFindings.isEmpty)
        #expect(Markdown(path: "a.md", text: "---\ntitle: a\n---\n# c\n# d").titleFindings.count == 1)
    }

    @Test("links to what is not there are found; addresses and code are left alone")
    func links() {
        let text = """
            # Title
            [a](../README.md) [b](nowhere.md "hint") [c](https://example.org/x) [d](#title) [e](#none) `[f](code.md)`
            [g](../../../outside) ![h](glossary.md#no-such-heading)
            """
        let findings = Repository.here.brokenLinks(of: Markdown(path: "docs/sample.md", text: text))
        #expect(
            findings.map(\.text) == [
                "links to nowhere.md: not there",
                "links to #none: no such heading",
                "links to ../../../outside: not there",
                "links to glossary.md#no-such-heading: no such heading",
            ]
        )
        let own = Markdown(path: "docs/glossary.md", text: text)
        #expect(own.anchors == ["title"])
    }

    @Test("a gap, a repetition and an unlisted record are found")
    func decisions() {
        #expect(Decisions.findings(names: ["0001-a.md", "0002-b.md"], index: "(0001-a.md) (0002-b.md)").isEmpty)
        #expect(Decisions.findings(names: ["0001-a.md", "0003-b.md"], index: "(0001-a.md) (0003-b.md)").count == 1)
        #expect(Decisions.findings(names: ["0001-a.md", "0001-b.md"], index: "(0001-a.md) (0001-b.md)").count == 1)
        #expect(Decisions.findings(names: ["0001-a.md"], index: "").map(\.path) == ["docs/decisions/README.md"])
    }

    @Test("the forms of .gitignore that are used are understood")
    func ignored() {
        let list = IgnoreList(text: "# note\n.build/\n.build-*/\nPackage.resolved\n*.pyc\n")
        #expect(list.holds(".build", isFolder: true) && list.holds(".build-tsan", isFolder: true))
        #expect(list.holds("Package.resolved", isFolder: false) && list.holds("a.pyc", isFolder: false))
        #expect(!list.holds(".build", isFolder: false) && !list.holds("Package.swift", isFolder: false))
        #expect(!list.holds("# note", isFolder: false))
    }

    private static func lengths(_ text: String) -> [String: Int] {
        let functions = FunctionLengths(SwiftSource(path: "a.swift", text: text)).functions
        return Dictionary(functions.map { ($0.name, $0.length) }, uniquingKeysWith: max)
    }
}
