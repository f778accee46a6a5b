import Hummingbird
import JSON
import SirdarCore
import SirdarEngine
import SirdarJournal

/// One's own absence, and who else is away.
struct AbsencePages: Sendable {
    let server: Server

    private struct Content {
        let mine: Row?
        let others: [Row]
        let hasOthers: Bool
        let people: [Choice]
        let from: String
        let until: String
        let token: String
        let error: String?
    }

    private struct Row {
        let person: String
        let from: TimeView
        let until: TimeView
        let substitute: String
        let isAway: Bool
    }

    private struct Choice {
        let name: String
        let title: String
        let isSelected: Bool
    }

    @Sendable func show(_ request: Request, _ context: AppContext) async throws -> Response { try await show(context) }

    private func show(
        _ context: AppContext,
        trouble: Trouble? = nil,
        typed: FormData = FormData()
    ) async throws -> Response {
        let (me, server) = (try context.person().person, server)
        return try await server.read { reading in
            let absences = try reading.people.absences(at: reading.now).sorted { $0.from < $1.from }
            func row(_ absence: Absence) throws -> Row {
                Row(
                    person: try reading.name(absence.person),
                    from: TimeView(absence.from, reading.now),
                    until: TimeView(absence.until, reading.now),
                    substitute: try absence.substitute.map { try reading.name($0) } ?? "nobody",
                    isAway: absence.covers(reading.now)
                )
            }
            let (id, seesOthers) = (me.id.description, context.may(.seeTasks))
            let mine = absences.first { $0.person == id }
            let others = seesOthers ? try absences.filter { $0.person != id }.map(row) : []
            // Only who can serve every queue of mine: a choice that is refused helps nobody.
            let able = try reading.people.everybody().filter { person in
                person.id != me.id && !person.isDisabled && !person.isService
                    && me.worker.queues.isSubset(of: person.worker.queues) && !person.worker.queues.isEmpty
            }
            let content = Content(
                mine: try mine.map(row),
                others: others,
                hasOthers: !others.isEmpty,
                people: able.map {
                    Choice(name: $0.name, title: $0.title, isSelected: $0.name == typed.text("substitute"))
                },
                from: typed.text("from"),
                until: typed.text("until"),
                token: context.formToken,
                error: trouble?.detail
            )
            return Pages(server: server)
                .page("Absence", .absence, content, context, status: trouble?.status ?? 200)
        }
    }

    @Sendable func set(_ request: Request, _ context: AppContext) async throws -> Response {
        let form = try await FormData.body(of: request)
        do {
            var members: JSON.Object = [:]
            for key in ["from", "until", "substitute"] where !form.text(key).isEmpty {
                members[key] = .string(form.text(key))
            }
            var fields = RequestFields(members)
            let wish = AbsenceWish(&fields, server.engine.clock.now())
            try fields.finish()
            _ = try await server.setAbsence(wish, of: try context.person().person, context, .page)
            return .seeOther("/me/absence")
        } catch let trouble as Trouble where trouble.status == 422 {
            server.keep(trouble, request, context)
            return try await show(context, trouble: trouble, typed: form)
        }
    }

    @Sendable func end(_ request: Request, _ context: AppContext) async throws -> Response {
        _ = try await FormData.body(of: request)
        try await server.endAbsence(of: try context.person().person, context, .page)
        return .seeOther("/me/absence")
    }
}
