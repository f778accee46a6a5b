/// Gathers what is wrong with one file, so that everything is told at once.
///
/// A reader goes on after a mistake with what is most probably meant, so that one mistake gives one message.
package final class Findings {
    package private(set) var diagnostics: [Diagnostic] = []
    /// What is used twice is read twice, and told once.
    private var told: Set<Diagnostic> = []
    /// More than this are not kept: a file that is not what it should be has one mistake, not thousands.
    package static let countMax = 200

    package init() {}

    package var hasErrors: Bool { diagnostics.contains(where: \.isError) }

    /// Whether what was read can run although something that it names may be gone.
    var canRun: Bool {
        diagnostics.allSatisfy { diagnostic in
            switch diagnostic.code {
            case .unknownName, .arguments, .missingKey, .noDefault, .partialExpression, .stale, .unbounded: true
            case .unreadable, .syntax, .tooLarge, .duplicateKey, .unknownKey, .wrongType, .wrongValue, .duplicateName,
                .unknownTarget, .unreachable, .expression, .unknownVariable, .schema, .notYet, .refused, .versionTaken:
                !diagnostic.isError
            }
        }
    }

    /// In the order of the file.
    package var inOrder: [Diagnostic] {
        diagnostics.enumerated().sorted { ($0.element.place, $0.offset) < ($1.element.place, $1.offset) }
            .map(\.element)
    }

    package func add(_ diagnostic: Diagnostic) {
        guard diagnostics.count < Self.countMax || (diagnostic.isError && !hasErrors) else { return }
        guard told.insert(diagnostic).inserted else { return }
        diagnostics.append(diagnostic)
    }

    package func error(
        _ code: Diagnostic.Code,
        at place: Place,
        _ message: String,
        suggestion: String? = nil,
        allowed: [String] = []
    ) {
        add(Diagnostic(.error, code, at: place, message, suggestion: suggestion, allowed: allowed))
    }

    package func warning(
        _ code: Diagnostic.Code,
        at place: Place,
        _ message: String,
        suggestion: String? = nil,
        allowed: [String] = []
    ) {
        add(Diagnostic(.warning, code, at: place, message, suggestion: suggestion, allowed: allowed))
    }

    /// A name that is not among the known ones; says which one is near, or else which there are.
    package func unknown(
        _ what: String,
        _ name: String,
        in whole: String? = nil,
        at place: Place,
        known: some Sequence<String>
    ) {
        let names = known.sorted()
        error(
            .unknownName,
            at: place,
            "there is no \(what) `\(name)`\(whole.map { " in \($0)" } ?? "")",
            suggestion: Suggestion.nearest(to: name, among: names),
            allowed: Array(names.prefix(Self.allowedMax))
        )
    }

    /// A value of a kind that does not belong there.
    package func mismatch(_ node: Located, _ subject: String, wants expected: String) {
        error(.wrongType, at: node.place, "\(subject) is \(expected), and not \(node.kind)")
    }

    /// So many names are listed in a message, and no more.
    package static let allowedMax = 30
}
