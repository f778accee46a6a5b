import CMarkdown

/// Builds the tree from the parser's callbacks; each answers 0 to go on, and anything else to stop.
final class MarkdownBuilder {
    private typealias Block = MarkdownDocument.Block
    private typealias Inline = MarkdownDocument.Inline

    /// What has been entered and not yet left.
    private struct Frame {
        var blocks: [MarkdownDocument.Block] = []
        var inlines: [MarkdownDocument.Inline] = []
        var elements: [MarkdownDocument.Element] = []
        var cells: [MarkdownDocument.Cell] = []
        var rows: [[MarkdownDocument.Cell]] = []
        /// The text of a code block or span.
        var verbatim = ""
        var level = 0
        var start: Int?
        var check: Int?
        var language = ""
        var url = ""
        var title = ""
        var alignment = MarkdownDocument.Alignment.none
    }

    private var frames: [Frame] = [Frame()]
    private var parts = 0
    private(set) var checks: [Int] = []
    /// A limit is passed. Kept here, since not every way out of the parser hands on that it was stopped.
    private(set) var isStopped = false

    var blocks: [MarkdownDocument.Block] { frames.first?.blocks ?? [] }

    private func push(_ frame: Frame) -> Int32 {
        parts += 1
        frames.append(frame)
        return goesOn
    }

    private var goesOn: Int32 {
        if frames.count > MarkdownDocument.nestingMax + 1 || parts > MarkdownDocument.partsMax { isStopped = true }
        return isStopped ? 1 : 0
    }

    private func pop() -> Frame {
        guard frames.count > 1, let frame = frames.popLast() else {
            preconditionFailure("what is left has been entered")
        }
        return frame
    }

    private func add(_ block: Block) { frames[frames.count - 1].blocks.append(block) }
    private func add(_ inline: Inline) { frames[frames.count - 1].inlines.append(inline) }

    // MARK: Blocks

    func enter(block: MD_BLOCKTYPE, _ detail: UnsafeMutableRawPointer?) -> Int32 {
        closeParagraph()
        var frame = Frame()
        switch block {
        case MD_BLOCK_DOC: return 0
        case MD_BLOCK_H: frame.level = Int(detail?.load(as: MD_BLOCK_H_DETAIL.self).level ?? 1)
        case MD_BLOCK_OL: frame.start = Int(detail?.load(as: MD_BLOCK_OL_DETAIL.self).start ?? 1)
        case MD_BLOCK_LI:
            if let item = detail?.load(as: MD_BLOCK_LI_DETAIL.self), item.is_task != 0 {
                frame.check = checks.count
                checks.append(Int(item.task_mark_offset))
            }
        case MD_BLOCK_CODE:
            if let code = detail?.load(as: MD_BLOCK_CODE_DETAIL.self) { frame.language = Self.string(code.lang) }
        case MD_BLOCK_TH, MD_BLOCK_TD:
            switch detail?.load(as: MD_BLOCK_TD_DETAIL.self).align {
            case MD_ALIGN_LEFT: frame.alignment = .left
            case MD_ALIGN_CENTER: frame.alignment = .center
            case MD_ALIGN_RIGHT: frame.alignment = .right
            default: frame.alignment = .none
            }
        default: break
        }
        return push(frame)
    }

    /// The text of an element of a tight list comes without a paragraph around it.
    private func closeParagraph() {
        let last = frames.count - 1
        guard !frames[last].inlines.isEmpty else { return }
        frames[last].blocks.append(.paragraph(frames[last].inlines))
        frames[last].inlines = []
    }

    func leave(block: MD_BLOCKTYPE) -> Int32 {
        if block == MD_BLOCK_DOC { return 0 }
        let frame = pop()
        let inner = frames.count - 1
        switch block {
        case MD_BLOCK_H: add(.heading(level: frame.level, frame.inlines))
        case MD_BLOCK_P: add(.paragraph(frame.inlines))
        case MD_BLOCK_CODE: add(.code(language: frame.language, frame.verbatim))
        case MD_BLOCK_QUOTE: add(.quote(frame.blocks))
        case MD_BLOCK_UL: add(.list(start: nil, frame.elements))
        case MD_BLOCK_OL: add(.list(start: frame.start ?? 1, frame.elements))
        case MD_BLOCK_LI:
            let rest = frame.inlines.isEmpty ? [] : [Block.paragraph(frame.inlines)]
            frames[inner].elements.append(.init(check: frame.check, blocks: frame.blocks + rest))
        case MD_BLOCK_TABLE: add(.table(.init(header: frame.cells, rows: frame.rows)))
        case MD_BLOCK_THEAD: frames[inner].cells = frame.rows.first ?? []
        case MD_BLOCK_TBODY: frames[inner].rows = frame.rows
        case MD_BLOCK_TR: frames[inner].rows.append(frame.cells)
        case MD_BLOCK_TH, MD_BLOCK_TD:
            frames[inner].cells.append(.init(alignment: frame.alignment, content: frame.inlines))
        case MD_BLOCK_HR: add(.rule)
        default: add(.paragraph([.text(frame.verbatim)]))
        }
        return 0
    }

    // MARK: Spans

    func enter(span: MD_SPANTYPE, _ detail: UnsafeMutableRawPointer?) -> Int32 {
        var frame = Frame()
        if span == MD_SPAN_A, let link = detail?.load(as: MD_SPAN_A_DETAIL.self) {
            frame.url = Self.string(link.href)
            frame.title = Self.string(link.title)
        } else if span == MD_SPAN_IMG, let image = detail?.load(as: MD_SPAN_IMG_DETAIL.self) {
            frame.url = Self.string(image.src)
            frame.title = Self.string(image.title)
        }
        return push(frame)
    }

    func leave(span: MD_SPANTYPE) -> Int32 {
        let frame = pop()
        switch span {
        case MD_SPAN_EM: add(.emphasis(frame.inlines))
        case MD_SPAN_STRONG: add(.strong(frame.inlines))
        case MD_SPAN_DEL: add(.strikethrough(frame.inlines))
        case MD_SPAN_CODE: add(.code(frame.verbatim))
        case MD_SPAN_A: add(.link(url: frame.url, title: frame.title, frame.inlines))
        case MD_SPAN_IMG: add(.image(url: frame.url, title: frame.title, frame.inlines))
        default: for inline in frame.inlines { add(inline) }
        }
        return 0
    }

    // MARK: Text

    func text(_ type: MD_TEXTTYPE, _ characters: UnsafeBufferPointer<CChar>) -> Int32 {
        parts += 1
        let text = Self.string(characters)
        switch type {
        case MD_TEXT_CODE: frames[frames.count - 1].verbatim += text
        case MD_TEXT_BR: add(.lineBreak)
        case MD_TEXT_SOFTBR: add(.softBreak)
        case MD_TEXT_NULLCHAR: append("\u{FFFD}")
        case MD_TEXT_ENTITY: append(Entity.decoded(text))
        default: append(text)
        }
        return goesOn
    }

    /// Text comes in pieces; they are one again here.
    private func append(_ text: String) {
        let last = frames.count - 1
        if case .text(let before)? = frames[last].inlines.last {
            frames[last].inlines[frames[last].inlines.count - 1] = .text(before + text)
        } else {
            frames[last].inlines.append(.text(text))
        }
    }

    private static func string(_ characters: UnsafeBufferPointer<CChar>) -> String {
        characters.withMemoryRebound(to: UInt8.self) { String(decoding: $0, as: UTF8.self) }
    }

    private static func string(_ attribute: MD_ATTRIBUTE) -> String {
        guard attribute.size > 0 else { return "" }
        var text = ""
        var piece = 0
        var start = Int(attribute.substr_offsets[0])
        while start < Int(attribute.size) {
            let end = Int(attribute.substr_offsets[piece + 1])
            let part = string(UnsafeBufferPointer(start: attribute.text + start, count: end - start))
            text += attribute.substr_types[piece] == MD_TEXT_ENTITY ? Entity.decoded(part) : part
            piece += 1
            start = end
        }
        return text
    }
}

/// Character references: all that are numbers, and the few names that people write.
private enum Entity {
    private static let named: [String: String] = [
        "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": "\"", "&apos;": "'", "&nbsp;": "\u{A0}", "&hellip;": "…",
        "&mdash;": "—", "&ndash;": "–", "&rarr;": "→", "&larr;": "←", "&copy;": "©", "&deg;": "°", "&times;": "×",
    ]

    /// What the reference stands for; itself when that is not known.
    static func decoded(_ reference: String) -> String {
        if let text = named[reference] { return text }
        guard reference.hasPrefix("&#"), reference.hasSuffix(";") else { return reference }
        let digits = reference.dropFirst(2).dropLast()
        let isHexadecimal = digits.first == "x" || digits.first == "X"
        let code = isHexadecimal ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
        guard let code, code != 0, let scalar = Unicode.Scalar(code) else { return "\u{FFFD}" }
        return String(Character(scalar))
    }
}
