extension TaskFilter {
    /// Reads a filter: what could be read, and everything that is wrong with the rest.
    ///
    /// `known` are the names of which a key's value must be one, where they are known: queues, projects.
    package static func parse(
        _ text: String,
        known: [Key: [String]] = [:]
    ) -> (filter: TaskFilter, problems: [TaskFilterProblem]) {
        var parser = Parser(text, known: known)
        parser.run()
        return (parser.filter, parser.problems)
    }

    /// A value as it is written so that it is read as it is.
    package static func quoted(_ value: String) -> String {
        let isPlain =
            !value.isEmpty && !value.hasPrefix("-")
            && value.allSatisfy { !$0.isWhitespace && $0 != "\"" && $0 != ":" && $0 != "," }
        return isPlain ? value : "\"\(value.filter { $0 != "\"" })\""
    }

    fileprivate struct Parser {
        let characters: [Character]
        let known: [Key: [String]]
        var index = 0
        var filter = TaskFilter()
        var problems: [TaskFilterProblem] = []

        init(_ text: String, known: [Key: [String]]) {
            characters = Array(text)
            self.known = known
        }

        mutating func run() {
            guard characters.count <= TaskFilter.charactersMax else {
                return refuse(TaskFilter.charactersMax, "A filter has at most \(TaskFilter.charactersMax) characters.")
            }
            while skipSpaces() {
                let start = index
                if filter.terms.count == TaskFilter.termsMax {
                    return refuse(start, "A filter has at most \(TaskFilter.termsMax) terms.")
                }
                let isNegated = take("-")
                readTerm(isNegated, at: start)
            }
        }

        private mutating func readTerm(_ isNegated: Bool, at start: Int) {
            let wordStart = index
            if peek == "\"" {
                guard let text = quotedText() else { return }
                return add(.text(text), isNegated)
            }
            let word = plain { $0 != ":" }
            guard take(":") else {
                guard !word.isEmpty else { return refuse(start, "Write what is not wanted behind the `-`.") }
                return add(.text(word), isNegated)
            }
            guard let key = Key(rawValue: word.lowercased()) else {
                _ = values()
                return refuse(wordStart, unknown(word))
            }
            let valueStart = index
            guard let values = values() else { return }
            guard !values.isEmpty, !values.contains("") else {
                return refuse(valueStart, "`\(word):` needs a value behind it: \(Self.example(key)).")
            }
            do throws(TaskFilterProblem) { try use(key, values, isNegated, start, valueStart) } catch {
                problems.append(error)
            }
        }

        private func unknown(_ word: String) -> String {
            let names = Key.allCases.map(\.rawValue)
            let meant = Suggestion.nearest(to: word, among: names).map { " Did you mean `\($0)`?" }
            return "`\(word)` is nothing that can be filtered by."
                + (meant ?? " There are: \(names.joined(separator: ", ")). To find it as text, put it into quotes.")
        }

        private mutating func use(
            _ key: Key,
            _ values: [String],
            _ isNegated: Bool,
            _ start: Int,
            _ valueStart: Int
        ) throws(TaskFilterProblem) {
            func problem(_ sentence: String) -> TaskFilterProblem {
                TaskFilterProblem(position: valueStart + 1, sentence: sentence)
            }
            func single() throws(TaskFilterProblem) -> String {
                guard values.count == 1 else { throw problem("`\(key.rawValue):` has one value only.") }
                return values[0]
            }
            switch key {
            case .sort:
                guard !isNegated else {
                    throw problem("To turn the order round, write `sort:-\(values[0])`.")
                }
                filter.sort = try Self.sort(try single(), problem)
            case .due: add(.due(try Self.due(try single(), problem)), isNegated)
            case .age:
                let (comparison, rest) = Self.comparison(try single())
                guard let interval = Self.interval(rest), comparison != .equal else {
                    throw problem("`age:` compares with a length of time: \(Self.example(.age)).")
                }
                add(.age(comparison, interval), isNegated)
            case .priority:
                let (comparison, rest) = Self.comparison(try single())
                let names = TaskSpec.Priority.allCases.map(\.name)
                guard let priority = TaskSpec.Priority(name: rest.lowercased()) else {
                    throw problem(Self.stranger(rest, "priority", among: names))
                }
                add(.priority(comparison, priority), isNegated)
            case .state:
                let words = values.map { $0.lowercased().replacing("-", with: "_") }
                let names = TaskFilter.groups + TaskFilter.states
                if let wrong = words.first(where: { !names.contains($0) }) {
                    throw problem(Self.stranger(wrong, "state", among: names))
                }
                add(.word(.state, words), isNegated)
            case .queue, .owner, .project, .site, .machine, .image, .skill, .requester, .instance:
                if let names = known[key],
                    let wrong = values.first(where: { value in
                        !names.contains { $0.lowercased() == value.lowercased() }
                    })
                {
                    throw problem(Self.stranger(wrong, key.rawValue, among: names))
                }
                add(.word(key, values), isNegated)
            }
        }

        private mutating func add(_ test: Test, _ isNegated: Bool) {
            filter.terms.append(Term(isNegated: isNegated, test: test))
        }

        private mutating func refuse(_ at: Int, _ sentence: String) {
            problems.append(TaskFilterProblem(position: at + 1, sentence: sentence))
        }
    }
}

// Characters.
extension TaskFilter.Parser {
    private var peek: Character? { index < characters.count ? characters[index] : nil }

    /// - Returns: whether anything is left.
    private mutating func skipSpaces() -> Bool {
        while let character = peek, character.isWhitespace { index += 1 }
        return index < characters.count
    }

    private mutating func take(_ character: Character) -> Bool {
        guard peek == character else { return false }
        index += 1
        return true
    }

    private mutating func plain(while isIn: (Character) -> Bool) -> String {
        let start = index
        while let character = peek, !character.isWhitespace, isIn(character) { index += 1 }
        return String(characters[start..<index])
    }

    /// `nil`, and a problem, where the closing quote is missing.
    private mutating func quotedText() -> String? {
        let start = index
        index += 1
        while let character = peek, character != "\"" { index += 1 }
        guard take("\"") else {
            problems.append(TaskFilterProblem(position: start + 1, sentence: "The closing quote is missing."))
            return nil
        }
        return String(characters[(start + 1)..<(index - 1)])
    }

    private mutating func values() -> [String]? {
        var values: [String] = []
        repeat {
            if peek == "\"" {
                guard let text = quotedText() else { return nil }
                values.append(text)
            } else {
                values.append(plain { $0 != "," })
            }
        } while take(",")
        return values
    }
}

// Values.
extension TaskFilter.Parser {
    private static func example(_ key: TaskFilter.Key) -> String {
        switch key {
        case .state: "`state:ready` or `state:held`"
        case .owner, .requester: "`\(key.rawValue):me`, `\(key.rawValue):NAME`"
        case .due: "`due:<1h`, `due:overdue`, `due:at-risk`, `due:none`"
        case .age: "`age:>2d`"
        case .priority: "`priority:urgent`, `priority:>=high`"
        case .sort: "`sort:due`, `sort:age`, `sort:priority`"
        case .queue, .project, .site, .machine, .image, .skill, .instance: "`\(key.rawValue):NAME`"
        }
    }

    private static func stranger(_ word: String, _ kind: String, among names: [String]) -> String {
        let meant = Suggestion.nearest(to: word, among: names).map { " Did you mean `\($0)`?" }
        return "There is no \(kind) `\(word)`.\(meant ?? " There are: \(names.joined(separator: ", ")).")"
    }

    private static func comparison(_ text: String) -> (TaskFilter.Comparison, String) {
        for comparison in [TaskFilter.Comparison.atMost, .atLeast, .less, .more]
        where text.hasPrefix(comparison.rawValue) {
            return (comparison, String(text.dropFirst(comparison.rawValue.count)))
        }
        return (.equal, text)
    }

    private static func sort(
        _ text: String,
        _ problem: (String) -> TaskFilterProblem
    ) throws(TaskFilterProblem) -> TaskFilter.Sort {
        let isReversed = text.hasPrefix("-")
        let name = String(text.dropFirst(isReversed ? 1 : 0)).lowercased()
        guard let field = TaskFilter.Sort.Field(rawValue: name) else {
            throw problem(stranger(name, "order", among: TaskFilter.Sort.Field.allCases.map(\.rawValue)))
        }
        return TaskFilter.Sort(by: field, isReversed: isReversed)
    }

    private static func due(
        _ text: String,
        _ problem: (String) -> TaskFilterProblem
    ) throws(TaskFilterProblem) -> TaskFilter.Due {
        switch text.lowercased().replacing("_", with: "-") {
        case "overdue": return .overdue
        case "at-risk": return .atRisk
        case "none": return .never
        default: break
        }
        let (comparison, rest) = comparison(text)
        guard let interval = interval(rest), comparison != .equal else {
            throw problem("`due:` compares with a length of time, or is a word: \(example(.due)).")
        }
        return .within(comparison, interval)
    }

    /// `90s`, `30m`, `1h30m`, `2d`, `1w`; or as everywhere else, `PT1H`.
    private static func interval(_ text: String) -> Interval? {
        if text.hasPrefix("P") { return Interval(text) }
        var milliseconds: Int64 = 0
        var digits = ""
        for character in text.lowercased() {
            if character.isASCII, character.isNumber {
                digits.append(character)
                continue
            }
            let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800]
            guard let unit = units[character], let count = Int64(digits), count <= 1_000_000 else { return nil }
            milliseconds += count * unit * 1_000
            digits = ""
        }
        return digits.isEmpty && !text.isEmpty ? Interval(milliseconds: milliseconds) : nil
    }
}
