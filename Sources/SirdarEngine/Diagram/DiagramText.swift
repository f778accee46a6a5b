/// How wide texts are. A picture that is laid out here is drawn elsewhere, in a font that is known there only, so this
/// errs on the wide side.
enum DiagramText {
    static let size = 13.0
    static let small = 11.5

    /// About the width of a text in a sans-serif font.
    static func width(_ text: String, size: Double) -> Double {
        text.unicodeScalars.reduce(0) { $0 + advance($1) } * size
    }

    private static func advance(_ scalar: Unicode.Scalar) -> Double {
        switch scalar {
        case "i", "j", "l", "I", ".", ",", ":", ";", "'", "|", "!": 0.33
        case "f", "r", "t", " ", "(", ")", "[", "]", "-", "·", "/", "\"": 0.42
        case "m", "w", "M", "W", "@", "%", "–", "…", "—": 0.95
        case "A"..."Z": 0.74
        case "\u{0}"..."\u{2FF}": 0.62
        default: 1.05
        }
    }

    /// The text in lines of at most `width`, the last ending in … when that is not all.
    static func lines(_ text: String, width: Double, size: Double, count: Int) -> [String] {
        var words = text.split(separator: " ")[...]
        var lines: [String] = []
        while !words.isEmpty, lines.count < count {
            var line = String(words.removeFirst())
            while let next = words.first, self.width("\(line) \(next)", size: size) <= width {
                line += " \(next)"
                words.removeFirst()
            }
            lines.append(line)
        }
        if !words.isEmpty, let last = lines.popLast() { lines.append("\(last) \(words.joined(separator: " "))") }
        return lines.map { shortened($0, width: width, size: size) }
    }

    static func shortened(_ text: String, width: Double, size: Double) -> String {
        guard self.width(text, size: size) > width else { return text }
        var kept = text
        while !kept.isEmpty, self.width(kept + "…", size: size) > width { kept.removeLast() }
        return kept + "…"
    }
}
