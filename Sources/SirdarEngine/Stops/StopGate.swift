import JSON
package import SirdarCore

/// What supervisors have stopped, as whoever begins something asks it: in memory, and read from the store at the start.
///
/// A due step that is not to begin is put aside: it stays in the store, due at a time that never comes, and lifting a
/// stop makes everything that was put aside due again. Whoever decided to put a step aside before the lifting, and
/// wrote it after, finds that the gate has moved since, and says so.
package final class StopGate: Sendable {
    private struct State {
        var stops = Stops()
        /// Grows with each change.
        var moves = 0
    }

    private let state = Locked(State())

    /// When a step that was put aside is due.
    static let aside = Timestamp.distantFuture

    package var stops: Stops { state.withLock { $0.stops } }
    var moves: Int { state.withLock { $0.moves } }
    var isOpen: Bool { state.withLock { $0.stops.isEmpty } }

    func change(_ body: (Stops) -> Stops) {
        state.withLock { state in
            state.stops = body(state.stops)
            state.moves += 1
        }
    }

    func read(_ records: any RecordReader) throws(StoreError) {
        let stops = try records.records(RecordQuery(kind: Stop.kind, limit: Stops.countMax)).compactMap(Stop.init)
        change { _ in Stops(stops) }
    }
}

extension Stop {
    static let kind = "stop"

    init?(_ record: Record) {
        guard let kind = record.body["kind"]?.asString.flatMap(Part.Kind.init(rawValue:)),
            let name = record.body["name"]?.asString, let by = record.body["by"]?.asString,
            let since = record.body["since"]?.asString.flatMap(Timestamp.init)
        else { return nil }
        self.init(Part(kind, name), reason: record.body["reason"]?.asString ?? "", by: by, since: since)
    }

    var added: RecordChange {
        RecordChange(
            kind: Self.kind,
            key: part.key,
            body: [
                "kind": .string(part.kind.rawValue), "name": .string(part.name), "reason": .string(reason),
                "by": .string(by), "since": .string(since.description),
            ],
            expecting: .absent
        )
    }
}

extension Stop.Part {
    fileprivate var key: String { "\(kind.rawValue)/\(name)" }

    var removed: RecordChange { RecordChange(kind: Stop.kind, key: key, body: nil, expecting: .any) }
}

extension Beginning {
    /// A due step, where its lane says that it goes.
    static func step(_ step: DueStep, of workflow: String?) -> Beginning { .call(step.action, step.lane, of: workflow) }

    static func call(_ action: String, _ lane: Lane, of workflow: String?) -> Beginning {
        let places = lane.name.split(separator: "/", maxSplits: 1).map(String.init)
        guard places.count == 2 else { return .call(action, of: workflow) }
        return .call(action, cloud: places[0], location: places[1], of: workflow)
    }
}

extension Workflow.Document {
    /// The workflow in all its versions.
    package var part: Stop.Part { .init(.workflow, "\(namespace)/\(name)") }
}
