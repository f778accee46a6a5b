import JSON
package import SirdarCore

/// What is known of a file that belongs to a task: a record of its own, so that a task stays small.
package struct StoredAttachment: Sendable, Hashable {
    package let id: Identifier
    package let task: Identifier
    package let by: String
    package let at: Timestamp
    package let file: Attachment

    package static let kind = "attachment"
    /// How many one task may have.
    package static let countMax = 100

    init(id: Identifier, task: Identifier, by: String, at: Timestamp, _ file: Attachment) {
        self.id = id
        self.task = task
        self.by = by
        self.at = at
        self.file = file
    }

    package init?(_ record: Record) {
        guard let id = Identifier(record.key), let task = Identifier(record.scope), let name = record.name,
            let by = record.body["by"]?.asString, let at = record.body["at"]?.asString.flatMap(Timestamp.init),
            let type = record.body["type"]?.asString, let bytes = record.body["bytes"]?.asInt,
            let digest = record.body["digest"]?.asString
        else { return nil }
        let file = Attachment(name: name, type: type, bytes: bytes, digest: ContentHash(hex: digest))
        self.init(id: id, task: task, by: by, at: at, file)
    }

    var added: RecordChange {
        RecordChange(
            kind: Self.kind,
            key: id.description,
            scope: task.description,
            name: file.name,
            body: [
                "by": .string(by), "at": .string(at.description), "type": .string(file.type),
                "bytes": .number(JSON.Number(file.bytes)), "digest": .string(file.digest.hex),
            ],
            expecting: .absent
        )
    }

    /// The files of a task, the first first.
    package static func all(of task: Identifier, _ records: any RecordReader) throws(StoreError) -> [StoredAttachment] {
        try records.records(RecordQuery(kind: kind, scope: task.description, limit: RecordQuery.limitMax))
            .compactMap(StoredAttachment.init)
    }

    package static func named(
        _ name: String,
        of task: Identifier,
        _ records: any RecordReader
    ) throws(StoreError) -> StoredAttachment? {
        try records.record(kind, scope: task.description, named: name).flatMap(StoredAttachment.init)
    }

    /// `nil` when it is another task's, too.
    package static func one(
        _ id: Identifier,
        of task: Identifier,
        _ records: any RecordReader
    ) throws(StoreError) -> StoredAttachment? {
        try records.record(kind, id.description).flatMap(StoredAttachment.init).flatMap { $0.task == task ? $0 : nil }
    }

    /// Whether any task has a file of this digest.
    static func exists(_ digest: ContentHash, _ records: any RecordReader) throws(StoreError) -> Bool {
        var query = RecordQuery(kind: kind, limit: RecordQuery.limitMax)
        while true {
            let page = try records.records(query)
            if page.contains(where: { $0.body["digest"]?.asString == digest.hex }) { return true }
            guard page.count == query.limit, let last = page.last else { return false }
            query.after = last.key
        }
    }
}
