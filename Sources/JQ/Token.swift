/// A word of the language, and where it stands.
struct Token: Sendable {
    let kind: Kind
    /// In Unicode scalars from the start of the source.
    let offset: Int

    enum Kind: Hashable, Sendable {
        case number(String)
        /// A name, also one that is a keyword where a keyword is wanted.
        case name(String)
        /// `.name`
        case field(String)
        /// `$name`
        case variable(String)
        /// `@name`
        case format(String)
        case stringStart
        case text(String)
        case interpolationStart
        case interpolationEnd
        case stringEnd
        /// An operator or a bracket.
        case symbol(String)
        case end
    }
}

extension Token.Kind: CustomStringConvertible {
    var description: String {
        switch self {
        case .number(let text), .name(let text), .symbol(let text): "'\(text)'"
        case .field(let name): "'.\(name)'"
        case .variable(let name): "'$\(name)'"
        case .format(let name): "'@\(name)'"
        case .stringStart, .text, .interpolationStart, .interpolationEnd, .stringEnd: "a string"
        case .end: "the end of the expression"
        }
    }
}

/// A problem at a place of the source, before line and column are known.
struct Complaint: Error {
    let offset: Int
    let message: String
    var hint: String?
}
