/// How texts are written on a terminal.
enum Text {
    /// The text with everything taken out that could steer a terminal or hide what follows: control characters,
    /// escape sequences, marks that turn the direction of writing. Line ends and tabs stay if asked for, and become
    /// spaces if not.
    static func printable(_ text: String, keepsLines: Bool = false) -> String {
        var printable = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x0A, 0x09: printable.append(keepsLines ? scalar : " ")
            case 0x0D: if !keepsLines { printable.append(" ") }
            case ..<0x20, 0x7F...0x9F, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: printable.append("\u{FFFD}")
            default: printable.append(scalar)
            }
        }
        return String(printable)
    }

    /// How many columns a text takes.
    static func width(_ text: String) -> Int { text.reduce(0) { $0 + width($1) } }

    private static func width(_ character: Character) -> Int {
        guard let scalar = character.unicodeScalars.first else { return 0 }
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE4F,
            0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
            return 2
        case 0x0300...0x036F, 0x200B...0x200D, 0xFE00...0xFE0F, 0xFEFF: return 0
        default: return 1
        }
    }

    /// The text cut to so many columns, ending in `…` when something was cut.
    static func cut(_ text: String, to columns: Int) -> String {
        guard width(text) > columns else { return text }
        var cut = ""
        var used = 1
        for character in text {
            used += width(character)
            guard used <= columns else { break }
            cut.append(character)
        }
        return cut + "…"
    }

    static func padded(_ text: String, to columns: Int, isRight: Bool = false) -> String {
        let space = String(repeating: " ", count: max(0, columns - width(text)))
        return isRight ? space + text : text + space
    }

    /// A name of the API's as words: `in_progress` becomes `in progress`, `renderNode` becomes `render node`.
    static func words(_ name: String) -> String {
        var words = ""
        for character in name {
            if character == "_" {
                words.append(" ")
            } else if character.isUppercase, words.last?.isLowercase == true {
                words.append(" \(character.lowercased())")
            } else {
                words.append(character)
            }
        }
        return words
    }

    static func count(_ number: Int, _ one: String, _ many: String) -> String {
        "\(number) \(number == 1 ? one : many)"
    }

    /// The text as a word of a shell's command line.
    static func shell(_ text: String) -> String {
        let isPlain =
            !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
                default: "-_./:@%+,=".utf8.contains(byte)
                }
            }
        return isPlain ? text : "'\(text.replacing("'", with: "'\\''"))'"
    }
}
