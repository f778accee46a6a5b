import Foundation
import HTTPTypes
import HummingbirdTesting
import JSON
import JSONSchema
import NIOCore
import SirdarCore
import SirdarEngine
import SirdarServer
import Testing

/// Asks, and holds every answer of the interface to what its description says: status, media type and document.
struct DescribedClient: TestClientProtocol {
    let client: any TestClientProtocol
    let description: Description
    var port: Int? { client.port }

    func executeRequest(
        uri: String,
        method: HTTPRequest.Method,
        headers: HTTPFields,
        body: ByteBuffer?
    ) async throws -> TestResponse {
        let answer = try await client.executeRequest(uri: uri, method: method, headers: headers, body: body)
        description.check(answer, to: method, uri)
        return answer
    }
}

/// The interface's description, as a program reads it.
struct Description: Sendable {
    let json: JSON

    /// Compiled once, for all tests: it is the same document every time, but for the version.
    private static let schemas = Locked<[String: Schema]>([:])

    struct Operation {
        let template: String
        let method: String
        let json: JSON
        var id: String { json["operationId"]?.asString ?? "" }
        /// What a body must be, where there is one.
        var body: JSON? { json["requestBody"]?["content"]?["application/json"]?["schema"] }
    }

    var operations: [Operation] {
        (json["paths"]?.asObject ?? [:]).flatMap { template, path in
            (path.asObject ?? [:]).map { Operation(template: template, method: $0.key.uppercased(), json: $0.value) }
        }
    }

    func operation(_ method: HTTPRequest.Method, _ uri: String) -> Operation? {
        let path = uri.prefix { $0 != "?" }.split(separator: "/")
        func fits(_ template: String) -> Bool {
            let parts = template.split(separator: "/")
            return parts.count == path.count && zip(parts, path).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
        }
        let found = operations.filter { $0.method == method.rawValue && fits($0.template) }
        // As the server itself: a path that says it in full goes before one with parameters.
        return found.first { !$0.template.contains("{") } ?? found.first
    }

    func check(_ answer: TestResponse, to method: HTTPRequest.Method, _ uri: String) {
        // What is too long to be looked at is refused before it is known which operation it is.
        guard let operation = operation(method, uri), answer.status.code != 414 else { return }
        let place = "\(operation.id), \(answer.status.code), \(method) \(uri)"
        var response = operation.json["responses"]?[String(answer.status.code)]
        if let name = response?["$ref"]?.asString?.split(separator: "/").last {
            response = json["components"]?["responses"]?[String(name)]
        }
        guard let response else {
            Issue.record("an answer that nothing is said of: \(place)")
            return
        }
        guard answer.status != .noContent, let content = response["content"]?.asObject else { return }
        let type = String((answer.headers[.contentType] ?? "").prefix { $0 != ";" })
        if type == "text/plain", content["image/svg+xml"] != nil { return }
        guard let described = content[type] else {
            Issue.record("a media type that nothing is said of: \(type), \(place)")
            return
        }
        guard let schema = described["schema"] else { return }
        do {
            let key = "\(operation.id) \(answer.status.code)"
            for violation in try compiled(schema, key).validate(answer.json) {
                Issue.record("not as described: \(violation), \(place): \(answer.text.prefix(2_000))")
            }
        } catch { Issue.record("the description cannot be read: \(error), \(place)") }
    }

    private func compiled(_ schema: JSON, _ key: String) throws -> Schema {
        if let known = Self.schemas.withLock({ $0[key] }) { return known }
        var document = schema.asObject ?? [:]
        document["components"] = ["schemas": json["components"]?["schemas"] ?? [:]]
        let compiled = try Schema(.object(document), options: .init(assertsFormat: true))
        Self.schemas.withLock { $0[key] = compiled }
        return compiled
    }
}

/// The least that fits a schema of a request, with what the tests' studio has.
enum Sample {
    static func of(_ schema: JSON, named name: String = "") -> JSON {
        if let known = values[name] { return .string(known) }
        if let constant = schema["const"] { return constant }
        if let first = schema["enum"]?.asArray?.first { return first }
        if let first = (schema["oneOf"] ?? schema["anyOf"])?.asArray?.first { return of(first, named: name) }
        switch schema["type"]?.asString {
        case "object":
            let needed = schema["required"]?.asArray?.compactMap(\.asString) ?? []
            let members = needed.map { ($0, of(schema["properties"]?[$0] ?? [:], named: $0)) }
            return .object(JSON.Object(members.map { (key: $0.0, value: $0.1) }))
        case "array":
            return schema["minItems"] == nil ? [] : .array([of(schema["items"] ?? [:], named: name)])
        case "integer": return schema["minimum"] ?? 1
        case "boolean": return true
        default: return "x"
        }
    }

    private static let values = [
        "machine": "hw-ws-01", "image": PaperStudio.comp.description, "project": "harrow", "location": "oregon",
        "queue": "ops", "person": "insider", "from": "1.0.0", "to": "1.0.0", "path": "/etc/fstab", "name": "another",
        "password": "another long secret", "current": "another long secret", "outcome": "reconfigured",
    ]
}
