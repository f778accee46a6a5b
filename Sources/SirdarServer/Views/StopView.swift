import JSON
import SirdarCore
import SirdarEngine

/// A stop with the name of whoever set it, as every page says it.
struct StopView: Sendable, Hashable {
    let stop: Stop
    let by: String

    init(_ stop: Stop, _ people: People) throws(StoreError) {
        self.stop = stop
        by = try people.name(of: stop.by)
    }

    static func all(_ engine: Engine) throws(StoreError) -> [StopView] {
        let (people, stops) = (People(engine.store), engine.stops.all)
        var views: [StopView] = []
        for stop in stops { views.append(try StopView(stop, people)) }
        return views
    }

    var json: JSON {
        [
            "kind": .string(stop.part.kind.rawValue), "name": .string(stop.part.name), "reason": .string(stop.reason),
            "by": ["id": .string(stop.by), "name": .string(by)], "since": .string(stop.since.description),
        ]
    }
}

/// A stop as a line of a page.
struct StopLine: Sendable {
    let kind: String
    let name: String
    let path: String
    let by: String
    let reason: String
    let since: TimeView

    init(_ view: StopView, _ now: Timestamp) {
        kind = view.stop.part.kind.rawValue
        name = view.stop.part.name
        path = view.stop.part.path
        by = view.by
        reason = view.stop.reason
        since = TimeView(view.stop.since, now)
    }
}

extension Stop.Part {
    /// Its address within the stops.
    var path: String { "\(kind.rawValue)/\(name.urlEscaped)" }
}
