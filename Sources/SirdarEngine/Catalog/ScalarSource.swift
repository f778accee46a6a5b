import SirdarCore
import Yams

/// Finds where each part of a scalar's value stands in the source, so that a mistake in an expression can be shown
/// at its very column although quotes, escapes, folding and indentation lie between.
struct ScalarSource {
    private let lines: [ArraySlice<Unicode.Scalar>]

    init(_ text: String) {
        // By scalars, not by characters: `\r\n` is one character, and columns are looked up in constant time.
        lines = Array(text.unicodeScalars).split(separator: "\n", omittingEmptySubsequences: false)
    }

    func runs(of scalar: Yams.Node.Scalar, at place: Place) -> [Located.Text.Run] {
        guard !scalar.string.isEmpty, lines.indices.contains(place.line - 1) else { return [] }
        let start = afterProperties(place)
        switch scalar.style {
        case .literal, .folded: return block(scalar.string, from: start)
        case .singleQuoted: return flow(from: start, quote: "'")
        case .doubleQuoted: return flow(from: start, quote: "\"")
        case .plain, .any:
            let length = scalar.string.unicodeScalars.count
            let rest = lines[start.line - 1].dropFirst(start.column - 1)
            if rest.prefix(length).elementsEqual(scalar.string.unicodeScalars) {
                return [.init(offset: 0, place: start)]
            }
            return flow(from: start, quote: nil, limit: length)
        }
    }

    /// The parser's mark is where an anchor or a tag stands, if there is one; the value begins after it.
    private func afterProperties(_ place: Place) -> Place {
        var place = place
        while true {
            let rest = lines[place.line - 1].dropFirst(place.column - 1)
            guard rest.first == "&" || rest.first == "!" else { return place }
            let property = rest.prefix { $0 != " " && $0 != "\t" && $0 != "\r" }
            let gap = rest.dropFirst(property.count).prefix { $0 == " " || $0 == "\t" || $0 == "\r" }
            let column = place.column + property.count + gap.count
            if rest.count > property.count + gap.count {
                place = Place(line: place.line, column: column)
            } else if lines.indices.contains(place.line) {
                let indent = lines[place.line].prefix { $0 == " " }.count
                place = Place(line: place.line + 1, column: indent + 1)
            } else {
                return place
            }
        }
    }

    // MARK: Quoted and plain scalars

    private func flow(from start: Place, quote: Unicode.Scalar?, limit: Int = .max) -> [Located.Text.Run] {
        var cursor = FlowCursor(line: start.line, column: start.column + (quote == nil ? 0 : 1), quote: quote)
        var runs: [Located.Text.Run] = []
        repeat {
            runs.append(.init(offset: cursor.offset, place: Place(line: cursor.line, column: cursor.column)))
        } while cursor.advance(in: lines) && cursor.offset < limit
        return runs
    }

    // MARK: Literal and folded scalars

    private func block(_ value: String, from start: Place) -> [Located.Text.Run] {
        let value = Array(value.unicodeScalars)
        var runs: [Located.Text.Run] = []
        var offset = 0
        var indent: Int?
        for number in start.line..<max(start.line, lines.count) {
            let line = lines[number]
            let spaces = line.prefix { $0 == " " }.count
            guard spaces < line.count, offset < value.count else { continue }
            let margin = indent ?? blockIndent(start, first: spaces)
            indent = margin
            guard spaces >= margin else { break }
            let content = Array(line.dropFirst(margin)).trimmedCarriageReturn
            // Between two lines stand line feeds, or the one space that a fold leaves.
            while offset < value.count, !value[offset...].starts(with: content) { offset += 1 }
            guard offset < value.count else { break }
            runs.append(.init(offset: offset, place: Place(line: number + 1, column: margin + 1)))
            offset += content.count
        }
        return runs
    }

    /// The indentation of a block: said in its header (`|2`), relative to what is around it, or that of its first line.
    private func blockIndent(_ start: Place, first: Int) -> Int {
        let header = lines[start.line - 1].dropFirst(start.column).prefix { $0 != " " && $0 != "#" }
        guard let digit = header.first(where: { ("1"..."9").contains($0) }) else { return first }
        let parent = lines[start.line - 1].prefix { $0 == " " || $0 == "-" }.count
        return min(first, parent + Int(digit.value - 48))
    }
}

extension [Unicode.Scalar] {
    fileprivate var trimmedCarriageReturn: [Unicode.Scalar] { last == "\r" ? dropLast() : self }
}

/// Walks over a quoted or plain scalar, from one place where columns jump to the next.
private struct FlowCursor {
    var line: Int
    var column: Int
    let quote: Unicode.Scalar?
    /// Scalars of the value passed so far.
    var offset = 0

    /// Goes on to the next jump; `false` at the scalar's end.
    mutating func advance(in lines: [ArraySlice<Unicode.Scalar>]) -> Bool {
        var rest = lines[line - 1].dropFirst(column - 1)
        while let scalar = rest.first {
            let blanks = rest.prefix { $0 == " " || $0 == "\t" || $0 == "\r" }.count
            guard blanks == 0 else {
                rest = rest.dropFirst(blanks)
                if rest.isEmpty { break }
                column += blanks
                offset += blanks
                continue
            }
            switch (scalar, quote) {
            case ("'", "'"):
                guard rest.dropFirst().first == "'" else { return false }
                return step(2, gives: 1)
            case ("\"", "\""): return false
            case ("\\", "\""):
                guard let escaped = rest.dropFirst().first else { return fold(lines, isEscaped: true) }
                return step(2 + Self.digits(escaped), gives: 1)
            case (_, _):
                rest = rest.dropFirst()
                column += 1
                offset += 1
            }
        }
        return fold(lines, isEscaped: false)
    }

    private mutating func step(_ columns: Int, gives scalars: Int) -> Bool {
        column += columns
        offset += scalars
        return true
    }

    private static func digits(_ escaped: Unicode.Scalar) -> Int {
        switch escaped {
        case "x": 2
        case "u": 4
        case "U": 8
        default: 0
        }
    }

    /// A line break becomes a space, or one line feed for each empty line after it; an escaped one becomes nothing.
    private mutating func fold(_ lines: [ArraySlice<Unicode.Scalar>], isEscaped: Bool) -> Bool {
        var empty = 0
        while lines.indices.contains(line) {
            let next = lines[line]
            line += 1
            let blank = next.prefix { $0 == " " || $0 == "\t" || $0 == "\r" }.count
            guard blank == next.count else {
                column = blank + 1
                offset += empty > 0 ? empty : isEscaped ? 0 : 1
                return true
            }
            empty += 1
        }
        return false
    }
}
