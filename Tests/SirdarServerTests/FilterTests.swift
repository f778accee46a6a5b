import HTTPTypes
import HummingbirdTesting
import JSON
import SirdarCore
import SirdarEngine
import SirdarServer
import SirdarTestKit
import Testing

@Suite("Lists of tasks, filtered")
struct FilterTests {
    @Test("the same words filter for programs and on the page")
    func filters() async throws {
        let bench = try ServerBench()
        let person = try bench.operatorPerson()
        let (token, browser) = (try bench.token(of: person), try bench.session(of: person))
        let first = try bench.task()
        bench.clock.advance(by: .seconds(1))
        let second = try bench.task(project: "blackfen")
        _ = try bench.act(.claim, on: first.id, person.worker)
        try await bench.asking { client in
            func found(_ filter: String) async throws -> [String] {
                let answer = try await client.get("/v1/tasks?q=\(filter.escapedForTest)", token)
                #expect(answer.status == .ok, "\(filter): \(answer.text)")
                return answer.json["items"]?.asArray?.compactMap { $0["id"]?.asString } ?? []
            }
            let (one, two) = (first.id.description, second.id.description)
            #expect(try await Set(found("queue:OPS")) == [one, two])
            #expect(try await found("owner:me") == [one])
            #expect(try await found("state:ready") == [two])
            #expect(try await found("owner:operator -project:blackfen") == [one])
            #expect(try await found("due:<4h due:>3h sort:-age") == [one])
            #expect(try await found("due:<5h sort:-age") == [two, one])
            #expect(try await found("due:<5h sort:age") == [one, two])
            #expect(try await found("site:dublin") == [two])
            #expect(try await found("requester:nobody") == [])
            #expect(try await found("state:ended") == [])
            let page = try await client.get("/queue?q=owner%3Ame", browser.cookie)
            #expect(page.text.contains("/tasks/\(one)?q=owner%3Ame") && !page.text.contains("/tasks/\(two)"))
        }
    }

    @Test("what a filter says wrong is told with its place, and nothing is listed")
    func mistakes() async throws {
        let bench = try ServerBench()
        let person = try bench.operatorPerson()
        let (token, browser) = (try bench.token(of: person), try bench.session(of: person))
        let task = try bench.task()
        try await bench.asking { client in
            let answer = try await client.get("/v1/tasks?q=stat:x%20queue:opps", token)
            #expect(answer.status == .unprocessableContent)
            let details = answer.json["errors"]?.asArray?.compactMap { $0["detail"]?.asString } ?? []
            #expect(
                details == [
                    "At character 1 of the filter: `stat` is nothing that can be filtered by. Did you mean `state`?",
                    "At character 14 of the filter: There is no queue `opps`. Did you mean `ops`?",
                ]
            )
            let hidden = try await client.get("/v1/tasks?q=queue:other", token)
            #expect(hidden.status == .unprocessableContent, "a queue that is not theirs is none")
            let page = try await client.get("/queue?q=stat:x", browser.cookie)
            #expect(page.status == .ok && page.text.contains("Did you mean `state`?"))
            #expect(page.text.contains("value=\"stat:x\"") && !page.text.contains("/tasks/\(task.id)"))
        }
    }

    @Test("sorted and unsorted lists are whole, page by page, and nothing comes twice")
    func pages() async throws {
        let bench = try ServerBench()
        let token = try bench.token(of: try bench.operatorPerson())
        var tasks: [String] = []
        for _ in 0..<7 {
            tasks.append(try bench.task().id.description)
            bench.clock.advance(by: .seconds(1))
        }
        let all = tasks
        try await bench.asking { client in
            for (filter, expected) in [("", all), ("sort:age", all), ("sort:-due", Array(all.reversed()))] {
                var (found, cursor): ([String], String?) = ([], nil)
                repeat {
                    let more = cursor.map { "&cursor=\($0)" } ?? ""
                    let answer = try await client.get("/v1/tasks?limit=3&q=\(filter)\(more)", token)
                    found += answer.json["items"]?.asArray?.compactMap { $0["id"]?.asString } ?? []
                    cursor = answer.json["next"]?.asString
                } while cursor != nil
                #expect(found == expected, "\(filter)")
            }
        }
    }
}

extension String {
    fileprivate var escapedForTest: String {
        replacing("<", with: "%3C").replacing(">", with: "%3E").replacing(" ", with: "%20")
    }
}
