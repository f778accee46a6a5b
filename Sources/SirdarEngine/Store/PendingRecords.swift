import SirdarCore

/// Records as they will be once the commit in hand is durable: what one part of a decision has written, the next part
/// reads, so that both can change the same record.
struct PendingRecords: RecordReader {
    let store: any RecordReader
    let changes: [RecordChange]

    func record(_ kind: String, _ key: String) throws(StoreError) -> Record? {
        guard let change = changes.last(where: { $0.kind == kind && $0.key == key }) else {
            return try store.record(kind, key)
        }
        return try record(after: change)
    }

    func record(_ kind: String, scope: String, named name: String) throws(StoreError) -> Record? {
        guard let change = changes.last(where: { $0.kind == kind && $0.scope == scope && $0.name == name }) else {
            return try store.record(kind, scope: scope, named: name)
        }
        return try record(after: change)
    }

    /// Lists are as they were before the commit.
    func records(_ query: RecordQuery) throws(StoreError) -> [Record] { try store.records(query) }

    private func record(after change: RecordChange) throws(StoreError) -> Record? {
        guard let body = change.body else { return nil }
        let before: Int64 =
            switch change.expecting {
            case .absent: 0
            case .version(let version): version
            case .any: try store.record(change.kind, change.key)?.version ?? 0
            }
        return Record(
            kind: change.kind,
            key: change.key,
            scope: change.scope,
            name: change.name,
            version: before + 1,
            body: body
        )
    }
}
