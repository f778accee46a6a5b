/// A Swift file in which only code is left: comments and the contents of strings are blanks of the same length.
///
/// What stands inside `\( … )` of a string is code and stays. Regular-expression literals are not understood;
/// they are banned, and one that holds a quote or a brace makes the file unbalanced, which is a finding.
struct SwiftSource {
    let path: String
    let code: [UInt8]
    /// Whether every string, comment, parenthesis and brace that opens also closes.
    let isBalanced: Bool
    private let lineStarts: [Int]

    init(path: String, bytes: [UInt8]) {
        var scanner = SwiftScanner(bytes)
        scanner.scan()
        self.path = path
        code = scanner.output
        isBalanced = scanner.endsInCode && Self.closes(scanner.output)
        lineStarts = [0] + bytes.indices.filter { bytes[$0] == UInt8(ascii: "\n") }.map { $0 + 1 }
    }

    init(path: String, text: String) {
        self.init(path: path, bytes: Array(text.utf8))
    }

    /// The number, from 1, of the line on which the byte at `index` lies.
    func line(at index: Int) -> Int {
        var range = 0..<lineStarts.count
        while range.count > 1 {
            let middle = range.lowerBound + range.count / 2
            range = lineStarts[middle] <= index ? middle..<range.upperBound : range.lowerBound..<middle
        }
        return range.lowerBound + 1
    }

    private static func closes(_ code: [UInt8]) -> Bool {
        var open: [UInt8] = []
        for byte in code {
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "("), UInt8(ascii: "["): open.append(byte)
            case UInt8(ascii: "}"): if open.popLast() != UInt8(ascii: "{") { return false }
            case UInt8(ascii: ")"): if open.popLast() != UInt8(ascii: "(") { return false }
            case UInt8(ascii: "]"): if open.popLast() != UInt8(ascii: "[") { return false }
            default: break
            }
        }
        return open.isEmpty
    }
}

/// Walks once over a Swift file and copies its code.
private struct SwiftScanner {
    private enum Context {
        /// Inside `\( … )`, with so many parentheses open.
        case interpolation(open: Int)
        case string(pounds: Int, isMultiline: Bool)
    }

    private(set) var output: [UInt8] = []
    /// False after a string or a comment that did not close.
    private(set) var endsInCode = true
    private let input: [UInt8]
    private var index = 0
    private var contexts: [Context] = []

    init(_ input: [UInt8]) {
        self.input = input
        output.reserveCapacity(input.count)
    }

    mutating func scan() {
        while index < input.count {
            switch contexts.last {
            case nil: stepInCode(open: nil)
            case .interpolation(let open): stepInCode(open: open)
            case .string(let pounds, let isMultiline): stepInString(pounds, isMultiline)
            }
        }
        endsInCode = endsInCode && contexts.isEmpty
    }

    private mutating func stepInCode(open: Int?) {
        let pounds = count(of: "#", at: index)
        if starts("//") { return blankLine() }
        if starts("/*") { return blankComment() }
        if starts("\"", at: index + pounds) { return openString(pounds) }
        if let open, starts("(") { contexts[contexts.count - 1] = .interpolation(open: open + 1) }
        if let open, starts(")") {
            if open == 0 {
                contexts.removeLast()
                return blank(1)
            }
            contexts[contexts.count - 1] = .interpolation(open: open - 1)
        }
        output.append(input[index])
        index += 1
    }

    private mutating func stepInString(_ pounds: Int, _ isMultiline: Bool) {
        let quotes = isMultiline ? 3 : 1
        if starts("\\"), count(of: "#", at: index + 1) >= pounds {
            if starts("(", at: index + 1 + pounds) { contexts.append(.interpolation(open: 0)) }
            return blank(2 + pounds)
        }
        if count(of: "\"", at: index) >= quotes, count(of: "#", at: index + quotes) >= pounds {
            contexts.removeLast()
            return mark(quotes + pounds)
        }
        if starts("\n"), !isMultiline {
            contexts.removeLast()
            endsInCode = false
        }
        blank(1)
    }

    private mutating func openString(_ pounds: Int) {
        let isMultiline = count(of: "\"", at: index + pounds) >= 3 && lineEnds(at: index + pounds + 3)
        contexts.append(.string(pounds: pounds, isMultiline: isMultiline))
        mark(pounds + (isMultiline ? 3 : 1))
    }

    private mutating func blankLine() {
        while index < input.count, !starts("\n") { blank(1) }
    }

    private mutating func blankComment() {
        var depth = 0
        repeat {
            if starts("/*") {
                depth += 1
                blank(2)
            } else if starts("*/") {
                depth -= 1
                blank(2)
            } else {
                blank(1)
            }
        } while depth > 0 && index < input.count
        if depth > 0 { endsInCode = false }
    }

    /// Keeps a quote where a string begins and ends, so that `f("")` is not read as `f()`.
    private mutating func mark(_ length: Int) {
        output.append(contentsOf: repeatElement(UInt8(ascii: "\""), count: length))
        index += length
    }

    private mutating func blank(_ length: Int) {
        for byte in input[index..<min(index + length, input.count)] {
            output.append(byte == UInt8(ascii: "\n") ? byte : UInt8(ascii: " "))
        }
        index += length
    }

    private func starts(_ text: StaticString, at start: Int? = nil) -> Bool {
        let start = start ?? index
        let length = text.utf8CodeUnitCount
        guard start + length <= input.count else { return false }
        return (0..<length).allSatisfy { input[start + $0] == text.utf8Start[$0] }
    }

    private func count(of character: Unicode.Scalar, at start: Int) -> Int {
        var end = start
        while end < input.count, input[end] == UInt8(ascii: character) { end += 1 }
        return end - start
    }

    private func lineEnds(at start: Int) -> Bool {
        for byte in input[min(start, input.count)...] where byte != UInt8(ascii: " ") {
            return byte == UInt8(ascii: "\n")
        }
        return true
    }
}
