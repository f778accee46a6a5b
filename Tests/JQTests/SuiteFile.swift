import JSON

/// A file of jq's own test suite, in its own format: groups of a program, an input and the outputs.
struct SuiteFile {
    let name: String
    let groups: [Group]

    struct Group {
        /// From 1, where the program stands.
        let line: Int
        let program: String
        let body: Body

        enum Body {
            case outputs(input: String, expected: [String])
            case mustNotCompile
        }
    }

    init(name: String, text: String) {
        self.name = name
        var groups: [Group] = []
        var lines: [(number: Int, text: String)] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            // Blank lines part the groups; a comment may stand anywhere.
            if line.allSatisfy(\.isWhitespace) {
                groups.append(contentsOf: Self.group(lines))
                lines = []
            } else if !line.drop(while: \.isWhitespace).hasPrefix("#") {
                lines.append((index + 1, String(line)))
            }
        }
        groups.append(contentsOf: Self.group(lines))
        self.groups = groups
    }

    private static func group(_ lines: [(number: Int, text: String)]) -> [Group] {
        guard let first = lines.first else { return [] }
        if first.text.hasPrefix("%%FAIL") {
            guard lines.count > 1 else { return [] }
            return [Group(line: lines[1].number, program: lines[1].text, body: .mustNotCompile)]
        }
        let rest = lines.dropFirst().map(\.text)
        let body = Group.Body.outputs(input: rest.first ?? "null", expected: Array(rest.dropFirst()))
        return [Group(line: first.number, program: first.text, body: body)]
    }
}
