import Hummingbird
import SirdarEngine

/// The interface for programs, as people read it: from the same table as everything else.
struct InterfacePage: Sendable {
    let server: Server

    private struct Group {
        let name: String
        var operations: [Row]
    }

    private struct Row {
        let method: String
        let path: String
        let summary: String
        let scope: String
    }

    @Sendable func show(_ request: Request, _ context: AppContext) async throws -> Response {
        _ = try context.person()
        var groups: [Group] = []
        for route in server.description.routes {
            guard let operation = route.operation else { continue }
            let row = Row(
                method: route.method.rawValue,
                path: route.template,
                summary: operation.summary,
                scope: route.scope
            )
            if let index = groups.firstIndex(where: { $0.name == route.tag }) {
                groups[index].operations.append(row)
            } else {
                groups.append(Group(name: route.tag, operations: [row]))
            }
        }
        return Pages(server: server).page("Interface for programs", .interface, ["groups": groups], context)
    }
}

extension Route {
    /// What a token must have been given; nothing for what concerns only oneself.
    fileprivate var scope: String {
        switch need {
        case .may(let operation): operation.tokenScope.rawValue
        case .anybody: "any scope"
        case .nobody: "no token"
        }
    }
}
