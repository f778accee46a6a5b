import HTTPTypes
import Hummingbird
import SirdarCore
package import SirdarEngine

/// A method and a path, what somebody needs to try it, who answers, and, of the API, what it says of itself.
struct Route: Sendable {
    typealias Handler = @Sendable (Request, AppContext) async throws -> Response

    let method: HTTPRequest.Method
    let path: String
    let need: Need
    /// What programs are told of it; pages have none.
    let operation: Operation?
    let handler: Handler

    enum Need: Sendable, Hashable {
        /// Also of who is not signed in.
        case nobody
        /// Of everybody who is signed in: it concerns only themselves.
        case anybody
        case may(Permissions.Operation)
    }

    static func get(_ path: String, _ need: Need, _ handler: @escaping Handler, _ operation: Operation? = nil) -> Route
    {
        Route(method: .get, path: path, need: need, operation: operation, handler: handler)
    }

    static func post(_ path: String, _ need: Need, _ handler: @escaping Handler, _ operation: Operation? = nil) -> Route
    {
        Route(method: .post, path: path, need: need, operation: operation, handler: handler)
    }

    static func put(_ path: String, _ need: Need, _ handler: @escaping Handler, _ operation: Operation? = nil) -> Route
    {
        Route(method: .put, path: path, need: need, operation: operation, handler: handler)
    }

    static func patch(
        _ path: String,
        _ need: Need,
        _ handler: @escaping Handler,
        _ operation: Operation? = nil
    ) -> Route { Route(method: .patch, path: path, need: need, operation: operation, handler: handler) }

    static func delete(
        _ path: String,
        _ need: Need,
        _ handler: @escaping Handler,
        _ operation: Operation? = nil
    ) -> Route { Route(method: .delete, path: path, need: need, operation: operation, handler: handler) }

    /// The one place where it is decided whether somebody may try: before anything is read of the request.
    ///
    /// Everything that somebody wanted to do and that was refused is kept.
    func add(to router: Router<AppContext>, of server: Server) {
        let (need, operation, handler) = (need, operation, handler)
        let takesKey = method == .post || operation?.takesKey == true
        router.on(RouterPath(path), method: method) { request, context in
            do {
                try need.check(context)
                try operation?.check(request)
                guard takesKey, let operation else { return try await handler(request, context) }
                return try await server.repeats.answer(request, context, operation, handler)
            } catch {
                if let trouble = Trouble(error) { server.keep(trouble, request, context) }
                throw error
            }
        }
    }
}

extension Route {
    /// Whether an address is one of those that a path with parameters stands for.
    static func fits(_ path: String, _ address: String) -> Bool {
        let (parts, given) = (path.split(separator: "/"), address.split(separator: "/"))
        return parts.count == given.count && zip(parts, given).allSatisfy { $0.hasPrefix(":") || $0 == $1 }
    }
}

extension Route.Need {
    func check(_ context: AppContext) throws(Trouble) {
        switch self {
        case .nobody: break
        case .anybody: _ = try context.person()
        case .may(let operation): try context.expect(operation)
        }
    }
}

extension Sequence<Route> {
    /// The methods of each path, in the order of the table.
    var methods: [(path: String, methods: [HTTPRequest.Method])] {
        var order: [String] = []
        var found: [String: [HTTPRequest.Method]] = [:]
        for route in self {
            if found[route.path] == nil { order.append(route.path) }
            found[route.path, default: []].append(route.method)
        }
        return order.map { path in
            let methods = found[path] ?? []
            return (path, methods.contains(.get) ? methods + [.head] : methods)
        }
    }

    /// Every other method of a path that there is: 405, and what there is instead.
    func refuseOthers(on router: Router<AppContext>) {
        for (path, known) in methods {
            let allowed = known.map(\.rawValue).joined(separator: ", ")
            for method in LimitsMiddleware.methods where !known.contains(method) {
                router.on(RouterPath(path), method: method) { _, _ -> Response in
                    throw Trouble.methodNotAllowed(allowed)
                }
            }
        }
    }
}

/// A route as others see it: what it is, and what somebody needs even to try it.
package struct RouteLine: Sendable, Hashable {
    package let method: String
    package let path: String
    package let isOpen: Bool
    /// `nil`: whoever is signed in.
    package let operation: Permissions.Operation?
    /// What the interface's description calls it; `nil`: a page.
    package let name: String?
}

extension Server {
    /// Every URL with what it needs, for tests.
    package var routeLines: [RouteLine] {
        routes.map { route in
            let operation: Permissions.Operation? = if case .may(let operation) = route.need { operation } else { nil }
            return RouteLine(
                method: route.method.rawValue,
                path: route.path,
                isOpen: route.need == .nobody,
                operation: operation,
                name: route.operation?.id
            )
        }
    }
}
