/// Reads the text of a pattern into a tree.
struct PatternParser {
    /// A pattern is read by recursion; nobody writes one this deep by hand.
    private static let nestingMax = 100

    let text: [Unicode.Scalar]
    let dialect: JSON.Pattern.Dialect
    var flags: JSON.Pattern.Flags
    var place = 0
    /// Between `\Q` and `\E`, where everything is itself.
    var isQuoting = false
    private var nesting = 0
    private(set) var groupNames: [String?] = []
    private var groupsByName: [String: [Int]] = [:]
    /// All groups of the pattern, counted beforehand, because a reference may stand before its group.
    private let groupTotal: Int

    init(_ source: String, _ dialect: JSON.Pattern.Dialect, _ flags: JSON.Pattern.Flags) {
        text = Array(source.unicodeScalars)
        self.dialect = dialect
        self.flags = flags
        groupTotal = Self.countGroups(text)
    }

    typealias Failure = JSON.Pattern.SyntaxError

    func failure(_ message: String, at offset: Int? = nil) -> Failure {
        Failure(offset: offset ?? place, message: message)
    }

    mutating func pattern() throws(Failure) -> PatternTree {
        let tree = try choice()
        guard place == text.count else { throw failure("')' closes no group") }
        return tree
    }

    // MARK: Structure

    private mutating func choice() throws(Failure) -> PatternTree {
        nesting += 1
        defer { nesting -= 1 }
        guard nesting <= Self.nestingMax else { throw failure("nested deeper than \(Self.nestingMax) groups") }
        // An option set inside a group holds to the group's end.
        let outerFlags = flags
        defer { flags = outerFlags }
        var branches = [try sequence()]
        while skip("|") { branches.append(try sequence()) }
        return branches.count == 1 ? branches[0] : .choice(branches)
    }

    private mutating func sequence() throws(Failure) -> PatternTree {
        var parts: [PatternTree] = []
        while let next = peek, isQuoting || (next != "|" && next != ")") {
            if !isQuoting, flags.contains(.extended), skipExtended() { continue }
            guard let part = try atom() else { continue }
            parts.append(try repeats(of: part))
        }
        return parts.count == 1 ? parts[0] : parts.isEmpty ? .empty : .sequence(parts)
    }

    private mutating func skipExtended() -> Bool {
        guard let next = peek else { return false }
        if next.properties.isWhitespace {
            place += 1
            return true
        }
        guard next == "#" else { return false }
        while let next = peek, next != "\n" { place += 1 }
        return true
    }

    /// One thing that may be repeated; `nil` for what is only an option or a comment.
    private mutating func atom() throws(Failure) -> PatternTree? {
        if isQuoting, skip("\\E") { isQuoting = false }
        guard let scalar = peek else { return nil }
        if !isQuoting, scalar == "|" || scalar == ")" { return nil }
        place += 1
        if isQuoting { return literal(scalar) }
        switch scalar {
        case ".": return .one(dot.sealed(ignoringCase: false))
        case "^": return .anchor(.start)
        case "$": return .anchor(dialect == .ecmaScript ? .end : .endOrFinalLineFeed)
        case "(": return try group()
        case "[": return .one(try characterClass().sealed(ignoringCase: flags.contains(.ignoresCase)))
        case "\\": return try escape()
        case "*", "+", "?": throw failure("'\(scalar)' repeats nothing", at: place - 1)
        case "{" where dialect == .ecmaScript: throw failure("'{' is written '\\{'", at: place - 1)
        case "]" where dialect == .ecmaScript, "}" where dialect == .ecmaScript:
            throw failure("'\(scalar)' is written '\\\(scalar)'", at: place - 1)
        default: return literal(scalar)
        }
    }

    func literal(_ scalar: Unicode.Scalar) -> PatternTree {
        .one(ScalarSet(scalar).sealed(ignoringCase: flags.contains(.ignoresCase)))
    }

    private var dot: ScalarSet {
        if flags.contains(.dotIsAll) { return .any }
        return (dialect == .ecmaScript ? ScalarSet.lineTerminators : .lineFeed).negated()
    }

    // MARK: Repeats

    private mutating func repeats(of atom: PatternTree) throws(Failure) -> PatternTree {
        if isQuoting {
            guard skip("\\E") else { return atom }
            isQuoting = false
        }
        var tree = atom
        while let next = peek {
            if flags.contains(.extended), skipExtended() { continue }
            let start = place
            guard var times = try times(next) else { break }
            if case .anchor = tree { throw failure("a place in the text cannot be repeated", at: start) }
            if dialect == .ecmaScript, case .repeated = tree {
                throw failure("a repeat cannot be repeated; put it in a group", at: start)
            }
            if dialect == .ecmaScript, case .look = tree { throw failure("a look cannot be repeated", at: start) }
            let isInterval = text[start] == "{"
            if skip("?") {
                times.mode = .lazy
            } else if dialect == .perl, !isInterval, skip("+") {
                times.mode = .possessive
            }
            tree = times.mode == .possessive ? .atomic(.repeated(tree, greedy(times))) : .repeated(tree, times)
        }
        return tree
    }

    private func greedy(_ times: PatternTree.Repeat) -> PatternTree.Repeat {
        PatternTree.Repeat(min: times.min, max: times.max, mode: .greedy)
    }

    private mutating func times(_ next: Unicode.Scalar) throws(Failure) -> PatternTree.Repeat? {
        switch next {
        case "*":
            place += 1
            return PatternTree.Repeat(min: 0, max: nil, mode: .greedy)
        case "+":
            place += 1
            return PatternTree.Repeat(min: 1, max: nil, mode: .greedy)
        case "?":
            place += 1
            return PatternTree.Repeat(min: 0, max: 1, mode: .greedy)
        case "{":
            return try interval()
        default:
            return nil
        }
    }

    /// `{2}`, `{2,}` and `{2,5}`; in Perl's dialect anything else in braces is plain text.
    private mutating func interval() throws(Failure) -> PatternTree.Repeat? {
        let start = place
        place += 1
        let min = try count()
        let max = skip(",") ? try count() : min
        guard let min, skip("}") else {
            guard dialect == .perl else { throw failure("'{' is written '\\{'", at: start) }
            place = start
            return nil
        }
        if let max, max < min { throw failure("the repeat ends before it begins", at: start) }
        return PatternTree.Repeat(min: min, max: max, mode: .greedy)
    }

    private mutating func count() throws(Failure) -> Int? {
        let start = place
        var value = 0
        while let digit = peek?.value, digit &- 0x30 <= 9 {
            value = value * 10 + Int(digit - 0x30)
            guard value <= PatternCompiler.repeatMax else {
                throw failure("a repeat of more than \(PatternCompiler.repeatMax)", at: start)
            }
            place += 1
        }
        return place == start ? nil : value
    }

    // MARK: Groups

    private mutating func group() throws(Failure) -> PatternTree? {
        let start = place - 1
        guard skip("?") else { return try capture(named: nil, from: start) }
        if skip(":") { return try body(from: start) }
        if skip("=") { return .look(try body(from: start), isBehind: false, isNegative: false) }
        if skip("!") { return .look(try body(from: start), isBehind: false, isNegative: true) }
        if skip("<=") { return .look(try body(from: start), isBehind: true, isNegative: false) }
        if skip("<!") { return .look(try body(from: start), isBehind: true, isNegative: true) }
        if skip("<") { return try capture(named: try groupName(until: ">"), from: start) }
        guard dialect == .perl else { throw failure("ECMAScript has no group '(?\(found)'", at: start) }
        if skip(">") { return .atomic(try body(from: start)) }
        if skip("#") {
            while let next = peek, next != ")" { place += 1 }
            guard skip(")") else { throw failure("a comment begins here and never ends", at: start) }
            return nil
        }
        return try options(from: start)
    }

    private mutating func capture(named name: String?, from start: Int) throws(Failure) -> PatternTree {
        let index = groupNames.count
        groupNames.append(name)
        if let name {
            guard dialect == .perl || groupsByName[name] == nil else {
                throw failure("a second group is named '\(name)'", at: start)
            }
            groupsByName[name, default: []].append(index)
        }
        return .group(index, try body(from: start))
    }

    private mutating func body(from start: Int) throws(Failure) -> PatternTree {
        let tree = try choice()
        guard skip(")") else { throw failure("a group begins here and never ends", at: start) }
        return tree
    }

    /// `(?i)`, `(?i-s)` and `(?i:…)`.
    private mutating func options(from start: Int) throws(Failure) -> PatternTree? {
        var changed = flags
        var isOn = true
        while let next = peek {
            place += 1
            switch next {
            case "-": isOn = false
            case "i": set(.ignoresCase, isOn, in: &changed)
            case "x": set(.extended, isOn, in: &changed)
            case "s": set(.dotIsAll, isOn, in: &changed)
            case ")":
                flags = changed
                return nil
            case ":":
                let outer = flags
                flags = changed
                defer { flags = outer }
                return try body(from: start)
            default:
                throw failure("a group '(?\(next)' is not supported", at: start)
            }
        }
        throw failure("a group begins here and never ends", at: start)
    }

    private func set(_ flag: JSON.Pattern.Flags, _ isOn: Bool, in flags: inout JSON.Pattern.Flags) {
        if isOn { flags.insert(flag) } else { flags.remove(flag) }
    }

    mutating func groupName(until end: Unicode.Scalar) throws(Failure) -> String {
        let start = place
        while let next = peek, next != end {
            guard ScalarProperty.isWord(next), place > start || next.value &- 0x30 > 9 else {
                throw failure("the name of a group is a word")
            }
            place += 1
        }
        guard place > start, peek == end else { throw failure("the name of a group is missing", at: start) }
        defer { place += 1 }
        return String(String.UnicodeScalarView(text[start..<place]))
    }

    // MARK: References

    mutating func namedReference(from start: Int) throws(Failure) -> PatternTree {
        guard skip("<") else { throw failure("'\\k' names its group: \\k<name>", at: start) }
        let name = try groupName(until: ">")
        guard let groups = groupsByName[name] else {
            throw failure("no group before this is named '\(name)'", at: start)
        }
        return .backReference(groups, ignoresCase: flags.contains(.ignoresCase))
    }

    mutating func numberedReference(from start: Int) throws(Failure) -> PatternTree {
        place -= 1
        guard let number = try count(), number <= groupTotal else {
            throw failure("there is no group of that number", at: start)
        }
        return .backReference([number - 1], ignoresCase: flags.contains(.ignoresCase))
    }

    private static func countGroups(_ text: [Unicode.Scalar]) -> Int {
        var count = 0
        var inClass = false
        var place = 0
        while place < text.count {
            switch text[place] {
            case "\\": place += 1
            case "[": inClass = true
            case "]": inClass = false
            case "(" where !inClass:
                let next = text.dropFirst(place + 1).prefix(3).map { $0 }
                let isNamed = next.count == 3 && next[0] == "?" && next[1] == "<" && next[2] != "=" && next[2] != "!"
                if next.first != "?" || isNamed { count += 1 }
            default: break
            }
            place += 1
        }
        return count
    }

    // MARK: Text

    var peek: Unicode.Scalar? {
        place < text.count ? text[place] : nil
    }

    mutating func skip(_ wanted: String) -> Bool {
        let scalars = wanted.unicodeScalars
        guard text[place...].starts(with: scalars) else { return false }
        place += scalars.count
        return true
    }

    private var found: String {
        peek.map { String($0) } ?? ""
    }
}
