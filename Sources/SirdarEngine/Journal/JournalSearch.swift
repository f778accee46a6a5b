package import SirdarCore
import SirdarJournal

/// Looks through the journal for what a reader wants to see, page by page, without an index that every commit would
/// have to keep.
package struct JournalSearch: Sendable {
    package var object: Identifier?
    /// Who did it, or whom it was done to.
    package var person: Identifier?
    /// The action, or what it begins with: `task`, `task.claimed`.
    package var action: String?
    package var isRefused: Bool?
    package var from: Timestamp?
    package var to: Timestamp?
    /// Where the page before ended.
    package var after: Int64?
    package var newestFirst = true
    package var limit = 100

    package struct Page: Sendable {
        package var entries: [StoredEntry] = []
        /// Where to go on; `nil` at the end.
        package var next: Int64?
    }

    /// Entries that one page looks at: with few matches, it ends there and says where to go on.
    private static let looksMax = 50_000
    private static let pageMax = 1000
    /// Entries' times follow their order, but for the moments between a decision and its commit.
    private static let disorderMax = 200

    package init() {}

    package func run(_ store: any Store) throws -> Page {
        var page = Page()
        var query = EntryQuery(object: object, after: try start(store), newestFirst: newestFirst, limit: Self.pageMax)
        query.limit = isFiltered ? Self.pageMax : min(limit, Self.pageMax)
        var (looked, beyond) = (0, 0)
        while looked < Self.looksMax {
            let found = try store.entries(query)
            for stored in found {
                query.after = stored.sequence
                looked += 1
                beyond = isBeyond(stored) ? beyond + 1 : 0
                if beyond > Self.disorderMax { return page }
                guard matches(stored) else { continue }
                page.entries.append(stored)
                if page.entries.count == limit {
                    page.next = stored.sequence
                    return page
                }
            }
            guard found.count == query.limit else { return page }
        }
        page.next = query.after
        return page
    }

    private var isFiltered: Bool { person != nil || action != nil || isRefused != nil || from != nil || to != nil }

    private func matches(_ stored: StoredEntry) -> Bool {
        let entry = stored.entry
        if let from, entry.at < from { return false }
        if let to, entry.at > to { return false }
        if let isRefused, (CanonicalMember.text("refusal", in: entry.canonical) != nil) != isRefused { return false }
        if let action {
            let found = CanonicalMember.text("action", in: entry.canonical) ?? ""
            guard found == action || found.hasPrefix(action + ".") else { return false }
        }
        if let person, entry.object != person {
            guard CanonicalMember.text("id", of: "actor", in: entry.canonical) == person.description else {
                return false
            }
        }
        return true
    }

    /// Whether everything that follows is outside the times that were asked for.
    private func isBeyond(_ stored: StoredEntry) -> Bool {
        newestFirst ? from.map { stored.entry.at < $0 } ?? false : to.map { stored.entry.at > $0 } ?? false
    }

    /// Near where the first entry of the wanted time stands, found by halving.
    private func start(_ store: any Store) throws -> Int64? {
        if let after { return after }
        guard object == nil, let edge = newestFirst ? to : from,
            let last = try store.entries(EntryQuery(newestFirst: true, limit: 1)).first?.sequence
        else { return nil }
        var (low, high) = (Int64(0), last)
        while high - low > 1 {
            let middle = low + (high - low) / 2
            guard let entry = try store.entries(EntryQuery(after: middle - 1, limit: 1)).first else { break }
            if entry.entry.at <= edge { low = middle } else { high = middle }
        }
        return newestFirst ? high + Int64(Self.disorderMax) : max(0, low - Int64(Self.disorderMax))
    }
}
