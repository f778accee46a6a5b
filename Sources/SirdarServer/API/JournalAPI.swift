import HTTPTypes
import Hummingbird
import JSON
import NIOCore
import SirdarCore
import SirdarEngine
import SirdarJournal

/// The journal and what proves it, for programs.
struct JournalAPI: Sendable {
    let server: Server

    @Sendable func entries(_ request: Request, _ context: AppContext) async throws -> Response {
        let (query, server) = (try FormData.query(of: request), server)
        let limit = try server.limit(query)
        var search = try await server.search(query, context, .api)
        search.limit = limit
        let final = search
        return try await server.read { reading in
            let page = try final.run(reading.store)
            let items = try page.entries.map { try EntryView($0).json(reading) }
            return ListAnswer(items: items, next: page.next.map { server.cursors.seal(String($0), of: "entries") })
                .response
        }
    }

    /// With the canonical form, from which the tree's leaf is made, and the nonce that the commitment needs.
    @Sendable func entry(_ request: Request, _ context: AppContext) async throws -> Response {
        let sequence = try sequence(context)
        return try await server.read { reading in
            let stored = try reading.entry(sequence)
            var object = try EntryView(stored).json(reading).asObject ?? [:]
            object["canonical"] = .string(String(decoding: stored.entry.canonical, as: UTF8.self))
            object["nonce"] = stored.entry.nonce.map { .string($0.hexadecimal) }
            return .json(.object(object))
        }
    }

    @Sendable func proof(_ request: Request, _ context: AppContext) async throws -> Response {
        let (sequence, sealer) = (try sequence(context), try server.sealing())
        let proof = { @Sendable (reading: Reading) throws -> EntryProof? in
            _ = try reading.entry(sequence)
            return try JournalProofs(reading.store, key: sealer.signer.key).proof(of: sequence)
        }
        var found = try await server.read(proof)
        if found == nil {
            try await server.seal(sealer)
            found = try await server.read(proof)
        }
        guard let found else { throw Trouble.conflict("not-sealed", "The journal is not sealed up to that entry.") }
        return .plain(found.text)
    }

    @Sendable func checkpoints(_ request: Request, _ context: AppContext) async throws -> Response {
        let (query, server) = (try FormData.query(of: request), server)
        let (limit, sealer) = (try server.limit(query), try server.sealing())
        let before = try query["cursor"].flatMap { Int64(try server.cursors.open($0, of: "checkpoints")) }
        return try await server.read { reading in
            let found = try reading.store.checkpoints(CheckpointQuery(after: before, limit: limit))
            let next = found.count == limit ? found.last?.size : nil
            return .json([
                "items": .array(found.map(\.json)),
                "next": next.map { .string(server.cursors.seal(String($0), of: "checkpoints")) } ?? .null,
                "key": .string(sealer.signer.key.text), "state": .string(sealer.status.word),
            ])
        }
    }

    @Sendable func export(_ request: Request, _ context: AppContext) async throws -> Response {
        try await server.export(request, context, .api)
    }

    @Sendable func explanation(_ request: Request, _ context: AppContext) async throws -> Response {
        let (principal, id) = (try context.person(), try server.identifier(context, "instance"))
        return try await server.read { reading in
            let instance = try reading.instance(id, for: principal)
            return .json(try reading.explanation(of: instance).json)
        }
    }

    @Sendable func examination(_ request: Request, _ context: AppContext) async throws -> Response {
        let sealer = try server.sealing()
        if case .starting = sealer.status { try await server.seal(sealer) }
        return try await server.read { reading in
            let findings = try Examination(engine: reading.engine, sealer: sealer).run()
            return .json([
                "sound": .bool(!findings.contains { $0.verdict == .wrong }), "findings": .array(findings.map(\.json)),
            ])
        }
    }

    private func sequence(_ context: AppContext) throws(Trouble) -> Int64 {
        guard let sequence = context.parameters.get("id").flatMap({ Int64($0) }), sequence > 0 else {
            throw .notFound("entry")
        }
        return sequence
    }
}

extension Reading {
    func entry(_ sequence: Int64) throws -> StoredEntry {
        guard let stored = try store.entries(EntryQuery(after: sequence - 1, limit: 1)).first,
            stored.sequence == sequence
        else { throw Trouble.notFound("entry") }
        return stored
    }
}

extension Server {
    func sealing() throws(Trouble) -> Sealer {
        guard let sealer else { throw .conflict("not-sealed", "This journal is not sealed.") }
        return sealer
    }

    /// Seals what was committed before.
    func seal(_ sealer: Sealer) async throws {
        let status: Sealer.Status = try await blocking.answer { then in sealer.seal { then(.success($0)) } }
        if case .refused(let refusal) = status { throw Trouble.conflict("not-sealed", refusal.description) }
    }

    /// What is looked for in the journal. To look for what somebody else did is an entry itself.
    func search(_ query: FormData, _ context: AppContext, _ channel: Entry.Channel) async throws -> JournalSearch {
        var search = JournalSearch()
        search.newestFirst = query.text("order") != "oldest"
        if !query.text("object").isEmpty {
            guard let id = Identifier(query.text("object")) else {
                throw Trouble.invalid(
                    "/object",
                    "`object` is no identifier: copy it from the page of what you look for."
                )
            }
            search.object = id
        }
        if !query.text("action").isEmpty { search.action = query.text("action") }
        switch query.text("outcome") {
        case "", "any": break
        case "done": search.isRefused = false
        case "refused": search.isRefused = true
        default: throw Trouble.invalid("/outcome", "`outcome` must be done, refused or any.")
        }
        search.from = try Self.time(query, "from")
        search.to = try Self.time(query, "to")
        search.after = try query["cursor"].flatMap { Int64(try cursors.open($0, of: "entries")) }
        if !query.text("person").isEmpty { search.person = try await person(query.text("person"), context, channel) }
        return search
    }

    /// A time as programs write it, or as a browser's field does, in UTC.
    private static func time(_ query: FormData, _ name: String) throws(Trouble) -> Timestamp? {
        let text = query.text(name)
        guard !text.isEmpty else { return nil }
        let candidates = [text, text + "Z", text + ":00Z", text + "T00:00:00Z"]
        guard let time = candidates.lazy.compactMap({ Timestamp($0) }).first else {
            throw .invalid("/\(name)", "`\(name)` must be a time: 2026-11-23T09:00:00Z.")
        }
        return time
    }

    private func person(_ text: String, _ context: AppContext, _ channel: Entry.Channel) async throws -> Identifier {
        let found = try await read { reading in try Identifier(text) ?? reading.people.person(named: text)?.id }
        guard let found else { throw Trouble.invalid("/person", "There is nobody called \(text).") }
        let actuation = try context.actuation(channel)
        if actuation.actor.id != found.description {
            engine.note(
                Entry(
                    at: engine.clock.now(),
                    actor: actuation.actor,
                    channel: channel,
                    action: "journal.read",
                    object: .init(kind: Person.kind, id: found),
                    requestID: actuation.requestID
                )
            )
        }
        return found
    }

    /// A bundle, written while it is read. That it was given out is an entry before its first byte leaves.
    func export(_ request: Request, _ context: AppContext, _ channel: Entry.Channel) async throws -> Response {
        let query = try FormData.query(of: request)
        let (first, last) = (try Self.number(query, "from"), try Self.number(query, "to"))
        let sealer = try sealing()
        try await seal(sealer)
        let (store, key) = (engine.store, sealer.signer.key)
        let export: JournalExport
        do {
            export = try await blocking.run { try JournalExport(store, key: key, first: first ?? 1, last: last) }
        } catch is JournalExport.NothingSealed {
            throw Trouble.conflict("not-sealed", "Nothing is sealed yet.")
        } catch let error as JournalExport.NoSuchEntry {
            throw Trouble.invalid(
                "/from",
                "Entries from 1 to \(error.last) can be exported, the first before the last."
            )
        }
        try await noteExport(export.extent, context, channel)
        let name = "journal-\(export.extent.first)-\(export.extent.last).sirdar"
        return Response(
            status: .ok,
            headers: [
                .contentType: "application/octet-stream", .contentDisposition: "attachment; filename=\"\(name)\"",
            ],
            body: ResponseBody { writer in
                var rest = export
                while true {
                    let (read, bytes) = try await blocking.run { [rest] in
                        var next = rest
                        let bytes = try next.read()
                        return (next, bytes)
                    }
                    guard let bytes else { break }
                    rest = read
                    if !bytes.isEmpty { try await writer.write(ByteBuffer(bytes: bytes)) }
                }
                try await writer.finish(nil)
            }
        )
    }

    private func noteExport(_ extent: BundleExtent, _ context: AppContext, _ channel: Entry.Channel) async throws {
        let actuation = try context.actuation(channel)
        let entry = Entry(
            at: engine.clock.now(),
            actor: actuation.actor,
            channel: channel,
            action: "journal.exported",
            object: .init(kind: "journal", id: engine.identifiers.next()),
            detail: ["from": .number(JSON.Number(Int(extent.first))), "to": .number(JSON.Number(Int(extent.last)))],
            requestID: actuation.requestID
        )
        let engine = engine
        let _: Void = try await blocking.answer { then in engine.write([], entry: entry, then: then) }
    }

    private static func number(_ query: FormData, _ name: String) throws(Trouble) -> Int64? {
        let text = query.text(name)
        guard !text.isEmpty else { return nil }
        guard let number = Int64(text), number > 0 else {
            throw .invalid("/\(name)", "`\(name)` must be an entry's number, from 1 on.")
        }
        return number
    }
}
