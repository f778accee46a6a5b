import SirdarCore
import Yams

extension YAMLSource {
    /// What the parser says, with its place.
    static func diagnostic(_ error: any Error, _ text: String) -> Diagnostic {
        guard let error = error as? YamlError else { return .error(.syntax, at: .start, "\(error)") }
        switch error {
        case .scanner(let context, let problem, let mark, yaml: _),
            .parser(let context, let problem, let mark, yaml: _),
            .composer(let context, let problem, let mark, yaml: _):
            let around = context.map { " (\($0.text), from line \($0.mark.line))" } ?? ""
            return .error(.syntax, at: Place(mark), "this is no YAML: \(problem)\(around)")
        case .reader(let problem, let offset, value: _, yaml: _):
            return .error(.syntax, at: place(of: offset ?? 0, in: text), "this is no YAML: \(problem)")
        case .duplicatedKeysInMapping(let keys, let context):
            let key = keys.first ?? ""
            let place = DuplicateKey.second(key, first: Place(context.mark), in: text)
            return .error(.duplicateKey, at: place, "`\(key)` is here twice; first in line \(context.mark.line)")
        case .no, .memory, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
            return .error(.syntax, at: .start, "this is no YAML: \(error)")
        @unknown default:
            return .error(.syntax, at: .start, "this is no YAML: \(error)")
        }
    }

    private static func place(of offset: Int, in text: String) -> Place {
        let before = text.prefix(offset)
        let line = before.count { $0.isNewline } + 1
        let column = before.reversed().prefix { !$0.isNewline }.count + 1
        return Place(line: line, column: column)
    }
}

/// Finds the repetition of a key: the parser tells only where the key stands first.
private enum DuplicateKey {
    static func second(_ key: String, first: Place, in text: String) -> Place {
        var number = 0
        for scalars in text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false) {
            number += 1
            guard number >= first.line else { continue }
            if number == first.line {
                // A flow mapping has its keys in one line.
                let after = scalars.dropFirst(first.column + key.unicodeScalars.count)
                if let column = self.column(of: key, in: after, skipped: first.column + key.unicodeScalars.count) {
                    return Place(line: number, column: column)
                }
                continue
            }
            let indent = scalars.prefix { $0 == " " || $0 == "-" }.count
            guard indent < scalars.count else { continue }
            if indent + 1 == first.column, starts(scalars.dropFirst(indent), with: key) {
                return Place(line: number, column: first.column)
            }
        }
        return first
    }

    private static func column(of key: String, in scalars: Substring.UnicodeScalarView, skipped: Int) -> Int? {
        var rest = scalars[...]
        var column = skipped + 1
        while !rest.isEmpty {
            if starts(rest, with: key) { return column }
            rest = rest.dropFirst()
            column += 1
        }
        return nil
    }

    private static func starts(_ scalars: Substring.UnicodeScalarView, with key: String) -> Bool {
        var text = Substring(scalars)
        let quote = text.first
        if quote == "\"" || quote == "'" { text = text.dropFirst() }
        guard text.hasPrefix(key) else { return false }
        text = text.dropFirst(key.count)
        if text.first == quote, quote == "\"" || quote == "'" { text = text.dropFirst() }
        return text.drop { $0 == " " }.first == ":"
    }
}
