import JSON
import SirdarCore

/// The arguments of a call with the values of its secrets in place: what is sent, and never what is kept.
struct Filling {
    let arguments: JSON
    var redactor = Redactor()
    /// Whether any secret is in it.
    let isConfidential: Bool

    /// Puts values where the machine wrote down that they belong, and nowhere else: a text that looks like a
    /// reference is a text.
    init(_ stored: JSON, _ source: any SecretSource) throws(SecretTrouble) {
        var texts: [String: String] = [:]
        for entry in stored[HTTPCall.secretsKey]?.asArray ?? [] {
            guard let place = entry["at"]?.asString, let pieces = entry["is"]?.asArray else { continue }
            var text = ""
            for piece in pieces {
                guard let name = piece["secret"]?.asString else {
                    text += piece.asString ?? ""
                    continue
                }
                let value = try source.value(of: name)
                redactor.hide(value, named: name)
                // A secret that is the whole address is one; one in an address is a part like any other.
                text += place == "/uri" && pieces.count > 1 ? value.percentEncoded : value
            }
            texts[place] = text
        }
        isConfidential = !texts.isEmpty
        arguments = Self.filled(stored, at: .root, texts)
    }

    private static func filled(_ value: JSON, at place: JSON.Pointer, _ texts: [String: String]) -> JSON {
        if texts.isEmpty { return value }
        switch value {
        case .null, .bool, .number: return value
        case .string: return texts[place.description].map(JSON.string) ?? value
        case .array(let elements):
            return .array(elements.enumerated().map { filled($1, at: place.appending($0), texts) })
        case .object(let members):
            return .object(JSON.Object(members.map { ($0.key, filled($0.value, at: place.appending($0.key), texts)) }))
        }
    }
}
