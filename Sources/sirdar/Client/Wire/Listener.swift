import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// Waits for what happens on the server, and misses nothing between two waits: it goes on from the entry that it heard
/// last.
struct Listener: Sendable {
    private let connection: Connection
    private let query: [(name: String, value: String)]
    private var last: Int64?

    /// `query` says what is listened to, of all that one may see.
    init(_ connection: Connection, query: [(name: String, value: String)] = []) {
        (self.connection, self.query) = (connection, query)
    }

    /// Returns when something has happened since the last call; the first returns at once.
    ///
    /// - Returns: whether the server tells what happens; if not, whoever waits has to look again by themselves.
    mutating func next() async throws(Failure) -> Bool {
        var query = query
        if let last { query.append(("after", String(last))) }
        let heard = try await connection.listen(Call(.get, Address.stream, query: query), isFirst: last == nil)
        guard let heard else { return false }
        last = heard
        return true
    }
}

extension Connection {
    private static let lineBytesMax = 1 << 20
    private static let listenHours: Int64 = 2

    /// The number of the first event, or with `isFirst` where the stream begins; `nil` when this server has none, or
    /// says no more.
    fileprivate func listen(_ call: Call, isFirst: Bool) async throws(Failure) -> Int64? {
        do {
            let response = try await execute(call, timeout: .hours(Self.listenHours))
            guard response.status == .ok,
                response.headers.first(name: "Content-Type")?.hasPrefix("text/event-stream") == true
            else { return nil }
            var reader = EventReader()
            for try await chunk in response.body {
                reader.add(String(buffer: chunk))
                if let number = isFirst ? reader.position : reader.event { return number }
                guard reader.rest.utf8.count <= Self.lineBytesMax else { return nil }
            }
            return nil
        } catch {
            throw Failure(.unavailable, sentences: Self.unreachable(server, error))
        }
    }
}

/// Reads server-sent events, as far as their numbers go.
struct EventReader: Sendable {
    /// What came and is no whole line yet.
    private(set) var rest = ""
    /// The last number that was said.
    private(set) var position: Int64?
    /// The number of the last event that was said whole.
    private(set) var event: Int64?
    private var hasData = false

    mutating func add(_ text: String) {
        rest += text
        while let end = rest.firstIndex(of: "\n") {
            read(rest[..<end])
            rest = String(rest[rest.index(after: end)...])
        }
    }

    private mutating func read(_ line: Substring) {
        if line.isEmpty {
            if hasData { event = position }
            hasData = false
        } else if line.hasPrefix("data:") {
            hasData = true
        } else if line.hasPrefix("id:") {
            position = Int64(line.dropFirst(3).drop { $0 == " " }) ?? position
        }
    }
}
