import Hummingbird
import SirdarCore
import SirdarEngine
import SirdarJournal

/// How long names and free text are kept, and what is due to go.
struct RetentionPages: Sendable {
    let server: Server

    private struct Content {
        let kinds: [Row]
        let lastSweep: TimeView?
        let isSwept: Bool
        let maySweep: Bool
        let token: String
    }

    private struct Row {
        let title: String
        let key: String
        let period: String
        let due: String
        let oldest: TimeView?
    }

    @Sendable func show(_ request: Request, _ context: AppContext) async throws -> Response {
        let view = try await server.retentionDue()
        return page(view, context, isSwept: false)
    }

    @Sendable func sweep(_ request: Request, _ context: AppContext) async throws -> Response {
        _ = try await server.sweepRetention(context, .page)
        return page(try await server.retentionDue(), context, isSwept: true)
    }

    private func page(_ view: RetentionView, _ context: AppContext, isSwept: Bool) -> Response {
        let now = server.engine.clock.now()
        let rows = RetentionPolicy.Kind.allCases.map { kind in
            let due = view.due.first { $0.kind == kind }
            return Row(
                title: kind.title,
                key: kind.rawValue,
                period: due.map { $0.period.description } ?? "for good",
                due: due.map { String($0.count) } ?? "–",
                oldest: due?.oldest.map { TimeView($0, now) }
            )
        }
        let content = Content(
            kinds: rows,
            lastSweep: view.lastSweep.map { TimeView($0, now) },
            isSwept: isSwept,
            maySweep: context.may(.managePeople) && !view.due.isEmpty,
            token: context.formToken
        )
        return Pages(server: server).page("Retention", .retention, content, context, at: "/people")
    }
}

extension RetentionPolicy.Kind {
    fileprivate var title: String {
        switch self {
        case .signIns: "From where people signed in, and what was typed at the door"
        case .journalText: "Names and free text of the journal"
        case .comments: "Comments on tasks that have ended"
        case .closedAccounts: "Accounts that were disabled"
        }
    }
}
