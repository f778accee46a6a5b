import Testing

/// One place in the repository that breaks one of its rules.
struct Finding: CustomStringConvertible, Equatable {
    let path: String
    let line: Int
    let text: String

    var description: String { "\(path):\(line): \(text)" }
}

extension [Finding] {
    /// Makes each finding an issue of its own, so that one run shows all of them.
    func report(sourceLocation: SourceLocation = #_sourceLocation) {
        for finding in self {
            Issue.record("\(finding)", sourceLocation: sourceLocation)
        }
    }
}
