/// A property that a Unicode scalar has or has not, as `\p{…}`, `[[:…:]]` and the class escapes name it.
enum ScalarProperty: Sendable {
    case categories(Set<Unicode.GeneralCategory>)
    case alphabetic
    case uppercase
    case lowercase
    case whiteSpace
    case word
    case alphanumeric
    case hexDigit
    case blank
    case graphic
    case printable
    case punctuation
    case emoji
    case ideographic
    case idStart
    case idContinue
    case assigned
    case ascii
    case any

    func holds(for value: UInt32) -> Bool {
        guard let scalar = Unicode.Scalar(value) else { return false }
        let properties = scalar.properties
        switch self {
        case .categories(let set): return set.contains(properties.generalCategory)
        case .alphabetic: return properties.isAlphabetic
        case .uppercase: return properties.isUppercase
        case .lowercase: return properties.isLowercase
        case .whiteSpace: return properties.isWhitespace
        case .word: return Self.isWord(scalar)
        case .alphanumeric: return properties.isAlphabetic || properties.generalCategory == .decimalNumber
        case .hexDigit: return scalar.hexDigit != nil
        case .blank: return value == 0x09 || properties.generalCategory == .spaceSeparator
        case .graphic: return Self.isGraphic(scalar)
        case .printable: return Self.isGraphic(scalar) || properties.generalCategory == .spaceSeparator
        case .punctuation: return Self.isPunctuation(scalar)
        case .emoji: return properties.isEmoji
        case .ideographic: return properties.isIdeographic
        case .idStart: return properties.isIDStart
        case .idContinue: return properties.isIDContinue
        case .assigned: return properties.generalCategory != .unassigned
        case .ascii: return value < 128
        case .any: return true
        }
    }

    static let digit = ScalarProperty.categories([.decimalNumber])

    static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return ScalarSet.asciiWord.contains(scalar.value) }
        if scalar.properties.isAlphabetic { return true }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation: return true
        default: return false
        }
    }

    private static func isGraphic(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .surrogate, .unassigned, .spaceSeparator, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }

    private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
        // POSIX counts the ASCII symbols such as `$` and `+` too.
        if scalar.isASCII { return isGraphic(scalar) && !isWord(scalar) || scalar == "_" }
        return ScalarProperty.categories(punctuationCategories).holds(for: scalar.value)
    }

    private static let punctuationCategories: Set<Unicode.GeneralCategory> = [
        .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
        .finalPunctuation, .otherPunctuation,
    ]

    // MARK: Names

    /// The property of that name; case, spaces, `_` and `-` do not matter.
    static func named(_ name: String) -> ScalarProperty? {
        var key = String(String.UnicodeScalarView(name.unicodeScalars.filter { !"_- ".unicodeScalars.contains($0) }))
        key = key.lowercased()
        for prefix in ["generalcategory=", "gc="] where key.hasPrefix(prefix) { key.removeFirst(prefix.count) }
        if let category = categoriesByName[key] { return .categories(category) }
        return binaryByName[key]
    }

    private static let binaryByName: [String: ScalarProperty] = [
        "alphabetic": .alphabetic, "alpha": .alphabetic, "uppercase": .uppercase, "upper": .uppercase,
        "lowercase": .lowercase, "lower": .lowercase, "whitespace": .whiteSpace, "space": .whiteSpace,
        "wspace": .whiteSpace, "word": .word, "alnum": .alphanumeric, "xdigit": .hexDigit, "asciihexdigit": .hexDigit,
        "ahex": .hexDigit, "blank": .blank, "graph": .graphic, "print": .printable, "emoji": .emoji,
        "ideographic": .ideographic, "ideo": .ideographic, "idstart": .idStart, "ids": .idStart,
        "idcontinue": .idContinue, "idc": .idContinue, "assigned": .assigned, "ascii": .ascii, "any": .any,
    ]

    private static let letterCategories: Set<Unicode.GeneralCategory> = [
        .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
    ]

    private static let categoriesByName: [String: Set<Unicode.GeneralCategory>] = {
        var names: [String: Set<Unicode.GeneralCategory>] = [:]
        func add(_ short: String, _ long: String, _ categories: Set<Unicode.GeneralCategory>) {
            names[short] = categories
            names[long] = categories
        }
        add("l", "letter", letterCategories)
        add("lc", "casedletter", [.uppercaseLetter, .lowercaseLetter, .titlecaseLetter])
        add("lu", "uppercaseletter", [.uppercaseLetter])
        add("ll", "lowercaseletter", [.lowercaseLetter])
        add("lt", "titlecaseletter", [.titlecaseLetter])
        add("lm", "modifierletter", [.modifierLetter])
        add("lo", "otherletter", [.otherLetter])
        add("m", "mark", [.nonspacingMark, .spacingMark, .enclosingMark])
        add("mn", "nonspacingmark", [.nonspacingMark])
        add("mc", "spacingmark", [.spacingMark])
        add("me", "enclosingmark", [.enclosingMark])
        add("n", "number", [.decimalNumber, .letterNumber, .otherNumber])
        add("nd", "decimalnumber", [.decimalNumber])
        add("nl", "letternumber", [.letterNumber])
        add("no", "othernumber", [.otherNumber])
        names["digit"] = [.decimalNumber]
        add("p", "punctuation", punctuationCategories)
        names["punct"] = punctuationCategories
        add("pc", "connectorpunctuation", [.connectorPunctuation])
        add("pd", "dashpunctuation", [.dashPunctuation])
        add("ps", "openpunctuation", [.openPunctuation])
        add("pe", "closepunctuation", [.closePunctuation])
        add("pi", "initialpunctuation", [.initialPunctuation])
        add("pf", "finalpunctuation", [.finalPunctuation])
        add("po", "otherpunctuation", [.otherPunctuation])
        add("s", "symbol", [.mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol])
        add("sm", "mathsymbol", [.mathSymbol])
        add("sc", "currencysymbol", [.currencySymbol])
        add("sk", "modifiersymbol", [.modifierSymbol])
        add("so", "othersymbol", [.otherSymbol])
        add("z", "separator", [.spaceSeparator, .lineSeparator, .paragraphSeparator])
        add("zs", "spaceseparator", [.spaceSeparator])
        add("zl", "lineseparator", [.lineSeparator])
        add("zp", "paragraphseparator", [.paragraphSeparator])
        add("c", "other", [.control, .format, .surrogate, .privateUse, .unassigned])
        add("cc", "control", [.control])
        names["cntrl"] = [.control]
        add("cf", "format", [.format])
        add("co", "privateuse", [.privateUse])
        add("cn", "unassigned", [.unassigned])
        return names
    }()

    /// The class of a POSIX name in brackets, `[[:alpha:]]`.
    static func posix(_ name: String) -> ScalarProperty? {
        switch name {
        case "alpha": .alphabetic
        case "digit": .digit
        case "alnum": .alphanumeric
        case "upper": .uppercase
        case "lower": .lowercase
        case "space": .whiteSpace
        case "blank": .blank
        case "cntrl": .categories([.control])
        case "punct": .punctuation
        case "graph": .graphic
        case "print": .printable
        case "xdigit": .hexDigit
        case "word": .word
        case "ascii": .ascii
        default: nil
        }
    }
}
