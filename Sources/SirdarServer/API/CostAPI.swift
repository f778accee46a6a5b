import HTTPTypes
import Hummingbird
import JSON
import SirdarCore
import SirdarEngine
import SirdarImages
import SirdarJournal

/// What images and projects cost, for programs.
struct CostAPI: Sendable {
    let server: Server

    @Sendable func image(_ request: Request, _ context: AppContext) async throws -> Response {
        let (principal, id) = (try context.person(), try server.identifier(context, "image"))
        let query = try FormData.query(of: request)
        return try await server.read { reading in
            let image = try reading.image(id, for: principal, to: .seeProject)
            let range = try CostRange(query, at: reading.now)
            return .json(try reading.costs(of: image, in: range).json(of: image))
        }
    }

    @Sendable func project(_ request: Request, _ context: AppContext) async throws -> Response {
        .json(try await report(request, context).json)
    }

    /// The same for spreadsheets.
    @Sendable func export(_ request: Request, _ context: AppContext) async throws -> Response {
        .csv(try await report(request, context))
    }

    private func report(_ request: Request, _ context: AppContext) async throws -> CostReport {
        let (principal, code) = (try context.person(), try server.parameter(context, "code"))
        let week = try FormData.query(of: request).text("week")
        return try await server.read { reading in try reading.costReport(of: code, week, for: principal) }
    }

    @Sendable func prices(_ request: Request, _ context: AppContext) async throws -> Response {
        _ = try context.person()
        return ListAnswer(items: server.studio.prices.rows.map(\.json)).response
    }

    // MARK: Estimates

    @Sendable func machineEstimate(_ request: Request, _ context: AppContext) async throws -> Response {
        let (principal, name) = (try context.person(), try server.parameter(context, "name"))
        return try await server.read { reading in
            let machine = try reading.machine(name, for: principal, to: .seeProject)
            guard let estimate = try reading.studio.estimate(of: machine) else {
                throw Trouble.conflict("machine-not-off", machine.imagingRefusal ?? "The machine is not off.")
            }
            return .json(estimate.json)
        }
    }

    @Sendable func copyEstimate(_ request: Request, _ context: AppContext) async throws -> Response {
        let (principal, id) = (try context.person(), try server.identifier(context, "image"))
        let location = try FormData.query(of: request).text("location")
        return try await server.read { reading in
            let image = try reading.image(id, for: principal, to: .seeProject)
            let known = try reading.studio.locations()
            guard known.contains(location), location != image.location else {
                let others = known.filter { $0 != image.location }.joined(separator: ", ")
                throw Trouble.invalid("/location", "`location` is where the copy is to be, one of: \(others).")
            }
            guard let estimate = try reading.studio.estimate(ofCopying: id, to: location) else {
                throw Trouble.conflict(
                    "image-not-built",
                    "Only of a built image is it known how large a copy would be."
                )
            }
            return .json(estimate.json)
        }
    }

    // MARK: Corrections

    @Sendable func correct(_ request: Request, _ context: AppContext) async throws -> Response {
        let (principal, code) = (try context.person(), try server.parameter(context, "code"))
        let project = try await server.read { reading in
            guard let project = try reading.projects(for: principal, only: code).first else {
                throw Trouble.notFound("project")
            }
            guard principal.may(.correctCosts, in: .project(code)) else { throw Trouble.denied(.correctCosts) }
            return project
        }
        var fields = try await RequestFields(request)
        let (amount, reason) = (fields.text("amount", max: 32), fields.text("reason", max: 200))
        let (image, day) = (fields.identifier("image"), fields.optionalText("day", max: 10))
        if !amount.isEmpty, Money(amount) == nil { fields.add("amount", "`amount` is no decimal: write -1.25.") }
        if let day, Day(day) == nil { fields.add("day", "`day` is no date: write 2026-11-25.") }
        try fields.finish()
        let actuation = try context.actuation(.api, reason: reason)
        let correction = try await server.read { reading in
            let about = try image.map { try reading.image($0, for: principal, to: .correctCosts) }
            guard about.map({ $0.project == code }) ?? true else {
                throw Trouble.invalid("/image", "The image belongs to another project.")
            }
            guard let money = Money(amount), money.isCorrection else {
                throw Trouble.invalid("/amount", "`amount` is not zero, and at most a thousand million.")
            }
            return CostCorrection(
                project: code,
                location: about?.location ?? project.location,
                image: image,
                amount: Amount(money, project.facts["currency"]?.asString ?? PriceSheet.currencyDefault),
                day: day.flatMap(Day.init) ?? Day(reading.now),
                reason: reason
            )
        }
        let engine = server.engine
        try await server.blocking.answer { then in correction.record(with: engine, by: actuation, then: then) }
        return .json(
            [
                "project": .string(code), "amount": .string(correction.amount.money.description),
                "currency": .string(correction.amount.currency), "day": .string(correction.day.description),
                "week": .string(Week(containing: correction.day).description),
            ],
            status: .created
        )
    }
}

extension Money {
    fileprivate var isCorrection: Bool {
        self != .zero && self <= CostCorrection.amountMax && Money.zero - CostCorrection.amountMax <= self
    }
}

extension Response {
    static func csv(_ report: CostReport) -> Response {
        .csv(report.csv, named: "costs-\(report.project)-\(report.week)")
    }
}

/// The days whose costs somebody asks for, both included; without any, the last eight weeks.
struct CostRange: Sendable {
    let first: Day
    let last: Day

    static let weeksDefault: Int64 = 8
    static let weeksMax: Int64 = 106

    init(_ query: FormData, at now: Timestamp) throws(Trouble) {
        let today = Day(now)
        last = try Self.day("to", query) ?? today
        let first = try Self.day("from", query)
        self.first = first ?? Week(containing: last).monday.advanced(by: -7 * (Self.weeksDefault - 1))
        guard self.first <= last else { throw .invalid("/from", "`from` comes after `to`.") }
        guard last.number - self.first.number < 7 * Self.weeksMax else {
            throw .invalid("/from", "From `from` to `to` are more than \(Self.weeksMax) weeks.")
        }
    }

    private static func day(_ key: String, _ query: FormData) throws(Trouble) -> Day? {
        let text = query.text(key)
        guard !text.isEmpty else { return nil }
        guard let day = Day(text) else { throw .invalid("/\(key)", "`\(key)` is no date: write 2026-11-25.") }
        return day
    }

    var span: Span { Span(from: first.start, to: last.next.start) }
}

extension Reading {
    var costBook: CostBook { CostBook(store) }

    func costs(of image: StudioImage, in range: CostRange) throws -> ImageCosts {
        try costBook.costs(of: image.id, project: image.project, in: range.span, at: now)
    }

    /// The report of a week, `2026-W48`; of the present one when the text is empty.
    func costReport(of code: String, _ week: String, for principal: Principal) throws -> CostReport {
        guard !code.isEmpty, try !projects(for: principal, only: code).isEmpty else {
            throw Trouble.notFound("project")
        }
        let present = Week(containing: now)
        guard let week = week.isEmpty ? present : Week(week) else {
            throw Trouble.invalid("/week", "`week` is no week of ISO 8601: write \(present).")
        }
        guard week <= present else { throw Trouble.invalid("/week", "The week \(week) is still to come.") }
        return try costBook.report(of: code, in: week, at: now, golden: studio.goldenImages(of: code))
    }
}
