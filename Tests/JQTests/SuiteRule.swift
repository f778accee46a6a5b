/// Why a group of jq's suite is refused here, and by which word of the program that shows.
///
/// A rule excuses a group only when the group does not pass, so one that begins to pass is counted as passed.
enum SuiteRule: String, CaseIterable, Sendable {
    case modules = "no modules"
    case otherInput = "no other input and no printing"
    case localZone = "no time zone of the machine"
    case exactIntegers = "integers are exact"
    case parserWords = "a parser's message is in our words"
    case deepValues = "no value is cut short in its text"

    static func covering(_ program: String, failure: String) -> SuiteRule? {
        allCases.first { $0.covers(program, failure) }
    }

    private func covers(_ program: String, _ failure: String) -> Bool {
        switch self {
        case .modules:
            failure.contains("refused: an expression has no modules") || failure.contains("refused: it reads modules")
        case .otherInput:
            failure.contains("refused: it reads other input") || failure.contains("refused: it prints")
        case .localZone: failure.contains("is refused: it reads the time zone")
        case .exactIntegers: Self.exactIntegerPrograms.contains(program)
        case .parserWords: failure.contains("(while parsing '")
        case .deepValues: program.contains("<skipped: too deep>")
        }
    }

    /// jq makes a double of an integer as soon as it calculates with it.
    private static let exactIntegerPrograms: Set<String> = [
        ". - 10", ".[0] - 10", ".x - 10", ".[] as $n | $n+0 | [., tostring, . == $n]",
    ]
}
