import Crypto
import HTTPTypes
import Hummingbird
import JSON
import Logging
import NIOCore
import SirdarCore
import SirdarEngine

/// What was asked for twice with one `Idempotency-Key` is done once, and answered twice.
///
/// That it began is written down before it is done, and its answer after: a server that dies between the two does not
/// do it again, and says so. A key is one person's and one operation's, and is forgotten after a day.
final class Repeats: Sendable {
    private let engine: Engine
    private let blocking: Blocking
    private let log: Logger
    private let inProgress = Locked<Set<String>>([])
    private let lookedAt: Locked<Timestamp>

    static let kind = "answer"
    static let keepsFor = Interval.hours(24)
    /// Of a longer answer only that there was one is kept.
    static let answerBytesMax = 256 << 10
    private static let forgetsEvery = Interval.hours(1)
    /// How many pages of old answers are looked through at once.
    private static let pagesMax = 50

    init(engine: Engine, blocking: Blocking, log: Logger) {
        self.engine = engine
        self.blocking = blocking
        self.log = log
        lookedAt = Locked(engine.clock.now())
    }

    /// Answers what `handler` answers, or what it answered when the same was asked for before.
    func answer(
        _ request: Request,
        _ context: AppContext,
        _ operation: Operation,
        _ handler: Route.Handler
    ) async throws -> Response {
        guard operation.keeps != .nothing, let header = request.headers[.idempotencyKey] else {
            return try await handler(request, context)
        }
        var request = request
        let body = try await request.collectBody(upTo: Limits.bodyBytesMax)
        let ask = Ask(
            key: Self.digest([try context.person().person.id.description, operation.id, try Self.key(header)]),
            fingerprint: Self.digest([request.uri.string, String(buffer: body)])
        )
        guard inProgress.withLock({ $0.insert(ask.key).inserted }) else { throw Trouble.stillInProgress }
        defer { inProgress.withLock { _ = $0.remove(ask.key) } }
        if let kept = try await kept(ask) { return try kept.answer(to: ask) }
        try await write(ask, nil)
        let response: Response
        do { response = try await handler(request, context) } catch {
            // Who was refused may mend it and ask again. After what nobody thought of, it is not known what was done.
            if Trouble(error) != nil { await forget(ask) }
            throw error
        }
        let (answer, copy) = try await Self.collect(response, keeps: operation.keeps)
        try await write(ask, copy)
        forgetOld()
        return answer
    }

    private struct Ask: Sendable {
        let key: String
        let fingerprint: String
    }

    /// A structured string (`"…"`), or the same without its quotes.
    private static func key(_ header: String) throws(Trouble) -> String {
        let bare =
            header.count >= 2 && header.hasPrefix("\"") && header.hasSuffix("\"")
            ? String(header.dropFirst().dropLast()) : header
        guard (1...255).contains(bare.utf8.count), bare.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != 0x22 })
        else { throw .malformed("`Idempotency-Key` is 1 to 255 visible characters, such as a UUID.") }
        return bare
    }

    private static func digest(_ parts: [String]) -> String {
        // Lengths keep two lists of parts from being one text.
        let text = parts.map { "\($0.utf8.count):\($0)" }.joined()
        return Secret.base64url(Array(SHA256.hash(data: Array(text.utf8))))
    }

    // MARK: What is kept

    private struct Kept {
        let record: Record

        func answer(to ask: Ask) throws(Trouble) -> Response {
            guard record.body["fingerprint"]?.asString == ask.fingerprint else { throw .keyOfAnother }
            guard let status = record.body["status"]?.asInt else { throw .interrupted }
            guard let text = record.body["text"]?.asString else { throw .notRepeated }
            var headers: HTTPFields = [.repeated: "true"]
            headers[.contentType] = record.body["type"]?.asString
            headers[.location] = record.body["location"]?.asString
            return Response(
                status: .init(code: status),
                headers: headers,
                body: ResponseBody(byteBuffer: ByteBuffer(string: text))
            )
        }
    }

    private func kept(_ ask: Ask) async throws -> Kept? {
        let engine = engine
        let record = try await blocking.run { try engine.store.record(Self.kind, ask.key) }
        guard let record, !Self.isOld(record, at: engine.clock.now()) else { return nil }
        return Kept(record: record)
    }

    private static func isOld(_ record: Record, at now: Timestamp) -> Bool {
        guard let at = record.body["at"]?.asString.flatMap({ Timestamp($0) }) else { return true }
        return now.since(at) > keepsFor
    }

    private func write(_ ask: Ask, _ answer: JSON.Object?) async throws {
        var body = answer ?? [:]
        body["fingerprint"] = .string(ask.fingerprint)
        body["at"] = .string(engine.clock.now().description)
        try await submit([RecordChange(kind: Self.kind, key: ask.key, body: .object(body), expecting: .any)])
    }

    private func forget(_ ask: Ask) async {
        do { try await submit([RecordChange(kind: Self.kind, key: ask.key, body: nil, expecting: .any)]) } catch {
            log.warning("a key of a refused request was not forgotten: \(error)")
        }
    }

    private func submit(_ changes: [RecordChange]) async throws {
        var commit = Commit()
        commit.records = changes
        let store = engine.store
        let _: Void = try await blocking.answer { [commit] then in
            store.submit(commit) { result in then(result.mapError { $0 }) }
        }
    }

    // MARK: The answer

    /// The answer, and what is kept of it.
    private static func collect(
        _ response: Response,
        keeps: Operation.Keeping
    ) async throws -> (Response, JSON.Object) {
        let box = Locked(ByteBuffer())
        try await response.body.write(Collector(box: box))
        let buffer = box.withLock { $0 }
        var kept: JSON.Object = ["status": .number(JSON.Number(response.status.code))]
        kept["type"] = response.headers[.contentType].map(JSON.string)
        kept["location"] = response.headers[.location].map(JSON.string)
        if keeps == .answer, buffer.readableBytes <= answerBytesMax { kept["text"] = .string(String(buffer: buffer)) }
        var answer = response
        answer.body = ResponseBody(byteBuffer: buffer)
        return (answer, kept)
    }

    private struct Collector: ResponseBodyWriter {
        let box: Locked<ByteBuffer>

        mutating func write(_ buffer: ByteBuffer) async throws {
            box.withLock { _ = $0.writeImmutableBuffer(buffer) }
        }

        consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
    }

    // MARK: Forgetting

    /// Once an hour, beside an answer: what is older than a day.
    private func forgetOld() {
        let now = engine.clock.now()
        let isDue = lookedAt.withLock { last in
            guard now.since(last) >= Self.forgetsEvery else { return false }
            last = now
            return true
        }
        guard isDue else { return }
        Task { [engine, blocking, log] in
            do { try await blocking.run { try Self.forgetOld(engine, now, log) } } catch {
                log.warning("old answers were not forgotten: \(error)")
            }
        }
    }

    private static func forgetOld(_ engine: Engine, _ now: Timestamp, _ log: Logger) throws {
        var query = RecordQuery(kind: kind, limit: RecordQuery.limitMax)
        for _ in 0..<pagesMax {
            let page = try engine.store.records(query)
            var commit = Commit()
            commit.records = page.filter { isOld($0, at: now) }.map(\.removed)
            if !commit.records.isEmpty {
                engine.store.submit(commit) { result in
                    if case .failure(let error) = result { log.warning("old answers stay: \(error)") }
                }
            }
            guard page.count == query.limit, let last = page.last else { break }
            query.after = last.key
        }
    }
}

extension Trouble {
    fileprivate static let stillInProgress = Trouble.conflict(
        "in-progress",
        "The same is being done just now. Ask again with the same key in a moment."
    )
    fileprivate static let interrupted = Trouble.conflict(
        "interrupted",
        "It began with this key, and was interrupted. See whether it was done; then use another key."
    )
    fileprivate static let notRepeated = Trouble.conflict(
        "done-before",
        "It was done with this key, and its answer is not given again."
    )
    fileprivate static let keyOfAnother = Trouble(
        status: 422,
        code: "key-of-another",
        title: "The key is another request's",
        detail: "This `Idempotency-Key` came with another request before. Use a new one for each.",
        errors: []
    )
}
