import Hummingbird
import JSON
import SirdarCore
import SirdarEngine
import SirdarJournal

/// Who is away, and who stands in for them, for programs.
struct AbsenceAPI: Sendable {
    let server: Server

    @Sendable func list(_ request: Request, _ context: AppContext) async throws -> Response {
        try await server.read { reading in
            let absences = try reading.people.absences(at: reading.now).sorted { $0.from < $1.from }
            return ListAnswer(items: try absences.map(reading.json)).response
        }
    }

    @Sendable func setMine(_ request: Request, _ context: AppContext) async throws -> Response {
        try await set(try context.keeper().person, request, context)
    }

    @Sendable func endMine(_ request: Request, _ context: AppContext) async throws -> Response {
        try await server.endAbsence(of: try context.keeper().person, context, .api)
        return .nothing
    }

    /// Of another, by a supervisor: whoever fell ill cannot say so here.
    @Sendable func set(_ request: Request, _ context: AppContext) async throws -> Response {
        try await set(try await person(context), request, context)
    }

    @Sendable func end(_ request: Request, _ context: AppContext) async throws -> Response {
        try await server.endAbsence(of: try await person(context), context, .api)
        return .nothing
    }

    private func person(_ context: AppContext) async throws -> Person {
        let name = try server.parameter(context, "id")
        let person = try await server.read { reading in
            try Identifier(name).flatMap { try reading.people.person($0) } ?? reading.people.person(named: name)
        }
        guard let person else { throw Trouble.notFound("person") }
        return person
    }

    private func set(_ person: Person, _ request: Request, _ context: AppContext) async throws -> Response {
        var fields = try await RequestFields(request)
        let now = server.engine.clock.now()
        let wish = AbsenceWish(&fields, now)
        try fields.finish()
        let absence = try await server.setAbsence(wish, of: person, context, .api)
        return .json(try await server.read { reading in try reading.json(absence) })
    }
}

/// What somebody wants to set.
struct AbsenceWish: Sendable {
    let from: Timestamp
    let until: Timestamp
    let substitute: String?

    /// What is wrong with the members is told by the fields; the wish is then of no use.
    init(_ fields: inout RequestFields, _ now: Timestamp) {
        from = fields.moment("from", now) ?? now
        let until = fields.moment("until", now)
        if until == nil, fields.json("until") == nil { fields.add("until", "`until` is missing.") }
        self.until = until ?? .zero
        let name = fields.optionalText("substitute", max: 64) ?? ""
        substitute = name.trimmed.isEmpty ? nil : name.trimmed
    }
}

extension RequestFields {
    /// A time: `2026-11-25T14:00:00Z`, a day (its beginning in UTC), or how long from now (`P3D`); empty counts as
    /// none.
    fileprivate mutating func moment(_ key: String, _ now: Timestamp) -> Timestamp? {
        guard let text = optionalText(key)?.trimmed, !text.isEmpty else { return nil }
        if let time = Timestamp(text) ?? Timestamp("\(text)T00:00:00Z") { return time }
        if let interval = Interval(text) { return now.advanced(by: interval) }
        add(key, "`\(key)` is no time: write 2026-11-25T14:00:00Z, 2026-11-25, or P3D for in three days.")
        return nil
    }
}

extension Server {
    func setAbsence(
        _ wish: AbsenceWish,
        of person: Person,
        _ context: AppContext,
        _ channel: Entry.Channel
    ) async throws -> Absence {
        let actuation = try context.actuation(channel)
        return try await kept {
            try await blocking.answer { then in
                engine.setAbsence(
                    of: person,
                    from: wish.from,
                    until: wish.until,
                    substitute: wish.substitute,
                    by: actuation,
                    then: then
                )
            }
        }
    }

    func endAbsence(of person: Person, _ context: AppContext, _ channel: Entry.Channel) async throws {
        let actuation = try context.actuation(channel)
        try await kept {
            try await blocking.answer { then in engine.endAbsence(of: person, by: actuation, then: then) }
        }
    }

    /// The engine has kept a refusal in the journal.
    private func kept<Answer>(_ body: () async throws -> Answer) async throws -> Answer {
        do { return try await body() } catch let refusal as AbsenceRefusal {
            guard var trouble = Trouble(refusal) else { throw refusal }
            trouble.isKept = true
            throw trouble
        }
    }
}

extension Reading {
    func json(_ absence: Absence) throws -> JSON {
        [
            "person": try person(absence.person), "from": .string(absence.from.description),
            "until": .string(absence.until.description),
            "substitute": try absence.substitute.map(person) ?? .null, "away": .bool(absence.covers(now)),
        ]
    }
}
