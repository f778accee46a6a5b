extension JSON {
    /// A regular expression that cannot hang: compiled once, matched within a number of steps.
    ///
    /// Supported: classes with ranges, nesting, `&&` and POSIX names; `\d \w \s`, `\p{…}` by general category and the
    /// usual binary properties; greedy, lazy and possessive repeats; groups, named groups, back-references, atomic
    /// groups; look-ahead, and look-behind of fixed width; inline options. What is not supported is refused by name
    /// when the pattern is compiled, never ignored.
    ///
    /// It works on Unicode scalars, and places are counted in them.
    package struct Pattern: Sendable {
        package let source: String
        package let dialect: Dialect
        package let flags: Flags
        /// The name of each group, in the order of the opening parentheses; `nil` for a group without one.
        package let groupNames: [String?]
        let program: [Instruction]
        let sets: [ScalarSet]
        let groupLists: [[Int]]
        let registerCount: Int

        /// Whose regular expressions these are.
        package enum Dialect: Hashable, Sendable {
            /// ECMA-262 with the flag `u`, which JSON Schema asks for: `\d` and `\w` are ASCII, `$` is the very end,
            /// and an escape that means nothing is an error.
            case ecmaScript
            /// Oniguruma's Perl syntax, which jq uses: classes are Unicode's, and `$` also stands before a final line
            /// feed.
            case perl
        }

        package struct Flags: OptionSet, Hashable, Sendable {
            package let rawValue: Int

            package init(rawValue: Int) {
                self.rawValue = rawValue
            }

            /// Upper and lower case are the same.
            package static let ignoresCase = Flags(rawValue: 1)
            /// White space and `# comments` in the pattern are nothing.
            package static let extended = Flags(rawValue: 2)
            /// `.` is any scalar, line feeds too.
            package static let dotIsAll = Flags(rawValue: 4)
            /// Of all matches at a place the longest, not the first.
            package static let longest = Flags(rawValue: 8)
            /// A match of nothing is none.
            package static let notEmpty = Flags(rawValue: 16)
        }

        /// Why a text is no pattern, and at which scalar of it.
        package struct SyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
            package let offset: Int
            package let message: String

            package var description: String { "at character \(offset + 1): \(message)" }
        }

        /// The steps were used up before the answer was known.
        package struct StepsExhausted: Error, Hashable, Sendable {}

        /// Where a pattern matched, in scalars from 0.
        package struct Match: Hashable, Sendable {
            package let range: Range<Int>
            /// What each group matched last; `nil` for a group that took no part.
            package let groups: [Range<Int>?]
        }

        /// Enough for any honest pattern on a text of some thousand characters; some milliseconds of work.
        package static let stepsDefault = 1_000_000

        package init(
            _ source: String,
            dialect: Dialect = .ecmaScript,
            flags: Flags = []
        ) throws(SyntaxError) {
            var parser = PatternParser(source, dialect, flags)
            let tree = try parser.pattern()
            var compiler = PatternCompiler()
            try compiler.compile(whole: tree)
            self.source = source
            self.dialect = dialect
            self.flags = flags
            groupNames = parser.groupNames
            program = compiler.program
            sets = compiler.sets
            groupLists = compiler.groupLists
            registerCount = compiler.registerCount
        }

        /// The first match that begins at `start` or later. Each step taken is taken from `steps`.
        package func firstMatch(
            in subject: Subject,
            from start: Int = 0,
            steps: inout Int
        ) throws(StepsExhausted) -> Match? {
            var matcher = PatternMatcher(self, subject, steps: steps)
            defer { steps = matcher.steps }
            var place = start
            while place <= subject.scalars.count {
                if let match = try matcher.match(at: place) { return match }
                place += 1
            }
            return nil
        }

        /// Whether this matches anywhere in `text`.
        package func matches(_ text: String, steps: Int = Self.stepsDefault) throws(StepsExhausted) -> Bool {
            var steps = steps
            return try firstMatch(in: Subject(text), steps: &steps) != nil
        }

        /// A text made ready for matching; make one and match it as often as needed.
        package struct Subject: Sendable {
            let scalars: [UInt32]

            package init(_ text: String) {
                scalars = text.unicodeScalars.map(\.value)
            }

            package var count: Int { scalars.count }

            package func text(_ range: Range<Int>) -> String {
                var view = String.UnicodeScalarView()
                for value in scalars[range] { view.append(Unicode.Scalar(value) ?? "\u{FFFD}") }
                return String(view)
            }
        }
    }
}

extension JSON.Pattern: Hashable {
    package static func == (left: JSON.Pattern, right: JSON.Pattern) -> Bool {
        left.dialect == right.dialect && left.flags == right.flags && left.source.hasSameScalars(as: right.source)
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(dialect)
        hasher.combine(flags)
        source.hashScalars(into: &hasher)
    }
}
