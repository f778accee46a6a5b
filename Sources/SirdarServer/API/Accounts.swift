import JSON
import SirdarCore
import SirdarEngine
import SirdarJournal

// What administrators do with accounts, by page and by program alike.
extension Server {
    /// A person with the record that they were read from, by which it is known later that nobody was first.
    func account(_ id: Identifier) async throws -> (record: Record, person: Person) {
        let record = try await read { reading in try reading.store.record(Person.kind, id.description) }
        guard let record, let person = Person(record) else { throw Trouble.notFound("person") }
        return (record, person)
    }

    func addPerson(_ person: Person, password: String?, _ context: AppContext, _ channel: Entry.Channel) async throws {
        var changes = [person.added]
        if let password { changes.append(Credential.set(try await passwords.hash(password), for: person.id)) }
        try await write(changes, "person.added", person, context, channel, detail: ["after": person.rights])
    }

    /// Whoever is disabled is out at once, here and wherever they are signed in.
    ///
    /// - Throws: that it is not as it was seen any more; that nobody could manage people afterwards; that they were
    ///   erased, which is for good.
    func change(_ record: Record, to person: Person, _ context: AppContext, _ channel: Entry.Channel) async throws {
        guard let before = Person(record) else { throw Trouble.notFound("person") }
        guard !before.isErased else { throw Trouble.isErased }
        if !person.manages { try await expectAnotherAdministrator(than: before) }
        let gone = person.isDisabled ? try await everySession(of: person.id) : []
        let detail: JSON = ["before": before.rights, "after": person.rights]
        do {
            let changes = [record.changed(to: person.body)] + gone
            try await write(changes, "person.changed", person, context, channel, detail: detail)
        } catch StoreError.conflict { throw Trouble.stale }
    }

    private func expectAnotherAdministrator(than person: Person) async throws {
        guard person.manages else { return }
        let isAnother = try await read { reading in
            try reading.people.everybody().contains { $0.id != person.id && $0.manages }
        }
        guard isAnother else {
            let detail = "Nobody could manage people any more. Make somebody else an administrator first."
            throw Trouble.conflict("last-administrator", detail)
        }
    }

    /// Takes away what says who a person was. It takes as long as it takes, on a lane of its own.
    func erase(
        _ id: Identifier,
        reason: String,
        _ context: AppContext,
        _ channel: Entry.Channel
    ) async throws -> ErasureReport {
        let person = try await account(id).person
        try await expectAnotherAdministrator(than: person)
        let (engine, actuation) = (engine, try context.actuation(channel))
        do { return try await chores.run { try engine.erase(person, reason: reason, by: actuation) } } catch let refusal
            as ErasureRefusal
        { throw Trouble.of(refusal) }
    }

    /// Ends the sessions of somebody else: all of them, or one.
    func endSessions(
        of id: Identifier,
        _ label: String?,
        _ context: AppContext,
        _ channel: Entry.Channel
    ) async throws
        -> Int
    {
        let person = try await account(id).person
        let sessions = try await read { reading in try reading.people.sessions(of: id) }
        let ended = sessions.filter { label == nil || $0.label == label }
        if label != nil, ended.isEmpty { throw Trouble.notFound("session") }
        guard !ended.isEmpty else { return 0 }
        let detail: JSON = ["sessionsEnded": .number(JSON.Number(ended.count))]
        try await write(ended.map(\.removed), "person.sessionsEnded", person, context, channel, detail: detail)
        return ended.count
    }

    func revokeToken(
        _ token: String,
        of id: Identifier,
        _ context: AppContext,
        _ channel: Entry.Channel
    ) async throws {
        let person = try await account(id).person
        let tokens = try await read { reading in try reading.people.tokens(of: id) }
        guard let token = tokens.first(where: { $0.id.description == token }) else { throw Trouble.notFound("token") }
        let detail: JSON = ["token": .string(token.shownPrefix)]
        try await write([token.removed], "token.revoked", person, context, channel, detail: detail)
    }
}

extension Person {
    /// Whether they can manage people.
    fileprivate var manages: Bool { Permissions.may(self, .managePeople) }
}

extension Trouble {
    fileprivate static let isErased = conflict("erased", "What this account was is erased, for good. Add another one.")

    fileprivate static func of(_ refusal: ErasureRefusal) -> Trouble {
        var trouble =
            switch refusal {
            case .oneself: conflict("oneself", "Nobody erases themselves. Another administrator can.")
            case .namesThem:
                invalid("/reason", "The reason is kept, and names the person. Say why without their name.")
            }
        trouble.isKept = true
        return trouble
    }
}
