extension MarkdownDocument {
    /// How a page wants a text.
    package struct HTMLOptions {
        /// The level that the text's highest headings get: one below the page's own, with none left out between.
        package var topHeading = 3
        /// What is filled in for `{{ name }}`; a name without a value stays as it is written.
        package var values: [String: String] = [:]
        /// HTML that stands at the start of a checklist's element; the argument counts them from 0.
        package var check: (Int) -> String = { _ in #"<input type="checkbox" disabled>"# }
        /// HTML that stands at its end: where what proves it is entered.
        package var checkEnd: (Int) -> String = { _ in "" }

        package init() {}
    }

    /// The text as HTML. Everything in it is escaped; links lead only where `LinkPolicy` lets them.
    package func html(_ options: HTMLOptions = HTMLOptions()) throws(MarkdownError) -> String {
        let levels = blocks.compactMap { block in if case .heading(let level, _) = block { level } else { nil } }
        var writer = HTMLWriter(options: options, headingShift: options.topHeading - (levels.min() ?? 1))
        try writer.write(blocks)
        return writer.html
    }
}

/// Which addresses a text may lead to.
package enum LinkPolicy {
    /// `true` for http, https and mailto, for a place in the page, and for a path on this server.
    package static func allows(link url: String) -> Bool {
        switch scheme(of: url) {
        case .none: !url.isEmpty && !url.hasPrefix("//") && isClean(url)
        case .some(let scheme): ["http", "https", "mailto"].contains(scheme) && isClean(url)
        }
    }

    /// Images come from this server only, so that reading a text tells nobody.
    package static func allows(image url: String) -> Bool {
        !url.isEmpty && scheme(of: url) == nil && !url.hasPrefix("//") && isClean(url)
    }

    /// Whether the address leaves this server.
    static func isOutside(_ url: String) -> Bool { scheme(of: url) != nil }

    private static func scheme(of url: String) -> String? {
        let head = url.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard let colon = head.firstIndex(of: ":") else { return nil }
        return head[..<colon].lowercased()
    }

    /// Browsers drop control characters and read `\` as `/`: both make one address look like another.
    private static func isClean(_ url: String) -> Bool {
        url.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value != 0x7F && $0 != "\\" }
    }
}

private struct HTMLWriter {
    let options: MarkdownDocument.HTMLOptions
    let headingShift: Int
    private(set) var html = ""

    init(options: MarkdownDocument.HTMLOptions, headingShift: Int) {
        self.options = options
        self.headingShift = headingShift
    }

    private mutating func put(_ text: String) throws(MarkdownError) {
        html += text
        guard html.utf8.count <= MarkdownDocument.outputMax else { throw .outputTooLong }
    }

    mutating func write(_ blocks: [MarkdownDocument.Block]) throws(MarkdownError) {
        for block in blocks { try write(block) }
    }

    private mutating func write(_ block: MarkdownDocument.Block) throws(MarkdownError) {
        switch block {
        case .heading(let level, let content):
            let level = min(6, max(1, level + headingShift))
            try put("<h\(level)>")
            try write(content)
            try put("</h\(level)>\n")
        case .paragraph(let content):
            try put("<p>")
            try write(content)
            try put("</p>\n")
        case .code(let language, let text):
            let word = language.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
            try put("<pre data-copy><code\(word.isEmpty ? "" : #" class="language-\#(word)""#)>")
            try put(fill(text, quotes: true).escapedForHTML)
            try put("</code></pre>\n")
        case .quote(let blocks):
            try put("<blockquote>\n")
            try write(blocks)
            try put("</blockquote>\n")
        case .list(let start, let elements): try write(list: start, elements)
        case .table(let table): try write(table)
        case .rule: try put("<hr>\n")
        }
    }

    private mutating func write(list start: Int?, _ elements: [MarkdownDocument.Element]) throws(MarkdownError) {
        let isChecklist = elements.contains { $0.check != nil }
        switch start {
        case nil: try put(isChecklist ? "<ul class=\"checklist\">\n" : "<ul>\n")
        case 1: try put("<ol>\n")
        case .some(let number): try put("<ol start=\"\(number)\">\n")
        }
        for element in elements {
            try put("<li>")
            if let check = element.check { try put(options.check(check)) }
            if case .paragraph(let content)? = element.blocks.first, element.blocks.count == 1 {
                try write(content)
            } else {
                try write(element.blocks)
            }
            if let check = element.check { try put(options.checkEnd(check)) }
            try put("</li>\n")
        }
        try put(start == nil ? "</ul>\n" : "</ol>\n")
    }

    private mutating func write(_ table: MarkdownDocument.Table) throws(MarkdownError) {
        try put("<table>\n<thead>\n")
        try write(table.header, "th")
        try put("</thead>\n<tbody>\n")
        for row in table.rows { try write(row, "td") }
        try put("</tbody>\n</table>\n")
    }

    private mutating func write(_ cells: [MarkdownDocument.Cell], _ tag: String) throws(MarkdownError) {
        try put("<tr>")
        for cell in cells {
            // A column without a name has no heading: an empty one would be read out as such.
            let tag = cell.content.isEmpty ? "td" : tag
            switch cell.alignment {
            case .none, .left: try put("<\(tag)>")
            case .center: try put("<\(tag) class=\"center\">")
            case .right: try put("<\(tag) class=\"right\">")
            }
            try write(cell.content)
            try put("</\(tag)>")
        }
        try put("</tr>\n")
    }

    private mutating func write(_ inlines: [MarkdownDocument.Inline]) throws(MarkdownError) {
        for inline in inlines { try write(inline) }
    }

    private mutating func write(_ inline: MarkdownDocument.Inline) throws(MarkdownError) {
        switch inline {
        case .text(let text): try put(fill(text, quotes: false).escapedForHTML)
        case .code(let text): try put("<code>\(fill(text, quotes: true).escapedForHTML)</code>")
        case .emphasis(let content): try write(content, in: "em")
        case .strong(let content): try write(content, in: "strong")
        case .strikethrough(let content): try write(content, in: "del")
        case .link(let url, let title, let content):
            guard LinkPolicy.allows(link: url) else { return try write(content) }
            let rel = LinkPolicy.isOutside(url) ? #" rel="noopener noreferrer""# : ""
            try put("<a href=\"\(url.escapedForHTML)\"\(Self.title(title))\(rel)>")
            try write(content)
            try put("</a>")
        case .image(let url, let title, let content):
            let alternative = content.plainText.escapedForHTML
            guard LinkPolicy.allows(image: url) else { return try put(alternative) }
            try put("<img src=\"\(url.escapedForHTML)\" alt=\"\(alternative)\"\(Self.title(title))>")
        case .lineBreak: try put("<br>\n")
        case .softBreak: try put("\n")
        }
    }

    private mutating func write(_ content: [MarkdownDocument.Inline], in tag: String) throws(MarkdownError) {
        try put("<\(tag)>")
        try write(content)
        try put("</\(tag)>")
    }

    private static func title(_ title: String) -> String {
        title.isEmpty ? "" : " title=\"\(title.escapedForHTML)\""
    }

    private func fill(_ text: String, quotes: Bool) -> String {
        text.filled(with: options.values, quotes: quotes)
    }
}

extension String {
    /// The text with values in its placeholders; `quotes`: as words of a command.
    func filled(with values: [String: String], quotes: Bool) -> String {
        guard !values.isEmpty, contains("{{") else { return self }
        return Placeholders.parts(of: self).map { part in
            switch part {
            case .text(let text): return text
            case .value(let name):
                guard let value = values[name] else { return "{{ \(name) }}" }
                return quotes ? Placeholders.quoted(value) : value
            }
        }.joined()
    }

    /// Safe between tags and in a quoted attribute.
    var escapedForHTML: String {
        guard utf8.contains(where: { "<>&\"'".utf8.contains($0) }) else { return self }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(utf8.count + 16)
        for byte in utf8 {
            switch byte {
            case UInt8(ascii: "<"): bytes += Array("&lt;".utf8)
            case UInt8(ascii: ">"): bytes += Array("&gt;".utf8)
            case UInt8(ascii: "&"): bytes += Array("&amp;".utf8)
            case UInt8(ascii: "\""): bytes += Array("&quot;".utf8)
            case UInt8(ascii: "'"): bytes += Array("&#39;".utf8)
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension [MarkdownDocument.Inline] {
    /// The words without their dress.
    var plainText: String {
        map { inline in
            switch inline {
            case .text(let text), .code(let text): text
            case .emphasis(let content), .strong(let content), .strikethrough(let content): content.plainText
            case .link(_, _, let content), .image(_, _, let content): content.plainText
            case .lineBreak: "\n"
            case .softBreak: " "
            }
        }.joined()
    }
}
