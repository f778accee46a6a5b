import Hummingbird
import JSON
import SirdarCore
import SirdarEngine
import SirdarJournal

/// What is stopped, and stopping and lifting by forms.
struct StopPages: Sendable {
    let server: Server

    private struct Content {
        let stops: [StopLine]
        let isEmpty: Bool
        let maySet: Bool
        let kinds: [Kind]
        let token: String
        let error: String?
        let reason: String
    }

    /// What there is to stop of one kind; a kind of which nobody said what there is, is typed.
    private struct Kind {
        let name: String
        let title: String
        let choices: [Choice]
    }

    private struct Choice {
        let value: String
        let label: String
        let isSelected: Bool
    }

    @Sendable func show(_ request: Request, _ context: AppContext) async throws -> Response { try await show(context) }

    private func show(
        _ context: AppContext,
        trouble: Trouble? = nil,
        typed: FormData = FormData()
    ) async throws -> Response {
        let (pages, engine) = (Pages(server: server), server.engine)
        return try await server.read { reading in
            let stops = try StopView.all(engine).map { StopLine($0, reading.now) }
            let kinds = Stop.Part.Kind.allCases.compactMap { kind -> Kind? in
                let free = (engine.known(kind) ?? []).filter { engine.stops[.init(kind, $0)] == nil }
                guard !free.isEmpty else { return nil }
                return Kind(
                    name: kind.rawValue,
                    title: kind.title,
                    choices: free.map { name in
                        let value = "\(kind.rawValue)/\(name)"
                        let label = kind == .queue ? reading.queueTitle(name) : name
                        return Choice(value: value, label: label, isSelected: value == typed.text("part"))
                    }
                )
            }
            let content = Content(
                stops: stops,
                isEmpty: stops.isEmpty,
                maySet: context.may(.stopWork),
                kinds: kinds,
                token: context.formToken,
                error: trouble?.detail,
                reason: typed.text("reason")
            )
            return pages.page(
                "Stops",
                .stops,
                content,
                context,
                at: "/stops",
                status: trouble?.status ?? 200
            )
        }
    }

    @Sendable func set(_ request: Request, _ context: AppContext) async throws -> Response {
        let form = try await FormData.body(of: request)
        return try await changed(form, request, context) { part in
            _ = try await server.stop(part, reason: form.text("reason"), context, .page)
        }
    }

    @Sendable func lift(_ request: Request, _ context: AppContext) async throws -> Response {
        let form = try await FormData.body(of: request)
        return try await changed(form, request, context) { part in
            guard !form.text("reason").isEmpty else {
                throw Trouble.invalid("/reason", "Say why it may go on.")
            }
            try await server.lift(part, reason: form.text("reason"), context, .page)
        }
    }

    /// What was typed is there again when it is refused.
    private func changed(
        _ form: FormData,
        _ request: Request,
        _ context: AppContext,
        _ body: (Stop.Part) async throws -> Void
    ) async throws -> Response {
        do {
            guard let part = Stop.Part(form.text("part")) else {
                throw Trouble.invalid("/part", "Choose what is to be stopped.")
            }
            try await body(part)
            return .seeOther("/stops")
        } catch let trouble as Trouble where trouble.status == 409 || trouble.status == 422 {
            server.keep(trouble, request, context)
            return try await show(context, trouble: trouble, typed: form)
        }
    }
}

extension Stop.Part {
    /// `queue/triage`, as the page's choices are written.
    fileprivate init?(_ text: String) {
        let sides = text.split(separator: "/", maxSplits: 1).map(String.init)
        guard sides.count == 2, let kind = Kind(rawValue: sides[0]) else { return nil }
        self.init(kind, sides[1])
    }
}

extension Stop.Part.Kind {
    fileprivate var title: String {
        switch self {
        case .queue: "Queues"
        case .location: "Locations"
        case .cloud: "Clouds"
        case .action: "Actions"
        case .workflow: "Workflows"
        }
    }
}
