import HTTPTypes
import HummingbirdTesting
import JSON
import SirdarCore
import SirdarEngine
import SirdarImages
import SirdarTestKit
import Testing

@Suite("Costs by page and API")
struct CostTests {
    /// Ten GiB of an image of harrow since a week before the clock's Monday, and one of blackfen's.
    private func bench() throws -> ServerBench {
        let bench = try ServerBench()
        let monday = Week(containing: bench.clock.now()).previous.start
        let prices = bench.studio.prices
        let rows = [
            ("harrow", PaperStudio.comp, "comp-ws-2026-11"), ("blackfen", PaperStudio.blackfen, "bf-secret"),
            ("harrow", PaperStudio.houdini, "=HYPERLINK(1)"),
        ]
        try bench.write(
            rows.map { project, image, label in
                let row = LedgerRow(
                    kind: .image,
                    project: project,
                    location: "oregon",
                    image: image,
                    label: label,
                    from: monday,
                    bytes: 10 << 30,
                    rates: prices.rates(of: .storage, in: "oregon", from: monday)
                )
                return RecordChange(
                    kind: LedgerRow.openKind,
                    key: Ledger.subject(ofImage: image),
                    scope: project,
                    body: row.body,
                    expecting: .absent
                )
            }
        )
        bench.clock.advance(by: .days(2))
        return bench
    }

    @Test("an image's page tells this week, a whole week, each week of a range, and draws them")
    func imagePage() async throws {
        let bench = try bench()
        let browser = try bench.session(of: try bench.person("artist", [.requester], projects: ["harrow"]))
        let path = "/images/\(PaperStudio.comp)/costs"
        try await bench.asking { client in
            let page = try await client.get(path, browser.cookie)
            #expect(page.status == .ok)
            // From Monday 00:00 to Wednesday 09:00: 57 of 720 hours; a whole week is 168.
            #expect(page.text.contains("<dt>This week so far</dt><dd>0.04 USD</dd>"))
            #expect(page.text.contains("<dt>A whole week, as it is now</dt><dd>0.12 USD</dd>"))
            #expect(page.text.contains(#"<th scope="row">2026-W48</th>"#) && page.text.contains("0.1237 USD"))
            #expect(page.text.contains(#"role="img" aria-labelledby="chart-title chart-text""#))
            #expect(page.text.contains("<title>2026-W47: 0.12 USD</title>"))
            let range = try await client.get("\(path)?from=2026-11-16&to=2026-11-17", browser.cookie)
            #expect(range.text.contains("0.0353 USD") && !range.text.contains(#"<th scope="row">2026-W48</th>"#))
            let wrong = try await client.get("\(path)?from=2026-11-18&to=2026-11-17", browser.cookie)
            #expect(wrong.status == .unprocessableContent && wrong.text.contains("comes after"))
        }
    }

    @Test("a project's week is compared with the week before, and goes out as CSV without formulas")
    func report() async throws {
        let bench = try bench()
        let artist = try bench.person("artist", [.requester], projects: ["harrow"])
        let (browser, token) = (try bench.session(of: artist), try bench.token(of: artist, [.read]))
        try await bench.asking { client in
            let page = try await client.get("/costs?project=harrow", browser.cookie)
            #expect(page.text.contains("<dt>Together</dt><dd><b>0.08 USD</b></dd>"))
            #expect(page.text.contains("<dt>The week before</dt><dd>0.25 USD</dd>"))
            #expect(page.text.contains("0.16 USD less") && page.text.contains("until 2026-11-25 09:00 UTC"))
            let report = try await client.get("/v1/projects/harrow/costs?week=2026-W47", token)
            #expect(report.json["total"]?["amounts"]?[0]?["amount"] == "0.247333333334")
            #expect(report.json["whole_week"] == true && report.json["week_before"]?["words"] == "0")
            for path in [
                "/v1/projects/harrow/costs/export?week=2026-W47", "/costs/export?project=harrow&week=2026-W47",
            ] {
                let fields = path.hasPrefix("/v1") ? token : browser.cookie
                let csv = try await client.get(path, fields)
                #expect(csv.headers[.contentType] == "text/csv; charset=utf-8; header=present")
                #expect(csv.text.contains(",'=HYPERLINK(1),") && csv.text.contains(",0.123666666667,measured\r\n"))
            }
            for week in ["2026-W49", "2026-W54", "soon"] {
                let wrong = try await client.get("/v1/projects/harrow/costs?week=\(week)", token)
                #expect(wrong.status == .unprocessableContent)
            }
        }
    }

    @Test("what belongs to another project is not there: by page, CSV, API, estimate and correction")
    func isolation() async throws {
        let bench = try bench()
        let artist = try bench.person("requester2", [.requester], projects: ["harrow"])
        let chief = try bench.person("chief", [.supervisor], projects: ["harrow"])
        let (browser, token) = (try bench.session(of: artist), try bench.token(of: artist))
        let managing = try bench.token(of: chief)
        try await bench.asking { client in
            for path in [
                "/costs?project=blackfen", "/costs/export?project=blackfen", "/images/\(PaperStudio.blackfen)/costs",
                "/images/\(PaperStudio.blackfen)/copy", "/machines/bf-ws-01/image",
            ] {
                let page = try await client.get(path, browser.cookie)
                #expect(page.status == .notFound && !page.text.contains("bf-secret"), "\(path)")
            }
            for path in [
                "/v1/projects/blackfen/costs", "/v1/projects/blackfen/costs/export",
                "/v1/images/\(PaperStudio.blackfen)/costs",
                "/v1/images/\(PaperStudio.blackfen)/estimate?location=oregon",
                "/v1/machines/bf-ws-01/estimate",
            ] {
                let answer = try await client.get(path, token)
                #expect(answer.status == .notFound && !answer.text.contains("bf-secret"), "\(path)")
            }
            let own = try await client.get("/costs", browser.cookie)
            #expect(own.status == .ok && !own.text.contains("blackfen") && !own.text.contains("bf-secret"))
            let body = #"{"amount":"-1","reason":"r"}"#
            let foreign = try await client.send(.post, "/v1/projects/blackfen/cost-corrections", managing, body)
            #expect(foreign.status == .notFound)
            let mixed = #"{"amount":"-1","reason":"r","image":"\#(PaperStudio.blackfen)"}"#
            let about = try await client.send(.post, "/v1/projects/harrow/cost-corrections", managing, mixed)
            #expect(about.status == .notFound)
        }
    }

    @Test("a correction is a line of its own, by a supervisor, with an entry; nothing is charged anew")
    func correction() async throws {
        let bench = try bench()
        let chief = try bench.person("chief", [.supervisor], projects: ["harrow"])
        let artist = try bench.person("artist", [.requester], projects: ["harrow"])
        let (managing, own) = (try bench.token(of: chief), try bench.token(of: artist))
        let path = "/v1/projects/harrow/cost-corrections"
        let body = #"{"amount":"-0.05","reason":"billed less","day":"2026-11-17","image":"\#(PaperStudio.comp)"}"#
        try await bench.asking { client in
            let denied = try await client.send(.post, path, own, body)
            #expect(denied.status == .forbidden)
            let made = try await client.send(.post, path, managing, body)
            #expect(made.status == .created && made.json["week"] == "2026-W47" && made.json["currency"] == "USD")
            let report = try await client.get("/v1/projects/harrow/costs?week=2026-W47", own)
            #expect(report.json["total"]?["amounts"]?[0]?["amount"] == "0.197333333334")
            let groups = report.json["groups"]?.asArray ?? []
            #expect(groups.compactMap { $0["group"]?.asString } == ["images", "golden", "corrections"])
            #expect(groups.last?["lines"]?[0]?["cost"]?["words"] == "-0.05 USD")
            let image = try await client.get("/v1/images/\(PaperStudio.comp)/costs", own)
            #expect(image.json["weeks"]?[1]?["cost"]?["amounts"]?[0]?["amount"] == "0.073666666667")
            for wrong in [
                #"{"amount":"0","reason":"r"}"#, #"{"amount":"1e9","reason":"r"}"#, #"{"amount":"1"}"#,
                #"{"amount":"1000000001","reason":"r"}"#, #"{"amount":"1","reason":"r","day":"soon"}"#,
            ] {
                let answer = try await client.send(.post, path, managing, wrong)
                #expect(answer.status == .unprocessableContent, "\(wrong)")
            }
        }
        #expect(try bench.actions().contains("cost.corrected"))
        #expect(try bench.refusals().contains("request.refused denied"))
    }

    @Test("the estimate is told before asking: on the form, by the API, and for a copy with what sending costs")
    func estimates() async throws {
        let bench = try bench()
        let artist = try bench.person("artist", [.requester], projects: ["harrow"])
        let (browser, token) = (try bench.session(of: artist), try bench.token(of: artist))
        try await bench.asking { client in
            let form = try await client.get("/machines/hw-ws-01/image", browser.cookie)
            let words = "about 0.30 USD a week (measured 25.0 GiB); at most 0.73 USD (whole disk, 60.0 GiB)"
            #expect(form.text.contains(words))
            let estimate = try await client.get("/v1/machines/hw-ws-01/estimate", token)
            #expect(estimate.json["words"] == .string(words) && estimate.json["currency"] == "USD")
            let on = try await client.get("/v1/machines/hw-rn-01/estimate", token)
            #expect(on.status == .conflict && on.text.contains("Turn it off first."))
            let copy = try await client.get("/images/\(PaperStudio.comp)/copy", browser.cookie)
            #expect(copy.text.contains("dublin: <b>unknown: dublin has no price (measured 25.0 GiB)"))
            #expect(copy.text.contains("and 0.50 USD once for sending it"))
            let sent = try await client.get("/v1/images/\(PaperStudio.comp)/estimate?location=dublin", token)
            #expect(sent.json["weekly"] == .null && sent.json["transfer_once"] == "0.500000")
            let nowhere = try await client.get("/v1/images/\(PaperStudio.comp)/estimate?location=oregon", token)
            #expect(nowhere.status == .unprocessableContent)
            let prices = try await client.get("/v1/prices", token)
            #expect(prices.json["items"]?[0]?["storage"] == "0.053000")
        }
    }
}
