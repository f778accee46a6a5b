import Hummingbird
import JSON
import SirdarCore
import SirdarEngine
import SirdarImages

/// What one answer reads, on one lane, at one moment. Names that were looked up once are kept for its duration.
final class Reading {
    let engine: Engine
    let studio: any Studio
    let now: Timestamp
    let people: People
    private var names: [String: String] = [:]
    private var sites: [String: String]?

    init(_ server: Server) {
        engine = server.engine
        studio = server.studio
        now = server.engine.clock.now()
        people = People(server.engine.store)
    }

    var store: any Store { engine.store }
    var library: Library { engine.library }

    /// The name of whoever an identifier stands for; the identifier itself for the system's own.
    func name(_ id: String) throws -> String {
        if let known = names[id] { return known }
        let name = try people.name(of: id)
        names[id] = name
        return name
    }

    /// The location of a project.
    func site(of project: String) throws -> String? {
        if let sites { return sites[project] }
        let found = try studio.projects().map { ($0.code, $0.location) }
        let known = Dictionary(found, uniquingKeysWith: { first, _ in first })
        sites = known
        return known[project]
    }

    func workflow(of instance: Instance) throws -> Workflow { try library.workflow(instance.workflow) }

    func queueTitle(_ name: String) -> String { library.queue(name)?.title ?? name }
}

extension Server {
    /// Reads on a lane. What crosses back is plain values.
    func read<Answer: Sendable>(_ body: @escaping @Sendable (Reading) throws -> Answer) async throws -> Answer {
        try await blocking.run { try body(Reading(self)) }
    }

    /// The identifier in the request's path.
    ///
    /// - Throws: not found, since what is no identifier names nothing.
    func identifier(_ context: AppContext, _ what: String) throws(Trouble) -> Identifier {
        guard let identifier = context.parameters.get("id").flatMap({ Identifier($0) }) else { throw .notFound(what) }
        return identifier
    }

    /// A part of the request's path, decoded.
    func parameter(_ context: AppContext, _ key: String) throws(Trouble) -> String {
        try FormData.decodePath(context.parameters.get(key) ?? "")
    }
}
