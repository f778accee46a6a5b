extension JSON {
    /// What a text may cost before it is refused.
    package struct Limits: Sendable {
        /// How many arrays and objects may lie inside each other.
        package var depth: Int
        /// How long the text may be.
        package var bytes: Int
        /// What a second member of the same name means. RFC 8259 leaves it open; two readers that choose differently
        /// see two documents, so it is refused unless asked for.
        package var duplicateKeys: DuplicateKeys

        package enum DuplicateKeys: Sendable {
            case refused
            case lastWins
        }

        package static let `default` = Limits()

        package init(depth: Int = 512, bytes: Int = 64 << 20, duplicateKeys: DuplicateKeys = .refused) {
            self.depth = depth
            self.bytes = bytes
            self.duplicateKeys = duplicateKeys
        }
    }

    /// Why a text is not a JSON document, and where.
    package struct ParseError: Error, Hashable, Sendable, CustomStringConvertible {
        /// From 1.
        package let line: Int
        /// From 1, counted in Unicode scalars.
        package let column: Int
        /// In bytes, from 0.
        package let offset: Int
        package let message: String

        package var description: String { "line \(line), column \(column): \(message)" }
    }
}
