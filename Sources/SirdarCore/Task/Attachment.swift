/// A file that belongs to a task, without its bytes: these are kept elsewhere, by their digest.
package struct Attachment: Sendable, Hashable {
    /// Unique among those of the task; evidence names it.
    package let name: String
    /// What it is said to be: a media type.
    package let type: String
    package let bytes: Int
    /// SHA-256 of the bytes.
    package let digest: ContentHash

    package static let nameCharactersMax = 120
    private static let nameBytesMax = 240

    package init(name: String, type: String, bytes: Int, digest: ContentHash) {
        self.name = name
        self.type = type
        self.bytes = bytes
        self.digest = digest
    }

    /// What is wrong with a name; `nil`: it is one that every file system and every screen takes as it is.
    package static func fault(inName name: String) -> String? {
        guard (1...nameCharactersMax).contains(name.count), name.utf8.count <= nameBytesMax else {
            return "A file's name has 1 to \(nameCharactersMax) characters."
        }
        let isPlain = name.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
            case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
                .spacingMark, .enclosingMark, .decimalNumber, .letterNumber, .otherNumber, .connectorPunctuation,
                .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation, .finalPunctuation,
                .otherPunctuation, .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol, .spaceSeparator:
                true
            @unknown default: false
            }
        }
        guard isPlain, !name.contains("/"), !name.contains("\\"), name.first != ".", name.first?.isWhitespace == false,
            name.last?.isWhitespace == false
        else { return "A file's name is no path, begins with no dot, and has no invisible characters." }
        return nil
    }
}
