import JSON
import SirdarCore
import SirdarEngine
import SirdarJournal

/// An entry of the journal, read back from its canonical form.
struct EntryView: Sendable {
    let sequence: Int64
    let at: Timestamp
    let actor: String
    let actorKind: String
    let channel: String
    let action: String
    let objectKind: String
    let object: Identifier
    let part: String?
    let refusal: String?
    let detail: JSON
    let confidential: JSON
    let requestID: String?

    init(_ stored: StoredEntry) {
        let json = Self.parse(stored.entry.canonical)
        sequence = stored.sequence
        at = stored.entry.at
        object = stored.entry.object
        actor = json["actor"]?["id"]?.asString ?? ""
        actorKind = json["actor"]?["kind"]?.asString ?? ""
        channel = json["channel"]?.asString ?? ""
        action = json["action"]?.asString ?? ""
        objectKind = json["object"]?["kind"]?.asString ?? ""
        part = json["object"]?["part"]?.asString
        refusal = json["refusal"]?.asString
        detail = json["detail"] ?? .null
        requestID = json["requestId"]?.asString
        confidential = stored.entry.confidential.map(Self.parse) ?? .null
    }

    /// What the journal holds was written by us; what cannot be read any more is shown as empty, never guessed.
    private static func parse(_ bytes: [UInt8]) -> JSON { (try? JSON(parsing: bytes)) ?? .null }

    func json(_ reading: Reading) throws -> JSON {
        var object: JSON.Object = [
            "sequence": .number(JSON.Number(Int(sequence))), "at": .string(at.description),
            "actor": ["id": .string(actor), "kind": .string(actorKind), "name": .string(try reading.name(actor))],
            "channel": .string(channel), "action": .string(action),
            "object": ["kind": .string(objectKind), "id": .string(self.object.description)],
        ]
        if let part { object["part"] = .string(part) }
        if let refusal { object["refusal"] = .string(refusal) }
        if !detail.isNull { object["detail"] = detail }
        if !confidential.isNull { object["confidential"] = confidential }
        if let requestID { object["request_id"] = .string(requestID) }
        return .object(object)
    }
}

extension Reading {
    /// How many entries a story is told from; an instance that has more is told from its first.
    private static let entriesMax = 5_000

    /// Everything that happened to an object, the oldest first.
    func entries(of object: Identifier) throws -> [EntryView] {
        var views: [EntryView] = []
        var query = EntryQuery(object: object, limit: 1_000)
        while views.count < Self.entriesMax {
            let page = try store.entries(query)
            views += page.map(EntryView.init)
            guard page.count == query.limit, let last = page.last else { break }
            query.after = last.sequence
        }
        return views
    }
}
