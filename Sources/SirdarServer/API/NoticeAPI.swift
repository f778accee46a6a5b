import Hummingbird
import JSON
import SirdarCore
import SirdarEngine
import SirdarJournal

/// What one is told and where, and what could not be delivered, for programs.
struct NoticeAPI: Sendable {
    let server: Server

    @Sendable func mine(_ request: Request, _ context: AppContext) async throws -> Response {
        let (person, server) = (try context.person().person, server)
        return .json(try await server.read { reading in try NoticeSettings(person, server, reading).json })
    }

    @Sendable func change(_ request: Request, _ context: AppContext) async throws -> Response {
        let server = server
        let principal = try context.keeper()
        var fields = try await RequestFields(request)
        var wish = NoticeWish()
        // An empty one: as the installation makes it from the name.
        if let address = fields.optionalText("address", max: MailAddress.bytesMax)?.trimmed {
            wish.address = .some(address.isEmpty ? nil : address)
        }
        if fields.json("muted") != nil {
            let names = fields.texts("muted")
            for name in names where Notice.Kind(rawValue: name) == nil {
                let known = Notice.Kind.allCases.map(\.rawValue).joined(separator: ", ")
                fields.add("muted", "There is no kind \(name). Kinds: \(known).")
            }
            wish.muted = Set(names.compactMap(Notice.Kind.init(rawValue:)))
        }
        try fields.finish()
        try await server.setNotices(wish, of: principal.person, try context.actuation(.api))
        return .json(
            try await server.read { reading in try NoticeSettings(principal.person, server, reading).json }
        )
    }

    @Sendable func trial(_ request: Request, _ context: AppContext) async throws -> Response {
        var fields = try await RequestFields(request)
        try fields.finish()
        try await server.tryNotices(of: try context.keeper().person, try context.actuation(.api))
        return .json(["asked": true], status: .accepted)
    }

    /// What waits and what was given up, for whoever looks after the installation.
    @Sendable func outgoing(_ request: Request, _ context: AppContext) async throws -> Response {
        let server = server
        return .json(try await server.read { reading in try Outgoing(server, reading).json })
    }

    /// One click in a program of mail, which has no session: the link itself proves whose it is, and mutes no more than
    /// the kinds that it names.
    @Sendable func mute(_ request: Request, _ context: AppContext) async throws -> Response {
        try await server.mute(try FormData.query(of: request).text("token"), context)
        return .json(["muted": true])
    }
}

/// What somebody wants to change; `nil` leaves it as it is.
struct NoticeWish: Sendable {
    var address: String??
    var muted: Set<Notice.Kind>?
}

extension Server {
    func setNotices(_ wish: NoticeWish, of person: Person, _ actuation: Actuation) async throws {
        if let address = wish.address ?? nil {
            guard MailAddress.isSound(address) else {
                throw Trouble.invalid("/address", "This is no address of mail: name@studio.example.")
            }
            if let mail = notifier?.policy.mail, !mail.accepts(address) {
                let domains = mail.domains.joined(separator: ", ")
                throw Trouble.invalid("/address", "Mail goes to addresses of \(domains) only.")
            }
        }
        let record = try await read { try $0.store.record(NoticePreference.kind, person.id.description) }
        let before = NoticePreference(record)
        var after = before
        if let address = wish.address { after.address = address }
        if let muted = wish.muted { after.muted = muted }
        try await keepNotices(after, before, record, person.id, actuation)
    }

    /// Asks for a notice to oneself.
    func tryNotices(of person: Person, _ actuation: Actuation) async throws {
        guard let notifier else {
            throw Trouble.conflict(
                "nothing-is-sent",
                "This installation sends no notifications: see notifications.yaml."
            )
        }
        let server = self
        let settings = try await read { reading in try NoticeSettings(person, server, reading) }
        guard settings.reaches != nil else {
            throw Trouble.conflict("no-address", "Nobody knows where to send it: set an address first.")
        }
        try await signIn.write(
            [notifier.trial(of: person.id)],
            entry("notices.tried", person.id, actuation, .null)
        )
        notifier.rung()
    }

    func mute(_ token: String, _ context: AppContext) async throws {
        guard let (id, kinds) = notifier?.seal.open(token),
            let person = try await read({ try $0.people.person(id) })
        else { throw Trouble.notFound("link") }
        let record = try await read { try $0.store.record(NoticePreference.kind, id.description) }
        let before = NoticePreference(record)
        var after = before
        after.muted.formUnion(kinds)
        guard after != before else { return }
        let actor = Entry.Actor(id: person.id.description, kind: .person)
        let actuation = Actuation(actor: actor, channel: .api, requestID: context.requestID, reason: nil)
        try await keepNotices(after, before, record, person.id, actuation)
    }

    private func keepNotices(
        _ after: NoticePreference,
        _ before: NoticePreference,
        _ record: Record?,
        _ person: Identifier,
        _ actuation: Actuation
    ) async throws {
        // An address is a person's own, and stands in the journal only as being there.
        func told(_ preference: NoticePreference) -> JSON {
            [
                "muted": .array(preference.muted.map(\.rawValue).sorted().map(JSON.string)),
                "ownAddress": .bool(preference.address != nil),
            ]
        }
        let detail: JSON = ["before": told(before), "after": told(after)]
        try await signIn.write(
            [after.change(of: person, from: record)],
            entry("notices.set", person, actuation, detail)
        )
    }

    private func entry(_ action: String, _ person: Identifier, _ actuation: Actuation, _ detail: JSON) -> Entry {
        Entry(
            at: engine.clock.now(),
            actor: actuation.actor,
            channel: actuation.channel,
            action: action,
            object: .init(kind: Person.kind, id: person),
            detail: detail,
            requestID: actuation.requestID
        )
    }
}
