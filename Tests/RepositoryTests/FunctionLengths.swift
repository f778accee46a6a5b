/// The functions, initialisers, subscripts and computed properties of a Swift file, with their lengths in lines.
///
/// A function counts from the line of its keyword to the line of its last brace. Nested ones count in the outer too.
struct FunctionLengths {
    struct Function: Equatable {
        let name: String
        let line: Int
        let length: Int
    }

    let functions: [Function]
    private static let keywords: Set<String> = ["func", "init", "deinit", "subscript", "var"]
    /// What begins the next declaration: until there, a requirement of a protocol has shown no body.
    private static let declarations: Set<String> = [
        "func", "init", "deinit", "subscript", "var", "let", "case", "static", "class", "struct", "enum", "actor",
        "protocol", "extension", "typealias", "associatedtype", "mutating", "nonmutating", "package", "private",
        "fileprivate", "internal", "public", "override", "final", "import",
    ]

    init(_ source: SwiftSource) {
        let code = source.code
        functions = Self.words(code, from: 0).compactMap { word in
            guard Self.keywords.contains(word.text), Self.declares(word, code) else { return nil }
            guard let body = Self.body(of: word, code) else { return nil }
            let line = source.line(at: word.start)
            let name = Self.words(code, from: word.end, limit: 1).first?.text ?? word.text
            return Function(name: name, line: line, length: source.line(at: body) - line + 1)
        }
    }

    private struct Word {
        let text: String
        let start: Int
        var end: Int { start + text.utf8.count }
    }

    /// `.init` and `` `init` `` are uses, not declarations.
    private static func declares(_ word: Word, _ code: [UInt8]) -> Bool {
        guard word.start > 0 else { return true }
        let before = code[word.start - 1]
        return before != UInt8(ascii: ".") && before != UInt8(ascii: "`")
    }

    /// Where the body ends, or `nil` when there is none.
    private static func body(of word: Word, _ code: [UInt8]) -> Int? {
        var index = word.end
        var depth = 0
        while index < code.count {
            switch code[index] {
            case UInt8(ascii: "("), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: ")"), UInt8(ascii: "]"): depth -= 1
            case UInt8(ascii: "{") where depth == 0: return close(code, from: index)
            case UInt8(ascii: "}") where depth == 0, UInt8(ascii: ";") where depth == 0: return nil
            case UInt8(ascii: "\n") where depth == 0 && word.text == "var": return nil
            case let byte where depth == 0 && byte.isOfIdentifier:
                guard let next = words(code, from: index, limit: 1).first else { return nil }
                if declarations.contains(next.text), index > word.end + 1 { return nil }
                index = next.end - 1
            default: break
            }
            if depth < 0 { return nil }
            index += 1
        }
        return nil
    }

    private static func close(_ code: [UInt8], from start: Int) -> Int? {
        var depth = 0
        for index in start..<code.count {
            if code[index] == UInt8(ascii: "{") { depth += 1 }
            if code[index] == UInt8(ascii: "}") { depth -= 1 }
            if depth == 0 { return index }
        }
        return nil
    }

    private static func words(_ code: [UInt8], from start: Int, limit: Int = .max) -> [Word] {
        var found: [Word] = []
        var index = start
        while index < code.count, found.count < limit {
            guard code[index].isOfIdentifier else {
                index += 1
                continue
            }
            let end = code[index...].firstIndex { !$0.isOfIdentifier } ?? code.count
            found.append(Word(text: String(decoding: code[index..<end], as: UTF8.self), start: index))
            index = end
        }
        return found
    }
}

extension UInt8 {
    /// A letter, a digit, an underscore, or a part of a character beyond ASCII.
    var isOfIdentifier: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...0xFF: true
        default: false
        }
    }
}
