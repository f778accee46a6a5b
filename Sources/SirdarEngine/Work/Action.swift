package import JSON
package import JSONSchema
package import SirdarCore

/// Automatic work that a workflow can call: `call: <name>`.
///
/// An action may block, for minutes if it must: it runs on a slot of the worker pool. It may be performed more than
/// once for the same call (a worker dies, an answer is lost), so whatever it changes outside it must change under
/// `call.key`, and find it again by that key. An action that answers `.failed` has left nothing behind that a
/// repetition, or its workflow's compensation, would not find by that key.
package protocol Action: Sendable {
    var signature: ActionSignature { get }
    func perform(_ call: ActionCall) -> ActionOutcome
}

/// What an action tells of itself when it is registered.
package struct ActionSignature: Sendable {
    /// The name that definitions call.
    package let name: String
    /// One sentence, for authors.
    package let summary: String
    package let input: Schema
    /// The input's schema as it was written, for editors.
    package let inputDocument: JSON
    /// Which lane its calls take; see `Lane`. Evaluated on the call's input.
    package let lane: @Sendable (JSON) -> Lane
    package let retry: RetryPolicy
    /// Whether it changes something outside Sirdar: such a step makes its image *Building*.
    package let changesOutside: Bool
    /// Whether it only looks: it leaves everything outside Sirdar as it is, so that looking for nothing does no harm.
    /// It may then be performed before what made it due is durable. Nobody is taken to only look who does not say so.
    package let onlyLooks: Bool
    /// How long one attempt may take before its lease lapses unless renewed.
    package let attemptMax: Interval

    /// - Precondition: `input` is a schema of the supported draft; what changes something does not only look.
    package init(
        name: String,
        summary: String,
        input: JSON,
        retry: RetryPolicy = .standard,
        changesOutside: Bool = false,
        onlyLooks: Bool = false,
        attemptMax: Interval = .minutes(10),
        lane: @escaping @Sendable (JSON) -> Lane = { _ in .general }
    ) {
        precondition(!(changesOutside && onlyLooks), "\(name) changes something, so it does not only look")
        self.name = name
        self.summary = summary
        do { self.input = try Schema(input) } catch { preconditionFailure("the input schema of \(name): \(error)") }
        inputDocument = input
        self.retry = retry
        self.changesOutside = changesOutside
        self.onlyLooks = onlyLooks
        self.attemptMax = attemptMax
        self.lane = lane
    }
}

/// One attempt of one call.
package struct ActionCall: Sendable {
    package let input: JSON
    /// The same for every attempt of this call, and different for every other call: 32 hexadecimal digits.
    package let key: String
    package let attempt: Int
    package let instance: Identifier
    package let origin: Instance.Origin
    package let now: Timestamp
    /// The domain's documents, as they are now.
    package let records: any RecordReader

    package init(
        input: JSON,
        key: String,
        attempt: Int,
        instance: Identifier,
        origin: Instance.Origin,
        now: Timestamp,
        records: any RecordReader
    ) {
        self.input = input
        self.key = key
        self.attempt = attempt
        self.instance = instance
        self.origin = origin
        self.now = now
        self.records = records
    }
}

/// What came of an attempt: a closed vocabulary.
package enum ActionOutcome: Sendable {
    /// It is done; the records are written in the same transaction as the step's end.
    case done(JSON, records: [RecordChange] = [])
    case failed(Failure, records: [RecordChange] = [])
    /// Long work goes on outside: call again with the same key after this long. No thread is held meanwhile.
    case pending(checkAfter: Interval, records: [RecordChange] = [])
}

/// Where calls queue: each lane has a limit of its own, so that a slow place does not starve another.
package struct Lane: Sendable, Hashable {
    /// `general`, or `<cloud account>/<location>`.
    package let name: String

    package init(_ name: String) { self.name = name }

    package static let general = Lane("general")
}
