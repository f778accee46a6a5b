import Foundation
import JSON

/// The API, for commands: each call answers a document or throws a sentence.
struct API: Sendable {
    let connection: Connection

    func get(_ path: String, query: [(name: String, value: String)] = []) async throws(Failure) -> JSON {
        try document(try await succeed(Call(.get, path, query: query)))
    }

    func post(_ path: String, _ body: JSON) async throws(Failure) -> JSON? {
        var call = Call(.post, path, body: .json(body))
        call.idempotencyKey = UUID().uuidString
        return try optionalDocument(try await succeed(call))
    }

    func put(
        _ path: String,
        query: [(name: String, value: String)] = [],
        _ body: JSON = [:],
        of file: String? = nil
    ) async throws(Failure) -> JSON {
        try document(try await succeed(Call(.put, path, query: query, body: .json(body)), about: file))
    }

    func delete(_ path: String, _ body: JSON? = nil) async throws(Failure) -> JSON? {
        try optionalDocument(try await succeed(Call(.delete, path, body: body.map(Call.Body.json))))
    }

    /// Sends, and throws what the server says when it is no success.
    func succeed(_ call: Call, about file: String? = nil) async throws(Failure) -> Reply {
        let reply = try await connection.send(call)
        guard reply.isSuccess else { throw Failure(reply, from: connection.server, about: file) }
        return reply
    }

    /// Writes the answer into a new file, whole or not at all.
    func download(_ call: Call, to path: String) async throws(Failure) -> Int {
        switch try await connection.download(call, to: path) {
        case .success(let count): return count
        case .failure(let refused): throw Failure(refused.reply, from: connection.server)
        }
    }

    func document(_ reply: Reply) throws(Failure) -> JSON {
        guard let json = reply.json else {
            throw Failure(.unavailable, "\(connection.server) did not answer as Sirdar does. Is SIRDAR_URL right?")
        }
        return json
    }

    private func optionalDocument(_ reply: Reply) throws(Failure) -> JSON? {
        // Not `nil`, which would be read as the JSON `null`.
        reply.bytes.isEmpty ? Optional.none : try document(reply)
    }
}

// MARK: Lists

/// As many items of a list as were asked for, read page by page.
struct Listing: Sendable {
    var items: [JSON] = []
    /// Where the list goes on; `nil` when it is whole.
    var next: String?

    /// One document in the form of the API's pages.
    var json: JSON { ["items": .array(items), "next": next.map(JSON.string) ?? .null] }
}

extension API {
    static let pageItemsMax = 200
    static let listItemsMax = 10_000

    /// Follows the cursors until `limit` items are there.
    func list(
        _ path: String,
        query: [(name: String, value: String)] = [],
        limit: Int
    ) async throws(Failure) -> Listing {
        var listing = Listing()
        for _ in 0...(Self.listItemsMax / Self.pageItemsMax + 1) {
            var query = query + [("limit", String(min(limit - listing.items.count, Self.pageItemsMax)))]
            if let next = listing.next { query.append(("cursor", next)) }
            let page = try await get(path, query: query)
            guard let items = page["items"]?.asArray else {
                throw Failure(.unavailable, "\(connection.server) did not answer with a list. Is SIRDAR_URL right?")
            }
            let cursor = listing.next
            listing.items += items.prefix(limit - listing.items.count)
            listing.next = page["next"]?.asString
            // A cursor that leads to itself would lead there for ever.
            guard listing.next != nil, listing.next != cursor, listing.items.count < limit else { break }
        }
        return listing
    }
}
