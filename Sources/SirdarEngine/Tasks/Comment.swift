import JSON
package import SirdarCore

/// Something that was said about a task, as it is kept: a record of its own, so that a task stays small.
package struct Comment: Sendable, Hashable {
    package let id: Identifier
    package let task: Identifier
    package let at: Timestamp
    package let comment: TaskComment

    package static let kind = "comment"
    /// The longest text.
    package static let charactersMax = 10_000

    init(id: Identifier, task: Identifier, at: Timestamp, _ comment: TaskComment) {
        self.id = id
        self.task = task
        self.at = at
        self.comment = comment
    }

    package init?(_ record: Record) {
        guard let id = Identifier(record.key), let task = Identifier(record.scope),
            let kind = record.body["kind"]?.asString.flatMap(TaskComment.Kind.init(rawValue:)),
            let by = record.body["by"]?.asString, let at = record.body["at"]?.asString.flatMap(Timestamp.init)
        else { return nil }
        self.init(
            id: id,
            task: task,
            at: at,
            TaskComment(
                kind,
                by: by,
                record.body["text"]?.asString ?? "",
                values: record.body["values"]?.asObject ?? [:]
            )
        )
    }

    var added: RecordChange {
        RecordChange(
            kind: Self.kind,
            key: id.description,
            scope: task.description,
            body: [
                "kind": .string(comment.kind.rawValue), "by": .string(comment.by), "at": .string(at.description),
                "text": .string(comment.text), "values": .object(comment.values),
            ],
            expecting: .absent
        )
    }

    /// What was said about a task, the first first.
    package static func all(of task: Identifier, _ records: any RecordReader) throws(StoreError) -> [Comment] {
        try records.records(RecordQuery(kind: kind, scope: task.description, limit: RecordQuery.limitMax))
            .compactMap(Comment.init)
    }
}
