import Hummingbird
import SirdarCore
import SirdarEngine

/// Where the hours go, as pictures with their figures.
struct InsightPages: Sendable {
    let server: Server
    private var pages: Pages { Pages(server: server) }

    @Sendable func show(_ request: Request, _ context: AppContext) async throws -> Response {
        let (principal, query) = (try context.person(), try FormData.query(of: request))
        return try await server.read { reading in
            let (asked, trouble) = try Self.asked(query, at: reading.now)
            let content = InsightContent(
                try reading.insight(asked, for: principal),
                queues: try reading.queues(of: principal),
                reading,
                trouble
            )
            return pages.page("Insight", .insight, content, context, at: "/insight", status: trouble?.status ?? 200)
        }
    }

    /// What was asked for; the last weeks, with what is wrong, when it cannot be.
    private static func asked(_ query: FormData, at now: Timestamp) throws(Trouble) -> (InsightQuery, Trouble?) {
        do { return (try InsightQuery(query, at: now), nil) } catch {
            return (try InsightQuery(FormData(), at: now), error)
        }
    }
}

extension Reading {
    /// The names of the queues whose insight somebody may see.
    fileprivate func queues(of principal: Principal) throws -> [String] {
        let names = Set(library.queues.map(\.name) + (try store.queueCounts().map(\.queue)))
        return names.union(principal.person.queues).filter { principal.may(.seeInsight, in: .queue($0)) }.sorted()
    }
}
