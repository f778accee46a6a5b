import SirdarEngine
import Testing

@Suite("Markdown")
struct MarkdownTests {
    private func html(_ text: String) throws -> String { try MarkdownDocument(parsing: text).html() }

    @Test(
        "is CommonMark with tables, strikethrough and task lists",
        arguments: [
            ("a *b* **c** ~~d~~ `e<f`\n", "<p>a <em>b</em> <strong>c</strong> <del>d</del> <code>e&lt;f</code></p>\n"),
            ("# One\n###### Six\n", "<h3>One</h3>\n<h6>Six</h6>\n"),
            ("1. a\n2. b\n", "<ol>\n<li>a</li>\n<li>b</li>\n</ol>\n"),
            ("3. a\n", "<ol start=\"3\">\n<li>a</li>\n</ol>\n"),
            ("- a\n  - b\n", "<ul>\n<li><p>a</p>\n<ul>\n<li>b</li>\n</ul>\n</li>\n</ul>\n"),
            ("> a\n", "<blockquote>\n<p>a</p>\n</blockquote>\n"),
            ("a  \nb\nc\n", "<p>a<br>\nb\nc</p>\n"),
            ("---\n", "<hr>\n"),
            (
                "|a|b|\n|:-:|--:|\n|1|2|\n",
                "<table>\n<thead>\n<tr><th class=\"center\">a</th><th class=\"right\">b</th></tr>\n</thead>\n<tbody>\n"
                    + "<tr><td class=\"center\">1</td><td class=\"right\">2</td></tr>\n</tbody>\n</table>\n"
            ),
            ("```sh\na && b\n```\n", "<pre data-copy><code class=\"language-sh\">a &amp;&amp; b\n</code></pre>\n"),
            (
                "- a\n  ```\n  x\n  ```\n  b\n",
                "<ul>\n<li><p>a</p>\n<pre data-copy><code>x\n</code></pre>\n<p>b</p>\n</li>\n</ul>\n"
            ),
            ("&amp; &lt; &#x3c; &copy; &unknown; &#0;\n", "<p>&amp; &lt; &lt; © &amp;unknown; \u{FFFD}</p>\n"),
            (
                "[a](/b \"c\") [d](https://e.f?x=1&y=2)\n",
                "<p><a href=\"/b\" title=\"c\">a</a> "
                    + "<a href=\"https://e.f?x=1&amp;y=2\" rel=\"noopener noreferrer\">d</a></p>\n"
            ),
            ("![a *b*](/c.png)\n", "<p><img src=\"/c.png\" alt=\"a b\"></p>\n"),
        ]
    )
    func renders(_ text: String, _ expected: String) throws {
        #expect(try html(text) == expected)
    }

    @Test(
        "lets no script through",
        arguments: [
            "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[a](javascript:alert(1))",
            "[a](JaVaScRiPt:alert(1))", "[a](&#106;avascript:alert(1))", "[a](java&#10;script:alert(1))",
            "[a](data:text/html,x)", "[a](vbscript:x)", "[a](//evil.example)", "[a](\\\\\\\\evil.example)",
            "![a](https://evil.example/x.png)", "![a](javascript:x)", "<javascript:alert(1)>",
            "<a href='javascript:x'>",
            "[a](/b \"onmouseover=alert(1)\\\" x=\\\"\")", "```\"><script>\nx\n```", "[a]: javascript:x\n\n[a]",
            "[a](\u{1}javascript:x)", "[a](file:///etc/passwd)", "<svg onload=x>", "&lt;script&gt;",
        ]
    )
    func scripts(_ text: String) throws {
        let html = try html(text)
        for tag in html.split(separator: "<").dropFirst() {
            let inside = tag.prefix { $0 != ">" }.lowercased()
            let isKnown = ["p", "/p", "a ", "/a", "pre data-copy", "/pre", "code", "/code"].contains {
                inside.hasPrefix($0)
            }
            #expect(isKnown, "\(html)")
            #expect(!inside.contains("script:") && !inside.contains("evil") && !inside.contains("data:"), "\(html)")
            #expect(!inside.contains(" on") && !inside.contains("file:"), "\(html)")
        }
    }

    @Test("is bounded in length, depth and width")
    func limits() throws {
        #expect(throws: MarkdownError.tooLong) { try MarkdownDocument(parsing: String(repeating: "a", count: 65_537)) }
        #expect(throws: MarkdownError.tooComplex) {
            try MarkdownDocument(parsing: String(repeating: "> ", count: 100) + "a")
        }
        let wide = String(repeating: "|a", count: 4000) + "|\n" + String(repeating: "|---", count: 4000) + "|\n"
        #expect(throws: MarkdownError.tooComplex) {
            try MarkdownDocument(parsing: wide + String(repeating: "a\n", count: 20_000))
        }
        let dense = String(repeating: "'", count: 60_000)
        #expect(try html(dense).utf8.count < MarkdownDocument.outputMax)
    }

    @Test(
        "a value in a command is one word",
        arguments: [
            ("10.0.0.1", "10.0.0.1"), ("/mnt/a-b_c", "/mnt/a-b_c"), ("", "''"), ("a b", "'a b'"),
            ("it's", #"'it'\''s'"#),
            ("$(x)", "'$(x)'"), ("a;b", "'a;b'"), ("`x`", "'`x`'"), ("a\nb", "'a\nb'"), ("*", "'*'"), ("~", "'~'"),
        ]
    )
    func quoting(_ value: String, _ expected: String) { #expect(Placeholders.quoted(value) == expected) }
}
