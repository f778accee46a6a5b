import Hummingbird
import JSON
import SirdarCore
import SirdarEngine
import SirdarImages

/// What images and projects cost.
struct CostPages: Sendable {
    let server: Server
    var pages: Pages { Pages(server: server) }

    /// A week of a project.
    @Sendable func report(_ request: Request, _ context: AppContext) async throws -> Response {
        let (principal, query) = (try context.person(), try FormData.query(of: request))
        return try await server.read { reading in
            let projects = try reading.projects(for: principal)
            let code = query.text("project").isEmpty ? projects.first?.code : query.text("project")
            let report = try code.map { try reading.costReport(of: $0, query.text("week"), for: principal) }
            let content = CostsContent(
                report: report.map {
                    CostReportView($0, title: projects.first { $0.code == code }?.title, reading.now)
                },
                projects: projects.map { .init(name: $0.code, title: $0.title, isSelected: $0.code == code) },
                week: report?.week.description ?? Week(containing: reading.now).description,
                isEmpty: projects.isEmpty
            )
            return pages.page("Costs", .costs, content, context, at: "/costs")
        }
    }

    @Sendable func export(_ request: Request, _ context: AppContext) async throws -> Response {
        let (principal, query) = (try context.person(), try FormData.query(of: request))
        return try await server.read { reading in
            .csv(try reading.costReport(of: query.text("project"), query.text("week"), for: principal))
        }
    }

    /// An image, week by week.
    @Sendable func image(_ request: Request, _ context: AppContext) async throws -> Response {
        let (principal, id) = (try context.person(), try server.identifier(context, "image"))
        let query = try FormData.query(of: request)
        return try await server.read { reading in
            let image = try reading.image(id, for: principal, to: .seeProject)
            let (range, trouble) = try Self.range(query, at: reading.now)
            let content = ImageCostsContent(
                image,
                try reading.costs(of: image, in: range),
                range,
                TimeView(reading.now, reading.now),
                trouble
            )
            return pages.page(
                "Costs of \(image.name)",
                .imageCosts,
                content,
                context,
                at: "/images",
                status: trouble?.status ?? 200
            )
        }
    }

    /// What was asked for; the last weeks, with what is wrong, when it cannot be.
    private static func range(_ query: FormData, at now: Timestamp) throws(Trouble) -> (CostRange, Trouble?) {
        do { return (try CostRange(query, at: now), nil) } catch {
            return (try CostRange(FormData(), at: now), error)
        }
    }
}
