import HTTPTypes
import Hummingbird
import JSON
import NIOCore
import SirdarCore
import SirdarEngine
import SirdarJournal

/// Events: what other systems tell, and what came lately.
struct EventAPI: Sendable {
    let server: Server

    /// Takes an event in the structured mode of CloudEvents' HTTP binding, or in its binary mode, and answers when it
    /// is durable and was brought to whoever waits for it.
    @Sendable func receive(_ request: Request, _ context: AppContext) async throws -> Response {
        let actuation = try context.actuation(.api)
        let event = try await Self.event(request)
        let engine = server.engine
        let receipt: EventReceipt = try await server.blocking.answer { then in
            engine.receive(event, by: actuation, then: then)
        }
        return .json(
            [
                "id": .string(event.id), "source": .string(event.source), "repeated": .bool(receipt.isRepeated),
                "reached": receipt.reached.map { .number(JSON.Number($0)) } ?? .null,
            ],
            status: .accepted
        )
    }

    @Sendable func list(_ request: Request, _ context: AppContext) async throws -> Response {
        let (query, server) = (try FormData.query(of: request), server)
        let limit = try server.limit(query)
        let before = try query["cursor"].flatMap { Int64(try server.cursors.open($0, of: "events")) }
        let type = query.text("type")
        let page = EventQuery(type: type.isEmpty ? nil : type, after: before, newestFirst: true, limit: limit)
        return try await server.read { reading in
            let events = try reading.store.events(page)
            let next =
                events.count == limit
                ? events.last.map { server.cursors.seal(String($0.sequence), of: "events") } : nil
            return ListAnswer(items: events.map(Self.json), next: next).response
        }
    }

    private static func json(_ stored: StoredEvent) -> JSON {
        [
            "sequence": .number(JSON.Number(Int(stored.sequence))), "received_at": .string(stored.at.description),
            "instance": stored.emitter.map { .string($0.description) } ?? .null,
            "reached": stored.reached.map { .number(JSON.Number($0)) } ?? .null, "event": stored.event.json,
        ]
    }

    // MARK: Reading an event

    private static func event(_ request: Request) async throws -> CloudEvent {
        let buffer: ByteBuffer
        do { buffer = try await request.body.collect(upTo: Limits.eventBytesMax) } catch is NIOTooManyBytesError {
            throw Trouble(
                status: 413,
                code: "too-large",
                title: "Too large",
                detail: "An event has at most \(Limits.eventBytesMax >> 10) KiB. Let it say where the rest is."
            )
        }
        let bytes = Array(buffer.readableBytesView)
        let type = mediaType(request)
        let isBinary = request.headers.contains { $0.name.canonicalName == "ce-id" }
        let envelope: JSON.Object
        if isBinary, type != structuredType {
            envelope = try binary(request, bytes, type)
        } else if [structuredType, "application/json", ""].contains(type) {
            envelope = try structured(bytes)
        } else {
            throw Trouble(
                status: 415,
                code: "media-type",
                title: "No event",
                detail: "Send one event as \(structuredType), or its data with the headers ce-id, ce-source, ce-type."
            )
        }
        do throws(FieldErrors) { return try CloudEvent(envelope: envelope) } catch {
            throw Trouble.invalid(error.errors)
        }
    }

    private static let structuredType = "application/cloudevents+json"

    /// The media type without its parameters, in small letters.
    private static func mediaType(_ request: Request) -> String {
        let type = request.headers[.contentType] ?? ""
        return type.prefix { $0 != ";" }.lowercased().trimmed
    }

    private static func structured(_ bytes: [UInt8]) throws(Trouble) -> JSON.Object {
        let json: JSON
        do { json = try JSON(parsing: bytes) } catch { throw .malformed("The body is not JSON: \(error)") }
        guard let object = json.asObject else { throw .malformed("An event is a JSON object.") }
        return object
    }

    /// The attributes are headers, and the body is the data.
    private static func binary(_ request: Request, _ bytes: [UInt8], _ type: String) throws(Trouble) -> JSON.Object {
        var envelope: JSON.Object = [:]
        for field in request.headers {
            let name = field.name.canonicalName
            // Characters that a header cannot hold are percent-encoded, as in a path.
            if name.hasPrefix("ce-") {
                envelope[String(name.dropFirst(3))] = .string(try FormData.decodePath(field.value))
            }
        }
        if !type.isEmpty { envelope["datacontenttype"] = .string(type) }
        guard !bytes.isEmpty else { return envelope }
        if type.isEmpty || type == "application/json" || type.hasSuffix("+json") {
            do { envelope["data"] = try JSON(parsing: bytes) } catch {
                throw .malformed("The data is not JSON, as its media type says: \(error)")
            }
        } else if let text = String(validating: bytes, as: UTF8.self) {
            envelope["data"] = .string(text)
        } else {
            throw .malformed("The data is neither JSON nor text. Send it in a structured event, as data_base64.")
        }
        return envelope
    }
}
