import JSON
package import SirdarCore

/// A filter of the queue that was given a name: one's own, or everybody's.
package struct SavedView: Sendable, Hashable {
    package let id: Identifier
    package let name: String
    package let filter: String
    /// Who saved it.
    package let by: String
    package let isShared: Bool
    package let at: Timestamp

    package static let kind = "view"
    package static let nameCharactersMax = 40
    /// How many one person may have, and how many all together.
    package static let countMax = 50

    package init(id: Identifier, name: String, filter: String, by: String, isShared: Bool, at: Timestamp) {
        self.id = id
        self.name = name
        self.filter = filter
        self.by = by
        self.isShared = isShared
        self.at = at
    }

    package init?(_ record: Record) {
        guard let id = Identifier(record.key), let name = record.body["name"]?.asString,
            let filter = record.body["filter"]?.asString, let by = record.body["by"]?.asString,
            let at = record.body["at"]?.asString.flatMap(Timestamp.init)
        else { return nil }
        self.init(id: id, name: name, filter: filter, by: by, isShared: record.scope == Self.shared, at: at)
    }

    /// The scope of what everybody sees; a person's own have their identifier.
    private static let shared = "shared"
    private var scope: String { isShared ? Self.shared : by }

    /// Names are compared without regard to case, among one's own and among the shared ones.
    package var added: RecordChange {
        RecordChange(
            kind: Self.kind,
            key: id.description,
            scope: scope,
            name: name.lowercased(),
            body: [
                "name": .string(name), "filter": .string(filter), "by": .string(by), "at": .string(at.description),
            ],
            expecting: .absent
        )
    }

    package var removed: RecordChange {
        RecordChange(kind: Self.kind, key: id.description, scope: scope, body: nil, expecting: .any)
    }

    /// The shared ones and one's own, by their names.
    package static func all(for person: String, _ records: any RecordReader) throws(StoreError) -> [SavedView] {
        let found = try of(shared, records) + of(person, records)
        return found.sorted { ($0.name.lowercased(), $0.id.value) < ($1.name.lowercased(), $1.id.value) }
    }

    /// `nil` when it is somebody else's own.
    package static func one(
        _ id: Identifier,
        for person: String,
        _ records: any RecordReader
    ) throws(StoreError) -> SavedView? {
        guard let view = try records.record(kind, id.description).flatMap(SavedView.init) else { return nil }
        return view.isShared || view.by == person ? view : nil
    }

    private static func of(_ scope: String, _ records: any RecordReader) throws(StoreError) -> [SavedView] {
        try records.records(RecordQuery(kind: kind, scope: scope, limit: RecordQuery.limitMax))
            .compactMap(SavedView.init)
    }
}
