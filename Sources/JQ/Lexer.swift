/// Cuts the source into tokens.
struct Lexer {
    private let text: [Unicode.Scalar]
    private var place = 0
    private var tokens: [Token] = []
    /// One entry for each open bracket, and one for each string whose interpolation is open.
    private var open: [Open] = []

    private enum Open {
        case bracket
        case interpolation
    }

    static func tokens(of source: String) throws(Complaint) -> [Token] {
        var lexer = Lexer(text: Array(source.unicodeScalars))
        try lexer.run()
        return lexer.tokens
    }

    private init(text: [Unicode.Scalar]) {
        self.text = text
    }

    private mutating func run() throws(Complaint) {
        while let scalar = peek() {
            let start = place
            switch scalar {
            case " ", "\t", "\n", "\r": place += 1
            case "#": skipComment()
            case "\"":
                add(.stringStart, start)
                place += 1
                try string(from: start)
            case "0"..."9": number(from: start)
            case ".": dot(from: start)
            case "$": try variable(from: start)
            case "@": try format(from: start)
            default:
                if Self.isNameStart(scalar) {
                    add(.name(name()), start)
                } else {
                    try symbol(from: start)
                }
            }
        }
        add(.end, text.count)
    }

    private mutating func add(_ kind: Token.Kind, _ offset: Int) {
        tokens.append(Token(kind: kind, offset: offset))
    }

    private func peek(_ ahead: Int = 0) -> Unicode.Scalar? {
        place + ahead < text.count ? text[place + ahead] : nil
    }

    private static func isNameStart(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "_" || (scalar.value | 0x20) &- 0x61 < 26
    }

    private static func isDigit(_ scalar: Unicode.Scalar?) -> Bool {
        scalar.map { $0.value &- 0x30 < 10 } ?? false
    }

    /// A comment goes to the end of the line; an odd number of backslashes before that continues it.
    private mutating func skipComment() {
        while let scalar = peek(), scalar != "\n" {
            place += 1
            if scalar == "\\", peek() == "\\" || peek() == "\n" { place += 1 }
        }
    }

    private mutating func name() -> String {
        let start = place
        while let scalar = peek() {
            if Self.isNameStart(scalar) || Self.isDigit(scalar) {
                place += 1
            } else if scalar == ":", peek(1) == ":", let next = peek(2), Self.isNameStart(next) {
                place += 2
            } else {
                break
            }
        }
        return string(start..<place)
    }

    private func string(_ range: Range<Int>) -> String {
        String(String.UnicodeScalarView(text[range]))
    }

    private mutating func number(from start: Int) {
        while Self.isDigit(peek()) { place += 1 }
        if peek() == "." {
            place += 1
            while Self.isDigit(peek()) { place += 1 }
        }
        exponent()
        add(.number(string(start..<place)), start)
    }

    private mutating func exponent() {
        guard peek() == "e" || peek() == "E" else { return }
        let signs = peek(1) == "+" || peek(1) == "-" ? 1 : 0
        guard Self.isDigit(peek(1 + signs)) else { return }
        place += 1 + signs
        while Self.isDigit(peek()) { place += 1 }
    }

    private mutating func dot(from start: Int) {
        if peek(1) == "." {
            place += 2
            add(.symbol(".."), start)
        } else if let next = peek(1), Self.isNameStart(next) {
            place += 1
            // A field has no namespace, so `::` after it is not its own.
            let nameStart = place
            while let scalar = peek(), Self.isNameStart(scalar) || Self.isDigit(scalar) { place += 1 }
            add(.field(string(nameStart..<place)), start)
        } else if Self.isDigit(peek(1)) {
            place += 1
            while Self.isDigit(peek()) { place += 1 }
            exponent()
            add(.number("0" + string(start..<place)), start)
        } else {
            place += 1
            add(.symbol("."), start)
        }
    }

    private mutating func variable(from start: Int) throws(Complaint) {
        place += 1
        guard let next = peek(), Self.isNameStart(next) else {
            throw Complaint(offset: start, message: "'$' is followed by the name of a variable")
        }
        add(.variable(name()), start)
    }

    private mutating func format(from start: Int) throws(Complaint) {
        place += 1
        guard let next = peek(), Self.isNameStart(next) || Self.isDigit(next) else {
            throw Complaint(offset: start, message: "'@' is followed by the name of a format")
        }
        add(.format(name()), start)
    }

    private static let symbols = [
        "?//=", "?//", "//=", "|=", "+=", "-=", "*=", "/=", "%=", "==", "!=", "<=", ">=", "//", "|", ",", "=", "<",
        ">", "+", "-", "*", "/", "%", "(", ")", "[", "]", "{", "}", ":", ";", "?",
    ].map { Array($0.unicodeScalars) }

    private mutating func symbol(from start: Int) throws(Complaint) {
        guard let symbol = Self.symbols.first(where: { text[place...].starts(with: $0) }) else {
            throw Complaint(offset: start, message: "'\(text[place])' means nothing here")
        }
        place += symbol.count
        let name = string(start..<place)
        switch name {
        case "(", "[", "{": open.append(.bracket)
        case ")" where open.last == .interpolation:
            open.removeLast()
            add(.interpolationEnd, start)
            try self.string(from: start)
            return
        case ")", "]", "}":
            if open.last == .bracket { open.removeLast() }
        default: break
        }
        add(.symbol(name), start)
    }

    // MARK: Strings

    /// The rest of a string, up to its end or its next interpolation.
    private mutating func string(from start: Int) throws(Complaint) {
        var value = String.UnicodeScalarView()
        let textStart = place
        while let scalar = peek() {
            place += 1
            switch scalar {
            case "\"":
                if !value.isEmpty { add(.text(String(value)), textStart) }
                add(.stringEnd, place - 1)
                return
            case "\\" where peek() == "(":
                if !value.isEmpty { add(.text(String(value)), textStart) }
                add(.interpolationStart, place - 1)
                place += 1
                open.append(.interpolation)
                return
            case "\\": value.append(try escape(from: place - 1))
            default: value.append(scalar)
            }
        }
        throw Complaint(offset: start, message: "a string begins here and never ends")
    }

    private mutating func escape(from start: Int) throws(Complaint) -> Unicode.Scalar {
        guard let scalar = peek() else { throw Complaint(offset: start, message: "the source ends in an escape") }
        place += 1
        switch scalar {
        case "\"", "\\", "/": return scalar
        case "b": return "\u{8}"
        case "f": return "\u{C}"
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "u": return try unicodeEscape(from: start)
        default:
            throw Complaint(
                offset: start,
                message: "there is no escape '\\\(scalar)'",
                hint: #"those of strings are \" \\ \/ \b \f \n \r \t \uXXXX and \(…)"#
            )
        }
    }

    private mutating func unicodeEscape(from start: Int) throws(Complaint) -> Unicode.Scalar {
        let first = try hexDigits(from: start)
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, peek() == "\\", peek(1) == "u" else { return "\u{FFFD}" }
        let before = place
        place += 2
        let second = try hexDigits(from: start)
        guard (0xDC00..<0xE000).contains(second) else {
            place = before
            return "\u{FFFD}"
        }
        return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)) ?? "\u{FFFD}"
    }

    private mutating func hexDigits(from start: Int) throws(Complaint) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = peek().flatMap({ UInt32(String($0), radix: 16) }) else {
                throw Complaint(offset: start, message: "\\u takes four hexadecimal digits")
            }
            value = value << 4 | digit
            place += 1
        }
        return value
    }
}
