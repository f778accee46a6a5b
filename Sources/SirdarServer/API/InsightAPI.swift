import HTTPTypes
import Hummingbird
import JSON
import NIOCore
import SirdarCore
import SirdarEngine
import SirdarImages

/// Where the hours of manual steps go, for programs.
struct InsightAPI: Sendable {
    let server: Server

    @Sendable func show(_ request: Request, _ context: AppContext) async throws -> Response {
        let report = try await report(request, context)
        return .json(report.json)
    }

    /// The same for spreadsheets.
    @Sendable func export(_ request: Request, _ context: AppContext) async throws -> Response {
        .csv(try await report(request, context).csv, named: "insight")
    }

    private func report(_ request: Request, _ context: AppContext) async throws -> InsightReport {
        let (principal, query) = (try context.person(), try FormData.query(of: request))
        return try await server.read { reading in
            try reading.insight(try InsightQuery(query, at: reading.now), for: principal)
        }
    }
}

/// The weeks and the queue that somebody wants to know about.
struct InsightQuery: Sendable {
    let first: Week
    let last: Week
    /// `nil`: every queue that they may see.
    let queue: String?

    static let weeksDefault = 8
    static let weeksMax = 53

    init(_ query: FormData, at now: Timestamp) throws(Trouble) {
        let present = Week(containing: now)
        let (text, count) = (query.text("to"), query.text("weeks"))
        guard let last = text.isEmpty ? present : Week(text) else {
            throw .invalid("/to", "`to` is no week of ISO 8601: write \(present).")
        }
        guard last <= present else { throw .invalid("/to", "The week \(last) is still to come.") }
        guard let weeks = count.isEmpty ? Self.weeksDefault : Int(count), (1...Self.weeksMax).contains(weeks) else {
            throw .invalid("/weeks", "`weeks` must be a whole number from 1 to \(Self.weeksMax).")
        }
        self.last = last
        first = Week(containing: last.monday.advanced(by: -7 * Int64(weeks - 1)))
        queue = query.text("queue").isEmpty ? nil : query.text("queue")
    }

    var weeks: [Week] { Span(from: first.start, to: last.end).weeks }
}

/// What somebody is told of where the hours went.
struct InsightReport: Sendable {
    let query: InsightQuery
    let insight: Insight
    let asOf: Timestamp

    /// Every week of the range, also those in which nothing ended.
    var weeks: [(week: Week, sum: HoursSum)] {
        query.weeks.map { week in (week, insight.weeks.first { $0.key == week.start }?.sum ?? HoursSum()) }
    }
}

extension Reading {
    /// - Throws: that the queue is not theirs to see.
    func insight(_ query: InsightQuery, for principal: Principal) throws -> InsightReport {
        if let queue = query.queue, !principal.may(.seeInsight, in: .queue(queue)) {
            throw Trouble(TaskRefusal.notInQueue(queue)) ?? .denied(.seeInsight)
        }
        let seen = principal.seesEveryQueue ? nil : principal.person.queues
        let hours = HoursQuery(
            from: query.first.start,
            to: query.last.end,
            queues: query.queue.map { [$0] } ?? seen
        )
        return InsightReport(query: query, insight: Insight(try store.hours(hours)), asOf: now)
    }
}

extension Principal {
    /// Whether no queue is hidden from them, nor one that is not configured any more.
    fileprivate var seesEveryQueue: Bool { may(.seeInsight, in: .queue("")) }
}

extension Response {
    static func csv(_ text: String, named name: String) -> Response {
        Response(
            status: .ok,
            headers: [
                .contentType: "text/csv; charset=utf-8; header=present",
                .contentDisposition: "attachment; filename=\"\(name).csv\"",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text))
        )
    }
}
