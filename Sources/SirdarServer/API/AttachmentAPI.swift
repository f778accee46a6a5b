import HTTPTypes
import Hummingbird
import JSON
import NIOCore
import SirdarCore
import SirdarEngine
import SirdarJournal

/// The files of tasks, for programs.
struct AttachmentAPI: Sendable {
    let server: Server

    @Sendable func list(_ request: Request, _ context: AppContext) async throws -> Response {
        let (principal, id) = (try context.person(), try server.identifier(context, "task"))
        return try await server.read { reading in
            let task = try reading.task(id, for: principal)
            return ListAnswer(items: try StoredAttachment.all(of: task.id, reading.store).map(reading.json)).response
        }
    }

    /// The body is the file; its name stands in the query, and what it is in `Content-Type`.
    @Sendable func add(_ request: Request, _ context: AppContext) async throws -> Response {
        let id = try server.identifier(context, "task")
        let type = request.headers[.contentType] ?? "application/octet-stream"
        try await server.expectAttachable(id, type, try context.person())
        guard let name = try FormData.query(of: request)["name"], !name.isEmpty else {
            throw Trouble.invalid("/name", "`name` is missing: what the file is called, as a query parameter.")
        }
        let buffer = try await request.body.collect(upTo: server.settings.attachmentBytesMax)
        let upload = Upload(name: name, type: type, bytes: Array(buffer.readableBytesView))
        let stored = try await server.attach(upload, to: id, try context.person(), by: try context.actuation(.api))
        return .json(try await server.read { reading in try reading.json(stored) }, status: .created)
    }

    /// Whatever it was said to be, as bytes that no browser shows: a file of somebody else's is nothing to run here.
    @Sendable func content(_ request: Request, _ context: AppContext) async throws -> Response {
        let (principal, id) = (try context.person(), try server.identifier(context, "task"))
        guard let attachment = Identifier(try server.parameter(context, "attachment")) else {
            throw Trouble.notFound("attachment")
        }
        let (stored, bytes) = try await server.read { reading in
            let task = try reading.task(id, for: principal)
            guard let stored = try StoredAttachment.one(attachment, of: task.id, reading.store) else {
                throw Trouble.notFound("attachment")
            }
            return (stored, try server.files().read(stored.file.digest))
        }
        return Response(
            status: .ok,
            headers: [
                .contentType: "application/octet-stream", .contentDisposition: Self.disposition(stored.file.name),
                .contentSecurityPolicy: "sandbox; default-src 'none'", .digest: stored.file.digest.hex,
                .eTag: "\"\(stored.file.digest.hex)\"",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        )
    }

    /// The name as it is, and for old programs one of plain letters.
    private static func disposition(_ name: String) -> String {
        let plain = name.map { $0.isASCII && $0 != "\"" && $0 != "%" ? String($0) : "_" }.joined()
        return "attachment; filename=\"\(plain)\"; filename*=UTF-8''\(name.urlEscaped)"
    }
}

/// A file as it came.
struct Upload: Sendable {
    let name: String
    let type: String
    let bytes: [UInt8]

    /// Without its parameters: `text/plain` of `text/plain; charset=utf-8`.
    static func kind(_ type: String) -> String {
        String(type.prefix { $0 != ";" }).trimmed.lowercased()
    }
}

extension Server {
    func files() throws(Trouble) -> AttachmentFiles {
        guard let attachments else { throw .notReady("This server has no data folder.") }
        return attachments
    }

    /// Before anything is read of a file: whether this person may attach one now, and of this type.
    func expectAttachable(_ id: Identifier, _ type: String, _ principal: Principal) async throws {
        _ = try files()
        try await read { reading in
            let task = try reading.task(id, for: principal)
            let offer = try reading.offers(task, for: principal.person.worker).first { $0.operation == .attach }
            if let refusal = offer?.refusal { throw try reading.trouble(refusal) ?? .unexpected }
            guard try StoredAttachment.all(of: id, reading.store).count < StoredAttachment.countMax else {
                throw Trouble.conflict("attachments", "A task has at most \(StoredAttachment.countMax) files.")
            }
        }
        let kind = Upload.kind(type)
        guard settings.attachmentTypes.contains(kind) else {
            throw Trouble(
                status: 415,
                code: "attachment-type",
                title: "Not a type that is kept",
                detail: "A file of type \(kind) is not kept. It may be: "
                    + "\(settings.attachmentTypes.joined(separator: ", "))."
            )
        }
    }

    /// Keeps the file, then tells of it in a commit; the same file under the same name again changes nothing.
    func attach(
        _ upload: Upload,
        to id: Identifier,
        _ principal: Principal,
        by actuation: Actuation
    ) async throws -> StoredAttachment {
        guard !upload.bytes.isEmpty else { throw Trouble.invalid("/", "The file is empty.") }
        let files = try files()
        let received = try await blocking.run { try files.receive(upload.bytes) }
        let file = Attachment(
            name: upload.name,
            type: Upload.kind(upload.type),
            bytes: received.bytes,
            digest: received.digest
        )
        do {
            if let same = try await read({ try StoredAttachment.named(file.name, of: id, $0.store) }) {
                guard same.file.digest == file.digest else { throw Self.nameTaken(file.name) }
                files.discard(received)
                return same
            }
            _ = try await act(.attach(file), on: id, principal.person.worker, by: actuation)
        } catch {
            files.discard(received)
            if case .nameTaken? = error as? StoreError { throw Self.nameTaken(file.name) }
            throw error
        }
        try await blocking.run { try files.keep(received) }
        guard let stored = try await read({ try StoredAttachment.named(file.name, of: id, $0.store) }) else {
            throw Trouble.unexpected
        }
        return stored
    }

    private static func nameTaken(_ name: String) -> Trouble {
        .conflict("name-taken", "The task has another file called \(name) already. Give this one another name.")
    }
}

extension Reading {
    func json(_ stored: StoredAttachment) throws -> JSON {
        [
            "id": .string(stored.id.description), "task": .string(stored.task.description),
            "name": .string(stored.file.name), "type": .string(stored.file.type),
            "bytes": .number(JSON.Number(stored.file.bytes)), "digest": .string(stored.file.digest.hex),
            "by": .string(try name(stored.by)), "at": .string(stored.at.description),
        ]
    }
}
