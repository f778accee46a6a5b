import ArgumentParser
import JSON

struct CostCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cost",
        abstract: "What images and projects cost, week by week.",
        discussion: "Weeks are those of ISO 8601, in UTC. What has no price is unknown, and never nothing.",
        subcommands: [Report.self, Image.self, Estimate.self, Prices.self, Correct.self]
    )

    struct Report: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the costs of a project in a week, compared to the week before."
        )

        @Option(help: ArgumentHelp("The project.", valueName: "code")) var project: String
        @Option(help: ArgumentHelp("The week, as 2026-W48; without it the present one.", valueName: "week"))
        var week: String?
        @Flag(help: "Print a table for spreadsheets, with all places of each amount.") var csv = false
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let query: [(name: String, value: String)] = week.map { [("week", $0)] } ?? []
            if csv {
                let reply = try await session.api.succeed(Call(.get, Address.export(ofProject: project), query: query))
                return try session.terminal.write(String(decoding: reply.bytes, as: UTF8.self))
            }
            let report = try await session.api.get(Address.costs(ofProject: project), query: query)
            try session.show(report) { () throws(Failure) in
                try session.lines(
                    [session.title("\(project), week \(report.text("week") ?? "")")] + facts(report, session)
                )
                try session.table(Self.table(report), orSay: "Nothing cost anything in this week.")
            }
            if report["demonstration"]?.asBool == true {
                session.say("Lines marked with * are the demonstration's: they were made up.")
            }
        }

        private func facts(_ report: JSON, _ session: Session) -> [String] {
            var facts = Facts()
            facts.add("together", report["total"]?.text("words"), .strong)
            facts.add("week before", report["week_before"]?.text("words"))
            facts.add("change", report.elements("change").compactMap { $0.text("words") }.joined(separator: ", "))
            if report["whole_week"]?.asBool == false { facts.add("until", session.time(report.moment("to"))) }
            return facts.lines(colour: session.terminal.usesColour)
        }

        private static func table(_ report: JSON) -> Table {
            var table = Table([
                .init("GROUP"), .init("NAME", isFlexible: true), .init("LOCATION"), .init("HOURS", isRight: true),
                .init("BYTES", isRight: true), .init("COST", isRight: true),
            ])
            for group in report.elements("groups") {
                for line in group.elements("lines") {
                    let mark = line.text("source") == "demonstration" ? "*" : ""
                    table.add([
                        .init(group.text("group") ?? ""), .init("\(line.text("name") ?? "")\(mark)", .strong),
                        .init(line.text("location") ?? ""), .init(line.text("held_hours") ?? ""),
                        .init(line["bytes"]?.phrase ?? ""), .init(line["cost"]?.text("words") ?? ""),
                    ])
                }
            }
            return table
        }
    }

    struct Image: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show what an image costs now, and cost in each week of a range."
        )

        @Argument(help: "The image's id.") var id: String
        @Option(help: ArgumentHelp("The first day, as 2026-10-01; without it seven weeks back.", valueName: "day"))
        var from: String?
        @Option(help: ArgumentHelp("The last day; without it today.", valueName: "day")) var to: String?
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let query = [("from", from), ("to", to)].compactMap { name, value in value.map { (name, $0) } }
            let costs = try await session.api.get(Address.costs(ofImage: id), query: query)
            try session.show(costs) { () throws(Failure) in
                var facts = Facts()
                facts.add("this week so far", costs["this_week"]?.text("words"), .strong)
                let isCosting = costs["is_costing"]?.asBool == true
                facts.add(
                    "a whole week",
                    isCosting ? costs["weekly_rate"]?.text("words") : "nothing: it has no data now"
                )
                facts.add("these weeks", costs["total"]?.text("words"))
                if costs["transfers"]?["amounts"]?.asArray?.isEmpty == false {
                    facts.add("sent, once", costs["transfers"]?.text("words"))
                }
                facts.add("until", session.time(costs.moment("as_of")))
                let colour = session.terminal.usesColour
                try session.lines([session.title(costs.text("name") ?? id)] + facts.lines(colour: colour))
                try session.table(Self.table(costs), orSay: "There are no weeks in this range.")
            }
        }

        private static func table(_ costs: JSON) -> Table {
            var table = Table([
                .init("WEEK"), .init("FROM"), .init("TO"), .init("HOURS", isRight: true), .init("BYTES", isRight: true),
                .init("COST", isRight: true),
            ])
            for week in costs.elements("weeks") {
                let mark = week["demonstration"]?.asBool == true ? " (demonstration)" : ""
                table.add([
                    .init("\(week.text("week") ?? "")\(mark)", .strong),
                    .init(String((week.text("from") ?? "").prefix(16))),
                    .init(String((week.text("to") ?? "").prefix(16))), .init(week.text("held_hours") ?? ""),
                    .init(week["bytes"]?.phrase ?? ""), .init(week["cost"]?.text("words") ?? ""),
                ])
            }
            return table
        }
    }

    struct Estimate: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say what an image would cost a week, before it is asked for.",
            discussion:
                "Of a machine that is off; or of a copy of an image in another location, with what sending costs."
        )

        @Option(help: "The machine's name.") var machine: String?
        @Option(help: "The id of the image to be copied.") var image: String?
        @Option(help: "Where the copy is to be.") var location: String?
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func validate() throws {
            let isCopy = image != nil && location != nil
            guard (machine != nil) != isCopy, machine == nil || (image == nil && location == nil) else {
                throw ValidationError("Give --machine, or --image and --location.")
            }
        }

        func perform(_ session: Session) async throws(Failure) {
            let estimate: JSON
            if let machine {
                estimate = try await session.api.get(Address.estimate(ofMachine: machine))
            } else {
                let query = [("location", location ?? "")]
                estimate = try await session.api.get(Address.estimate(ofImage: image ?? ""), query: query)
            }
            try session.show(estimate) { () throws(Failure) in try session.lines([estimate.text("words") ?? "unknown"])
            }
        }
    }

    struct Prices: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the prices, by location and from when they hold."
        )

        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let prices = try await session.api.get(Address.prices)
            try session.show(prices) { () throws(Failure) in
                var table = Table([
                    .init("LOCATION"), .init("FROM"), .init("CURRENCY"), .init("GIB AND MONTH", isRight: true),
                    .init("MACHINE HOUR", isRight: true), .init("GIB SENT", isRight: true),
                ])
                for price in prices.elements("items") {
                    table.add([
                        .init(price.text("location") ?? "", .strong),
                        .init(String((price.text("from") ?? "").prefix(10))),
                        .init(price.text("currency") ?? ""), .init(price.text("storage") ?? "unknown"),
                        .init(price.text("machine") ?? "unknown"), .init(price.text("transfer") ?? "unknown"),
                    ])
                }
                try session.table(table, orSay: "Nothing has a price: every cost is unknown. See config/prices.yaml.")
            }
        }
    }

    struct Correct: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put right what was charged wrongly, by a line of its own.",
            discussion:
                "Nothing that was charged is changed. The amount is in the project's currency; less is negative."
        )

        @Option(help: ArgumentHelp("The project.", valueName: "code")) var project: String
        @Option(parsing: .unconditional, help: ArgumentHelp("As -1.25.", valueName: "decimal")) var amount: String
        @Option(help: ArgumentHelp("Why; it is shown in the report.", valueName: "text")) var reason: String
        @Option(help: "The id of the image that it is about.") var image: String?
        @Option(help: ArgumentHelp("The day on which it counts; without it today.", valueName: "day")) var day: String?
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            var body: JSON.Object = ["amount": .string(amount), "reason": .string(reason)]
            body["image"] = image.map(JSON.string)
            body["day"] = day.map(JSON.string)
            let answer = try await session.api.post(Address.corrections(of: project), .object(body)) ?? .null
            let week = answer.text("week") ?? ""
            try session.show(answer) { () throws(Failure) in
                let what = "\(answer.text("amount") ?? "") \(answer.text("currency") ?? "")"
                try session.terminal.line(
                    "Corrected \(Text.printable(project)) by \(Text.printable(what)) in week \(week)."
                )
            }
            session.suggest("cost", "report", "--project", project, "--week", week)
        }
    }
}
