import JSON
import SirdarCore
package import SirdarEngine

/// What one listener has been told, and what comes next, in the form of server-sent events.
package struct ChangeTelling: Sendable {
    private let feed: ChangeFeed
    private let engine: Engine
    private let sessions: SessionLimits
    private let filter: ChangeFilter
    private var principal: Principal
    /// The last entry that was looked at on the listener's behalf.
    package private(set) var after: Int64
    private let endsAt: Timestamp
    private var isFirst = true
    private let mustBeginAnew: Bool

    package struct Told: Sendable {
        package var text: String
        /// Nothing more will be said: the person is out, or the line has lived long enough.
        package var isOver: Bool
    }

    package init(
        _ listener: ChangeFeed.Listener,
        to principal: Principal,
        only filter: ChangeFilter = ChangeFilter(),
        feed: ChangeFeed,
        engine: Engine,
        sessions: SessionLimits
    ) {
        self.feed = feed
        self.engine = engine
        self.sessions = sessions
        self.filter = filter
        self.principal = principal
        after = listener.after ?? listener.head
        mustBeginAnew = listener.after == nil
        endsAt = engine.clock.now().advanced(by: feed.life)
    }

    /// The browser comes back after so many milliseconds when the line has broken.
    private static let retry = 3_000

    /// What is to be said now; reads the store.
    package mutating func next(on wake: ChangeFeed.Wake) throws -> Told {
        var text = ""
        if isFirst {
            text = "retry: \(Self.retry)\n"
            text += mustBeginAnew ? "event: reset\nid: \(after)\ndata: {}\n\n" : "id: \(after)\n\n"
            isFirst = false
        }
        var isAll = false
        while !isAll {
            let batch = try feed.changes(after: after)
            if batch.changes.contains(where: { $0.what == .people }) || wake == .beat {
                guard let same = try People(engine.store).renewed(principal, limits: sessions, at: engine.clock.now())
                else { return Told(text: text, isOver: true) }
                principal = same
            }
            for change in batch.changes where filter.fits(change) {
                guard let json = change.told(to: principal) else { continue }
                text += "id: \(change.sequence)\nevent: change\ndata: \(json.text)\n\n"
            }
            after = batch.last
            isAll = batch.isAll
        }
        // Also where nothing was for this listener: whoever comes back need not look at it again.
        if wake == .beat { text += ": \nid: \(after)\n\n" }
        return Told(text: text, isOver: engine.clock.now() >= endsAt)
    }
}
