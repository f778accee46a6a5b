/// A Markdown text as a tree: what pages and terminals are written from.
package struct MarkdownDocument: Sendable, Hashable {
    package let blocks: [Block]

    package indirect enum Block: Sendable, Hashable {
        case heading(level: Int, [Inline])
        case paragraph([Inline])
        case code(language: String, String)
        case quote([Block])
        /// `start` is the number of the first element of a numbered list; `nil` for bullets.
        case list(start: Int?, [Element])
        case table(Table)
        case rule
    }

    /// An element of a list.
    package struct Element: Sendable, Hashable {
        /// The place of its `[ ]` among all of the text, counted from 0; `nil` for an ordinary element.
        package let check: Int?
        package let blocks: [Block]
    }

    package struct Table: Sendable, Hashable {
        package let header: [Cell]
        package let rows: [[Cell]]
    }

    package struct Cell: Sendable, Hashable {
        package let alignment: Alignment
        package let content: [Inline]
    }

    package enum Alignment: Sendable, Hashable { case none, left, center, right }

    package indirect enum Inline: Sendable, Hashable {
        case text(String)
        case code(String)
        case emphasis([Inline])
        case strong([Inline])
        case strikethrough([Inline])
        case link(url: String, title: String, [Inline])
        case image(url: String, title: String, [Inline])
        case lineBreak
        case softBreak
    }
}

/// Why a Markdown text is not read.
package enum MarkdownError: Error, Sendable, Hashable {
    /// It is longer than `MarkdownDocument.bytesMax`.
    case tooLong
    /// It is nested deeper than `nestingMax`, or stands for more than `partsMax` parts: a wide table, most often.
    case tooComplex
    /// What it gives is longer than `outputMax`.
    case outputTooLong
}

extension MarkdownDocument {
    package static let bytesMax = 64 << 10
    package static let nestingMax = 32
    package static let partsMax = 100_000
    /// The most that a page may get from one text.
    package static let outputMax = 1 << 20
}
