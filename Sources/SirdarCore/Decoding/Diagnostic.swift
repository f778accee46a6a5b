package import JSON

/// One mistake in a file that people write, at its place, with what to write instead.
package struct Diagnostic: Error, Sendable, Hashable {
    package let severity: Severity
    package let code: Code
    package let place: Place
    /// What is wrong, as a sentence without its full stop.
    package let message: String
    /// What was probably meant.
    package let suggestion: String?
    /// What may stand there; empty when that cannot be listed.
    package let allowed: [String]

    package enum Severity: String, Sendable, Hashable, CaseIterable { case error, warning }

    package init(
        _ severity: Severity,
        _ code: Code,
        at place: Place,
        _ message: String,
        suggestion: String? = nil,
        allowed: [String] = []
    ) {
        self.severity = severity
        self.code = code
        self.place = place
        self.message = message
        self.suggestion = suggestion
        self.allowed = allowed
    }

    package var isError: Bool { severity == .error }
}

extension Diagnostic {
    /// Names a kind of mistake, for programs. A code never changes its meaning.
    package enum Code: String, Sendable, Hashable, CaseIterable {
        /// The file cannot be read, or is not there.
        case unreadable
        /// The file is no well-formed YAML or Markdown front matter.
        case syntax
        /// A limit of size, depth or count is passed.
        case tooLarge = "too-large"
        case duplicateKey = "duplicate-key"
        case unknownKey = "unknown-key"
        case missingKey = "missing-key"
        case wrongType = "wrong-type"
        case wrongValue = "wrong-value"
        /// The name of something that nobody has defined: a function, queue, skill, runbook, calendar, workflow …
        case unknownName = "unknown-name"
        case duplicateName = "duplicate-name"
        /// `then` leads to no step of its sequence.
        case unknownTarget = "unknown-target"
        case unreachable
        /// An expression does not compile.
        case expression
        case unknownVariable = "unknown-variable"
        /// `${ … }` in the midst of a text, where it is not evaluated.
        case partialExpression = "partial-expression"
        /// A JSON Schema that is none, or uses a keyword that is not supported.
        case schema
        /// Arguments that break the schema of what they are given to.
        case arguments
        /// A wait or a loop without a bound.
        case unbounded
        /// A `switch` without a default.
        case noDefault = "no-default"
        /// Part of the language, and not in this version of Sirdar.
        case notYet = "not-yet"
        /// Part of the language, and left out for good.
        case refused
        /// A version of a definition that is already deployed with other content, or stands in two files.
        case versionTaken = "version-taken"
        /// A runbook past its review date.
        case stale
    }

    /// `file:line:column: error[code]: what is wrong; did you mean …; allowed here: …`
    package func text(in file: String) -> String {
        "\(file):\(place): \(severity.rawValue)[\(code.rawValue)]: \(words)"
    }

    /// What is wrong, what was probably meant, and what may stand there.
    package var words: String {
        var text = message
        if let suggestion { text += "; did you mean `\(suggestion)`?" }
        if !allowed.isEmpty {
            text += "\(suggestion == nil ? ";" : "") allowed here: \(allowed.joined(separator: ", "))"
        }
        return text
    }

    package var json: JSON {
        var object: JSON.Object = [
            "severity": .string(severity.rawValue), "code": .string(code.rawValue),
            "line": .number(JSON.Number(place.line)), "column": .number(JSON.Number(place.column)),
            "message": .string(message),
        ]
        object["suggestion"] = suggestion.map(JSON.string)
        if !allowed.isEmpty { object["allowed"] = .array(allowed.map(JSON.string)) }
        return .object(object)
    }
}
