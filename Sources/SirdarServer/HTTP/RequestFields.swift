import Hummingbird
import JSON
import NIOCore
import SirdarCore

/// Reads the members of a request's JSON object and gathers everything that is wrong with them, to be told at once.
///
/// A member that nobody asked for is an error: a mistyped name must not be passed over in silence.
struct RequestFields {
    private let object: JSON.Object
    private let pointer: String
    private var known: Set<String> = []
    private(set) var errors: [FieldError] = []

    init(_ object: JSON.Object, at pointer: String = "") {
        self.object = object
        self.pointer = pointer
    }

    /// The body of a request; an empty one counts as `{}`.
    init(_ request: Request) async throws {
        let buffer = try await request.body.collect(upTo: Limits.bodyBytesMax)
        guard buffer.readableBytes > 0 else {
            self.init([:])
            return
        }
        let type = request.headers[.contentType] ?? "application/json"
        guard type.hasPrefix("application/json") else {
            throw Trouble(status: 415, code: "media-type", title: "Not JSON", detail: "Send JSON: application/json.")
        }
        let json: JSON
        do { json = try JSON(parsing: Array(buffer.readableBytesView)) } catch {
            throw Trouble.malformed("The body is not JSON: \(error)")
        }
        guard let object = json.asObject else { throw Trouble.malformed("The body must be a JSON object.") }
        self.init(object)
    }

    mutating func add(_ key: String, _ detail: String) {
        errors.append(FieldError(pointer: "\(pointer)/\(key)", detail))
    }

    mutating func json(_ key: String) -> JSON? {
        known.insert(key)
        guard let value = object[key], !value.isNull else { return nil }
        return value
    }

    /// All of them, for a reader that knows which there are.
    mutating func everything() -> JSON.Object {
        known.formUnion(object.keys)
        return object
    }

    mutating func optionalText(_ key: String, max: Int = Limits.noteCharactersMax) -> String? {
        guard let value = json(key) else { return nil }
        guard let text = value.asString else {
            add(key, "`\(key)` must be a text.")
            return nil
        }
        guard text.unicodeScalars.count <= max else {
            add(key, "`\(key)` is longer than \(max) characters.")
            return nil
        }
        return text
    }

    mutating func text(_ key: String, max: Int = Limits.noteCharactersMax) -> String {
        let before = errors.count
        if let text = optionalText(key, max: max), !text.trimmed.isEmpty { return text.trimmed }
        if errors.count == before { add(key, "`\(key)` is missing.") }
        return ""
    }

    mutating func choice<Choice: RawRepresentable & CaseIterable>(_ key: String) -> Choice?
    where Choice.RawValue == String {
        let text = text(key)
        if let choice = Choice(rawValue: text) { return choice }
        if !text.isEmpty {
            add(key, "`\(key)` must be one of: \(Choice.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
        return nil
    }

    mutating func flag(_ key: String) -> Bool? {
        guard let value = json(key) else { return nil }
        if let flag = value.asBool { return flag }
        add(key, "`\(key)` must be true or false.")
        return nil
    }

    mutating func integer(_ key: String) -> Int? {
        guard let value = json(key) else { return nil }
        if let number = value.asInt { return number }
        add(key, "`\(key)` must be a whole number.")
        return nil
    }

    mutating func identifier(_ key: String) -> Identifier? {
        guard let text = optionalText(key) else { return nil }
        if let identifier = Identifier(text) { return identifier }
        add(key, "`\(key)` is no identifier.")
        return nil
    }

    mutating func object(_ key: String) -> JSON.Object {
        guard let value = json(key) else { return [:] }
        if let object = value.asObject { return object }
        add(key, "`\(key)` must be an object.")
        return [:]
    }

    mutating func array(_ key: String) -> [JSON] {
        guard let value = json(key) else { return [] }
        if let array = value.asArray { return array }
        add(key, "`\(key)` must be a list.")
        return []
    }

    mutating func texts(_ key: String) -> [String] {
        let values = array(key)
        let texts = values.compactMap(\.asString)
        if texts.count != values.count { add(key, "`\(key)` must be a list of texts.") }
        return texts
    }

    /// - Throws: everything that was found wrong, unknown members included.
    mutating func finish() throws(Trouble) {
        for (key, _) in object where !known.contains(key) {
            let names = known.sorted().joined(separator: ", ")
            add(key, "`\(key)` is not known here. \(names.isEmpty ? "Nothing is." : "Known: \(names).")")
        }
        guard errors.isEmpty else { throw .invalid(errors) }
    }
}
