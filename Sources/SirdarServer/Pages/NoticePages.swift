import Hummingbird
import JSON
import SirdarCore
import SirdarEngine
import SirdarJournal

/// What one is told and where; what could not be delivered; and what a link of a letter leads to.
struct NoticePages: Sendable {
    let server: Server
    private var pages: Pages { Pages(server: server) }

    private struct Content {
        let address: String
        let reaches: String?
        let sendsMail: Bool
        let kinds: [Kind]
        let lastSent: TimeView?
        let waiting: Int
        let problem: String?
        let token: String
        let error: String?
        let done: String?
        let seesOutgoing: Bool
    }

    private struct Kind {
        let name: String
        let title: String
        let sentence: String
        let isTold: Bool
    }

    @Sendable func mine(_ request: Request, _ context: AppContext) async throws -> Response { try await mine(context) }

    private func mine(
        _ context: AppContext,
        trouble: Trouble? = nil,
        typed: String? = nil,
        done: String? = nil
    ) async throws -> Response {
        let (person, server, pages) = (try context.person().person, server, pages)
        return try await server.read { reading in
            let settings = try NoticeSettings(person, server, reading)
            let content = Content(
                address: typed ?? settings.ownAddress ?? "",
                reaches: settings.reaches,
                sendsMail: settings.sendsMail,
                kinds: Notice.Kind.allCases.filter { $0 != .trial }.map { kind in
                    Kind(
                        name: kind.rawValue,
                        title: kind.title,
                        sentence: kind.sentence,
                        isTold: !settings.muted.contains(kind)
                    )
                },
                lastSent: settings.lastSent.map { TimeView($0, reading.now) },
                waiting: settings.waiting,
                problem: settings.problem,
                token: context.formToken,
                error: trouble?.detail,
                done: done,
                seesOutgoing: context.may(.examine)
            )
            return pages.page("Notifications", .notices, content, context, status: trouble?.status ?? 200)
        }
    }

    @Sendable func change(_ request: Request, _ context: AppContext) async throws -> Response {
        let form = try await FormData.body(of: request)
        let told = Set(form.all("tell"))
        let address = form.text("address")
        let muted = Notice.Kind.allCases.filter { $0 != .trial && !told.contains($0.rawValue) }
        do {
            let wish = NoticeWish(address: .some(address.isEmpty ? nil : address), muted: Set(muted))
            try await server.setNotices(wish, of: try context.person().person, try context.actuation(.page))
            return try await mine(context, done: "Kept.")
        } catch let trouble as Trouble where trouble.status == 422 {
            server.keep(trouble, request, context)
            return try await mine(context, trouble: trouble, typed: address)
        }
    }

    @Sendable func trial(_ request: Request, _ context: AppContext) async throws -> Response {
        _ = try await FormData.body(of: request)
        do {
            try await server.tryNotices(of: try context.person().person, try context.actuation(.page))
            return try await mine(context, done: "A trial is on its way.")
        } catch let trouble as Trouble where trouble.status == 409 {
            server.keep(trouble, request, context)
            return try await mine(context, trouble: trouble)
        }
    }

    // MARK: A letter's link

    private struct MuteContent {
        let kinds: [String]
        let link: String
        let isMuted: Bool
    }

    /// Asks, since programs look at links without being asked to.
    @Sendable func askMute(_ request: Request, _ context: AppContext) async throws -> Response {
        try mutePage(try FormData.query(of: request).text("token"), context, isMuted: false)
    }

    @Sendable func mute(_ request: Request, _ context: AppContext) async throws -> Response {
        let token = try await FormData.body(of: request).text("token")
        try await server.mute(token, context)
        return try mutePage(token, context, isMuted: true)
    }

    private func mutePage(_ token: String, _ context: AppContext, isMuted: Bool) throws -> Response {
        guard let (_, kinds) = server.notifier?.seal.open(token) else { throw Trouble.notFound("link") }
        let titles = Notice.Kind.allCases.filter(kinds.contains).map(\.title)
        return pages.page(
            "Mute notifications",
            .mute,
            MuteContent(kinds: titles, link: token, isMuted: isMuted),
            context
        )
    }

    // MARK: What is on its way

    private struct OutgoingContent {
        let channels: [ChannelRow]
        let isSilent: Bool
        let waiting: [Row]
        let hasWaiting: Bool
        let undelivered: [Row]
        let hasUndelivered: Bool
    }

    private struct ChannelRow {
        let name: String
        let trouble: String?
    }

    private struct Row {
        let channel: String
        let person: String
        let notices: Int
        let problem: String
        let time: TimeView
    }

    @Sendable func outgoing(_ request: Request, _ context: AppContext) async throws -> Response {
        let (server, pages) = (server, pages)
        return try await server.read { reading in
            let outgoing = try Outgoing(server, reading)
            func rows(_ lines: [Outgoing.Line]) -> [Row] {
                lines.map { line in
                    Row(
                        channel: line.channel,
                        person: line.person ?? "",
                        notices: line.notices,
                        problem: line.problem ?? "",
                        time: TimeView(line.at, reading.now)
                    )
                }
            }
            let content = OutgoingContent(
                channels: outgoing.channels.map { ChannelRow(name: $0.name, trouble: $0.trouble) },
                isSilent: outgoing.channels.isEmpty,
                waiting: rows(outgoing.waiting),
                hasWaiting: !outgoing.waiting.isEmpty,
                undelivered: rows(outgoing.undelivered),
                hasUndelivered: !outgoing.undelivered.isEmpty
            )
            return pages.page("Notifications on their way", .outgoing, content, context)
        }
    }
}
