import HTTPTypes
import HummingbirdTesting
import JSON
import JSONSchema
import SirdarCore
import SirdarEngine
import SirdarServer
import Testing

@Suite("The interface's description is the table of routes")
struct DescriptionTests {
    @Test("it has every route of the interface, and nothing else")
    func equal() throws {
        let bench = try ServerBench()
        let routes = bench.server.routeLines.filter { $0.path.hasPrefix("/v1") }
        let unnamed = routes.filter { $0.name == nil }.map { "\($0.method) \($0.path)" }
        #expect(unnamed.isEmpty, "give these an entry in Sources/SirdarServer/Operations and name it in Routes.swift")
        let described = Description(json: bench.server.openAPI).operations
        let lines = routes.map { "\($0.method) \($0.template)" }
        #expect(described.map { "\($0.method) \($0.template)" }.sorted() == lines.sorted())
        #expect(Set(described.map(\.id)).count == described.count)
        // A page is none of it.
        #expect(bench.server.routeLines.filter { !$0.path.hasPrefix("/v1") }.allSatisfy { $0.name == nil })
    }

    @Test("it says of each operation what it needs, what it takes and how it may be refused")
    func whole() throws {
        let bench = try ServerBench()
        let description = Description(json: bench.server.openAPI)
        for operation in description.operations {
            #expect(operation.json["summary"]?.asString?.hasSuffix(".") == true, "\(operation.id)")
            let responses = operation.json["responses"]?.asObject ?? [:]
            #expect(responses.keys.contains { $0.hasPrefix("2") }, "\(operation.id)")
            #expect(responses["401"] != nil && responses["503"] != nil, "\(operation.id)")
            let names = operation.json["parameters"]?.asArray?.filter { $0["in"] == "path" }
                .compactMap { $0["name"]?.asString }
            let parts = operation.template.split(separator: "/").filter { $0.hasPrefix("{") }
            #expect((names ?? []) == parts.map { String($0.dropFirst().dropLast()) }, "\(operation.id)")
        }
    }

    @Test("every shape that it names is there, and can be read")
    func shapes() throws {
        let json = try ServerBench().server.openAPI
        let (text, schemas) = (json.text, json["components"]?["schemas"]?.asObject ?? [:])
        for name in schemas.keys {
            let document: JSON = [
                "$ref": .string("#/components/schemas/\(name)"), "components": ["schemas": .object(schemas)],
            ]
            #expect(throws: Never.self, "\(name)") { _ = try Schema(document) }
            #expect(text.contains("#/components/schemas/\(name)\""), "nobody needs \(name)")
        }
        for reference in text.components(of: "#/components/schemas/") {
            #expect(schemas[String(reference.prefix { $0 != "\"" })] != nil, "\(reference)")
        }
    }

    @Test("it is served to whoever is signed in")
    func served() async throws {
        let bench = try ServerBench()
        let token = try bench.token(of: try bench.person("nobody", []))
        try await bench.asking { client in
            let answer = try await client.get("/v1/openapi.json", token)
            #expect(answer.status == .ok && answer.json["openapi"] == "3.1.0")
            let stranger = try await client.get("/v1/openapi.json")
            #expect(stranger.status == .unauthorized)
        }
    }

    @Test("a parameter that nobody knows is refused, with those that are known")
    func unknownParameter() async throws {
        let bench = try ServerBench()
        let token = try bench.token(of: try bench.operatorPerson())
        try await bench.asking { client in
            let answer = try await client.get("/v1/tasks?stat=ready", token)
            #expect(answer.status == .unprocessableContent)
            #expect(answer.json["errors"]?[0]?["pointer"] == "/stat")
            #expect(answer.json["detail"]?.asString?.contains("state") == true)
        }
    }

    @Test(
        "a method that an address has not is told with those that it has",
        arguments: ["/v1/tasks", "/queue", "/sign-in"]
    )
    func methods(_ path: String) async throws {
        let bench = try ServerBench()
        try await bench.asking { client in
            for method in [HTTPRequest.Method.delete, .patch, .trace, .options] {
                let answer = try await client.send(method, path, [.fetchSite: "same-origin"])
                #expect(answer.status == .methodNotAllowed, "\(method)")
                #expect(answer.headers[.allow]?.hasPrefix("GET") == true, "\(method)")
            }
        }
    }
}

extension RouteLine {
    /// As the description writes it.
    var template: String {
        path.split(separator: "/").map { $0.hasPrefix(":") ? "/{\($0.dropFirst())}" : "/\($0)" }.joined()
    }
}
