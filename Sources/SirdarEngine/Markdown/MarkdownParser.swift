import CMarkdown

extension MarkdownDocument {
    /// Reads CommonMark with tables, strikethrough and task lists. Raw HTML is no part of it, and comes out as text.
    package init(parsing text: String) throws(MarkdownError) {
        self = try MarkdownParser.parse(text).document
    }
}

/// Drives libmd4c, whose callbacks build the tree.
enum MarkdownParser {
    struct Parsed {
        let document: MarkdownDocument
        /// For each task-list element, the offset in bytes of the character between its brackets.
        let checks: [Int]
    }

    static func parse(_ text: String) throws(MarkdownError) -> Parsed {
        guard text.utf8.count <= MarkdownDocument.bytesMax else { throw .tooLong }
        let builder = MarkdownBuilder()
        var parser = MD_PARSER()
        parser.flags = UInt32(MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_TASKLISTS | MD_FLAG_NOHTMLBLOCKS)
        parser.flags |= UInt32(MD_FLAG_NOHTMLSPANS)
        parser.enter_block = { type, detail, builder in MarkdownParser.builder(builder).enter(block: type, detail) }
        parser.leave_block = { type, _, builder in MarkdownParser.builder(builder).leave(block: type) }
        parser.enter_span = { type, detail, builder in MarkdownParser.builder(builder).enter(span: type, detail) }
        parser.leave_span = { type, _, builder in MarkdownParser.builder(builder).leave(span: type) }
        parser.text = { type, text, size, builder in
            MarkdownParser.builder(builder).text(type, UnsafeBufferPointer(start: text, count: Int(size)))
        }
        var copy = text
        let result = copy.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                md_parse(
                    characters.baseAddress,
                    MD_SIZE(characters.count),
                    &parser,
                    Unmanaged.passUnretained(builder).toOpaque()
                )
            }
        }
        guard result == 0, !builder.isStopped else { throw .tooComplex }
        return Parsed(document: MarkdownDocument(blocks: builder.blocks), checks: builder.checks)
    }

    private static func builder(_ pointer: UnsafeMutableRawPointer?) -> MarkdownBuilder {
        guard let pointer else { preconditionFailure("the parser hands back what it was given") }
        return Unmanaged<MarkdownBuilder>.fromOpaque(pointer).takeUnretainedValue()
    }
}
