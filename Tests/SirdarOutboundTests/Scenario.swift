/// A scenario of a feature file: its steps, each with the text that stands under it.
struct Scenario {
    let name: String
    var steps: [Step] = []

    struct Step {
        /// Without `Given`, `When`, `Then`, `And`.
        let text: String
        var document: String?
    }

    /// What is written in a way that this reader does not know.
    struct Unreadable: Error {
        let line: String
    }

    /// Reads Gherkin as far as the kit uses it: features, scenarios, steps, comments, texts between `\"""`.
    static func read(_ text: String) throws -> [Scenario] {
        var scenarios: [Scenario] = []
        var quoted: (indent: Int, lines: [Substring])?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let bare = line.drop { $0 == " " }
            if let open = quoted {
                guard bare.hasPrefix("\"\"\"") else {
                    quoted?.lines.append(line.dropFirst(min(open.indent, line.count - bare.count)))
                    continue
                }
                guard let last = scenarios.indices.last, let step = scenarios[last].steps.indices.last else {
                    throw Unreadable(line: String(line))
                }
                scenarios[last].steps[step].document = open.lines.joined(separator: "\n")
                quoted = nil
            } else if bare.hasPrefix("\"\"\"") {
                quoted = (line.count - bare.count, [])
            } else if bare.hasPrefix("Scenario: ") {
                scenarios.append(Scenario(name: String(bare.dropFirst("Scenario: ".count))))
            } else if !scenarios.isEmpty, !bare.isEmpty, !bare.hasPrefix("#") {
                scenarios[scenarios.count - 1].steps.append(Step(text: try step(bare)))
            }
        }
        return scenarios
    }

    private static func step(_ line: Substring) throws -> String {
        var words = line.split(separator: " ")
        guard let first = words.first, ["Given", "When", "Then", "And", "But"].contains(first) else {
            throw Unreadable(line: String(line))
        }
        words.removeFirst()
        if words.first == "given" { words.removeFirst() }
        return words.joined(separator: " ")
    }
}
