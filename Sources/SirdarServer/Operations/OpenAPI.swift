import HTTPTypes
package import JSON
import SirdarEngine

/// The description of the interface, OpenAPI 3.1, made from the table of routes: there is nothing in it that is not
/// in the table, and nothing of `/v1` in the table that is not in it.
struct OpenAPI: Sendable {
    let routes: [Route]
    let version: String

    init(routes: [Route], version: String) {
        self.routes = routes.filter { $0.operation != nil }
        self.version = version
    }

    var json: JSON {
        [
            "openapi": "3.1.0",
            "info": [
                "title": "Sirdar", "version": .string(version),
                "description": .string(
                    "Everything that the pages do. Errors are problem documents (RFC 9457). A list has `items` and "
                        + "`next`, the cursor of its next page. Members of answers may be added; what a request has "
                        + "and nobody knows is refused."
                ),
            ],
            "servers": [["url": "/"]], "security": [["token": []]], "tags": .array(tags),
            "paths": .object(paths),
            "components": [
                "securitySchemes": [
                    "token": [
                        "type": "http", "scheme": "bearer",
                        "description": "A token of yours, from the page Sessions and tokens.",
                    ]
                ],
                "schemas": .object(schemas), "responses": .object(Self.troubles),
            ],
        ]
    }

    private var schemas: JSON.Object {
        JSON.Object(Shape.Name.allCases.map { (key: $0.rawValue, value: Shape.of($0).json) })
    }

    private var tags: [JSON] {
        var seen: Set<String> = []
        return routes.map(\.tag).filter { seen.insert($0).inserted }.map { ["name": .string($0)] }
    }

    private var paths: JSON.Object {
        var paths: JSON.Object = [:]
        for route in routes {
            guard let operation = route.operation else { continue }
            var path = paths[route.template]?.asObject ?? [:]
            path[route.method.rawValue.lowercased()] = Self.describe(operation, of: route)
            paths[route.template] = .object(path)
        }
        return paths
    }

    private static func describe(_ operation: Operation, of route: Route) -> JSON {
        var object: JSON.Object = [
            "operationId": .string(operation.id), "summary": .string(operation.summary), "tags": [.string(route.tag)],
        ]
        // An empty list takes the place of the description's own: no token is needed.
        if route.need == .nobody { object["security"] = [] }
        if case .may(let permission) = route.need {
            object["x-permission"] = .string(permission.rawValue)
            object["x-token-scope"] = .string(permission.tokenScope.rawValue)
        }
        let parameters = route.pathParameters + operation.query.map(\.json) + operation.headers(of: route)
        if !parameters.isEmpty { object["parameters"] = .array(parameters) }
        object["requestBody"] = operation.body.json
        object["responses"] = .object(responses(operation, route))
        return .object(object)
    }

    // MARK: Answers

    private static func responses(_ operation: Operation, _ route: Route) -> JSON.Object {
        var responses: JSON.Object = [:]
        for answer in operation.answers { responses[String(answer.status)] = answer.json }
        for status in operation.refusals(of: route) where responses[status] == nil {
            responses[status] = ["$ref": .string("#/components/responses/\(status)")]
        }
        return responses
    }

    /// What each refusal means, said once.
    private static let refusals: KeyValuePairs<String, String> = [
        "400": "The request cannot be read.", "401": "Nobody is signed in.", "403": "Not allowed.",
        "404": "There is no such thing, or not for you.", "409": "Not in its present state.",
        "412": "It has been changed meanwhile.", "413": "The body is too large.", "414": "The address is too long.",
        "415": "The body is of another media type.",
        "422": "Something is not right yet: `errors` says what, and where.", "428": "`If-Match` is missing.",
        "429": "Too many requests; `Retry-After` says when.", "503": "Not now; `Retry-After` says when.",
    ]

    private static var troubles: JSON.Object {
        JSON.Object(
            refusals.map { status, about in
                (
                    key: status,
                    value: [
                        "description": .string(about),
                        "content": ["application/problem+json": ["schema": Shape.named(.Problem).json]],
                    ]
                )
            }
        )
    }
}

extension Operation {
    /// The statuses with which it may be refused.
    fileprivate func refusals(of route: Route) -> [String] {
        var statuses = ["400", "401", "414", "429", "503"]
        if case .may = route.need { statuses.append("403") } else if route.method != .get { statuses.append("403") }
        // What a query or a body names can be missing as well.
        if route.path.contains(":") || !query.isEmpty || !body.isNone { statuses.append("404") }
        if mayConflict { statuses.append("409") }
        if match != .none { statuses.append("412") }
        if match == .must { statuses.append("428") }
        if !query.isEmpty || !body.isNone || route.method == .post { statuses.append("422") }
        if !body.isNone { statuses += ["413", "415"] }
        return statuses.sorted()
    }

    fileprivate func headers(of route: Route) -> [JSON] {
        var headers: [JSON] = []
        if route.method == .post || takesKey, keeps != .nothing {
            headers.append(Self.header("Idempotency-Key", "The same request with the same key is carried out once."))
        }
        if match != .none {
            headers.append(
                Self.header("If-Match", "The `ETag` that the object must still have.", isNeeded: match == .must)
            )
        }
        return headers
    }

    private static func header(_ name: String, _ about: String, isNeeded: Bool = false) -> JSON {
        [
            "name": .string(name), "in": "header", "required": .bool(isNeeded), "description": .string(about),
            "schema": ["type": "string", "pattern": "^[!#-~]{1,255}$"],
        ]
    }
}

extension Operation.Answer {
    fileprivate var json: JSON {
        var object: JSON.Object = ["description": .string(about)]
        guard status != 204 else { return .object(object) }
        let schema: JSON = shape.map { ["schema": $0.json] } ?? [:]
        object["content"] = .object([type: schema])
        return .object(object)
    }
}

extension Operation.Body {
    var isNone: Bool { if case .none = self { true } else { false } }

    fileprivate var json: JSON? {
        switch self {
        case .none: nil
        case .json(let shape, let isNeeded):
            ["required": .bool(isNeeded), "content": ["application/json": ["schema": shape.json]]]
        case .bytes: ["required": true, "content": ["application/octet-stream": ["schema": Shape.bytes.json]]]
        }
    }
}

extension Operation.Parameter {
    fileprivate var json: JSON {
        [
            "name": .string(name), "in": "query", "required": .bool(isNeeded), "description": .string(about),
            "schema": isNeeded ? ["type": "string", "minLength": 1] : kind.shape.json,
        ]
    }
}

extension Route {
    /// The path as OpenAPI writes it: `/v1/tasks/{id}`.
    var template: String { path.split(separator: "/").map { "/" + Self.templated($0) }.joined() }

    private static func templated(_ part: Substring) -> String {
        part.hasPrefix(":") ? "{\(part.dropFirst())}" : String(part)
    }

    /// What it is about: the collection that its path begins with.
    var tag: String { path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }

    fileprivate var pathParameters: [JSON] {
        path.split(separator: "/").filter { $0.hasPrefix(":") }.map { part in
            let name = String(part.dropFirst())
            return [
                "name": .string(name), "in": "path", "required": true, "schema": shape(of: name).json,
            ]
        }
    }

    /// Entries have numbers and sessions labels; everything else that has an `id` has an identifier.
    private func shape(of parameter: String) -> Shape {
        switch (parameter, tag) {
        case ("id", "entries"): Shape(["type": "integer", "minimum": 1])
        case ("id", "sessions"): .text
        case ("id", _): .identifier
        case ("step", _): Shape(["type": "integer", "minimum": 0])
        default: Shape(["type": "string", "minLength": 1])
        }
    }
}

extension Server {
    /// What this interface is, from its own routes.
    var description: OpenAPI { OpenAPI(routes: routes, version: settings.version) }

    /// The description, for tests.
    package var openAPI: JSON { description.json }
}
