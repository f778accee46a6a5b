package import SirdarCore

/// What a decision writes about events. In one list, because their order counts: who listens hears what comes after.
package enum EventWrite: Sendable {
    /// Something has happened: an event, to be brought to whoever listens, and kept in the order of its coming.
    case happened(CloudEvent, at: Timestamp, by: EventOrigin)
    /// It was brought to everybody whom it concerned.
    case delivered(sequence: Int64, reached: Int)
    /// A step listens at these addresses, and at no others: to what comes after the event of that number, or after
    /// all that are there.
    case listen(WorkID, [EventAddress], after: Int64?)
    case stopListening(WorkID)
}

/// Where an event came from.
package enum EventOrigin: Sendable, Hashable {
    /// From outside; that it was here before fails the commit with `StoreError.nameTaken`.
    case outside
    /// A step emitted it; that it was here before changes nothing, for it is the same event.
    case step(WorkID)
}

/// An event as it is kept.
package struct StoredEvent: Sendable, Hashable {
    /// Its place in the order of all of them; grows, and is never given twice.
    package let sequence: Int64
    package let event: CloudEvent
    package let at: Timestamp
    /// The instance that emitted it; `nil`: it came from outside.
    package let emitter: Identifier?
    /// How many instances it moved or started; `nil`: it is still on its way.
    package let reached: Int?

    package init(sequence: Int64, event: CloudEvent, at: Timestamp, emitter: Identifier?, reached: Int?) {
        self.sequence = sequence
        self.event = event
        self.at = at
        self.emitter = emitter
        self.reached = reached
    }
}

/// A page of events. Whoever brings them elsewhere reads them in their order: `newestFirst: false, after:`.
package struct EventQuery: Sendable, Hashable {
    /// Only those that are still on their way.
    package var isPending: Bool
    package var type: String?
    /// Only those after this one; with `newestFirst`, before it.
    package var after: Int64?
    package var newestFirst: Bool
    package var limit: Int

    package init(
        isPending: Bool = false,
        type: String? = nil,
        after: Int64? = nil,
        newestFirst: Bool = false,
        limit: Int = 100
    ) {
        self.isPending = isPending
        self.type = type
        self.after = after
        self.newestFirst = newestFirst
        self.limit = min(limit, 200)
    }
}

/// Who listens at an address for what comes after an event.
package struct ListenerQuery: Sendable, Hashable {
    package var address: EventAddress
    /// Only who began to listen before the event of this number came.
    package var sequence: Int64

    package init(address: EventAddress, sequence: Int64) {
        self.address = address
        self.sequence = sequence
    }
}
