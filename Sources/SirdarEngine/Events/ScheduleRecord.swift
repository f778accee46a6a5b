import JSON
import SirdarCore
import SirdarJournal

/// Where a schedule stands: a record, so that it moves in the same commit as the instance that it starts.
struct ScheduleRecord: Sendable, Hashable {
    static let kind = "schedule"

    /// What it was made for; another schedule of the same workflow begins anew.
    let plan: String
    /// When it starts an instance; `nil`: when something else happens.
    var next: Timestamp?
    /// The time for which it last started one.
    var last: Timestamp?
    /// The instance after whose end it goes on.
    var instance: Identifier?
    /// What it has heard of the events that it waits for.
    var hearing: Hearing?

    init(plan: String) { self.plan = plan }

    /// `nil` when the record was made for another plan, or is none.
    init?(_ record: Record, plan: String) { self.init(body: record.body, plan: plan) }

    init?(body: JSON, plan: String) {
        guard body["plan"]?.asString == plan else { return nil }
        self.plan = plan
        next = body["next"]?.asString.flatMap(Timestamp.init)
        last = body["last"]?.asString.flatMap(Timestamp.init)
        instance = body["instance"]?.asString.flatMap(Identifier.init)
        hearing = body["heard"]?.asString.flatMap(Self.hearing)
    }

    /// The instance that it waited for has ended.
    mutating func goOn(at moment: Timestamp) {
        instance = nil
        next = moment
    }

    private var body: JSON {
        var object: JSON.Object = ["plan": .string(plan)]
        object["next"] = next.map { .string($0.description) }
        object["last"] = last.map { .string($0.description) }
        object["instance"] = instance.map { .string($0.description) }
        object["heard"] = hearing.map { hearing in
            var writer = ByteWriter()
            writer.write(hearing)
            return .string(writer.bytes.hexadecimal)
        }
        return .object(object)
    }

    private static func hearing(_ text: String) -> Hearing? {
        let digits = Array(text.utf8)
        let bytes = stride(from: 0, to: digits.count - 1, by: 2).compactMap { index in
            UInt8(String(decoding: digits[index...index + 1], as: UTF8.self), radix: 16)
        }
        var reader = ByteReader(bytes)
        // What cannot be read any more is heard anew.
        return try? reader.hearing()
    }

    /// The change that makes a record of it; `record`: as it was read, whose version it must still have.
    func change(of document: Workflow.Document, from record: Record?) -> RecordChange {
        change(of: document, expecting: record.map { .version($0.version) } ?? .absent)
    }

    func change(of document: Workflow.Document, expecting: RecordChange.Expectation) -> RecordChange {
        RecordChange(kind: Self.kind, key: Self.key(document), body: body, expecting: expecting)
    }

    static func key(_ document: Workflow.Document) -> String { "\(document.namespace)/\(document.name)" }
}

extension Commit {
    var movesSchedules: Bool { records.contains { $0.kind == ScheduleRecord.kind } }

    var bringsEvents: Bool {
        events.contains { event in
            switch event {
            case .happened: true
            case .delivered, .listen, .stopListening: false
            }
        }
    }
}
