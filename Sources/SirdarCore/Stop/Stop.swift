/// A supervisor's word that nothing new begins on a part of the installation. What runs finishes.
package struct Stop: Sendable, Hashable {
    package let part: Part
    /// In the supervisor's own words: everybody reads it.
    package let reason: String
    package let by: String
    package let since: Timestamp

    package init(_ part: Part, reason: String, by: String, since: Timestamp) {
        self.part = part
        self.reason = reason
        self.by = by
        self.since = since
    }

    /// What can be stopped.
    package struct Part: Sendable, Hashable, Comparable, CustomStringConvertible {
        package let kind: Kind
        package let name: String

        package init(_ kind: Kind, _ name: String) {
            self.kind = kind
            self.name = name
        }

        package enum Kind: String, Sendable, Hashable, CaseIterable {
            /// Its tasks are not begun.
            case queue
            /// Calls that reach a location, whichever cloud it is of.
            case location
            /// Calls that reach a cloud's account.
            case cloud
            case action
            /// Its instances' calls and tasks; by `namespace/name`, in every version.
            case workflow
        }

        package var description: String { "\(kind.rawValue) \(name)" }

        package static func < (left: Part, right: Part) -> Bool {
            (left.kind.rawValue, left.name) < (right.kind.rawValue, right.name)
        }
    }

    /// The longest reason.
    package static let reasonBytesMax = 2000
}

/// What is about to begin, as far as stops are concerned with it.
package struct Beginning: Sendable, Hashable {
    package var parts: Set<Stop.Part>

    /// A call of an action, where it goes.
    package static func call(
        _ action: String,
        cloud: String? = nil,
        location: String? = nil,
        of workflow: String? = nil
    ) -> Beginning {
        var parts: Set<Stop.Part> = [.init(.action, action)]
        if let cloud { parts.insert(.init(.cloud, cloud)) }
        if let location { parts.insert(.init(.location, location)) }
        if let workflow { parts.insert(.init(.workflow, workflow)) }
        return Beginning(parts: parts)
    }

    /// A person's work.
    package static func task(in queue: String, of workflow: String? = nil) -> Beginning {
        var parts: Set<Stop.Part> = [.init(.queue, queue)]
        if let workflow { parts.insert(.init(.workflow, workflow)) }
        return Beginning(parts: parts)
    }
}

/// Everything that is stopped.
package struct Stops: Sendable, Hashable {
    private(set) var byPart: [Stop.Part: Stop]

    /// How many parts can be stopped at once; beyond it nobody would read them.
    package static let countMax = 100

    package init(_ stops: [Stop] = []) {
        byPart = Dictionary(stops.map { ($0.part, $0) }, uniquingKeysWith: { first, _ in first })
    }

    package var isEmpty: Bool { byPart.isEmpty }

    /// In the order of their parts.
    package var all: [Stop] { byPart.values.sorted { $0.part < $1.part } }

    package subscript(part: Stop.Part) -> Stop? { byPart[part] }

    package func stops(_ kind: Stop.Part.Kind) -> Bool { byPart.keys.contains { $0.kind == kind } }

    /// The stop on account of which something does not begin: the longest standing of several.
    package func covering(_ beginning: Beginning) -> Stop? {
        guard !byPart.isEmpty else { return nil }
        return beginning.parts.compactMap { byPart[$0] }.min { ($0.since, $0.part) < ($1.since, $1.part) }
    }

    /// `known`: the names that there are of its kind; `nil`: whatever there may be.
    package func stopping(_ stop: Stop, known: [String]?) throws(StopRefusal) -> Stops {
        if let known, !known.contains(stop.part.name) { throw .unknown(stop.part, known: known) }
        if let earlier = byPart[stop.part] { throw .alreadyStopped(earlier) }
        guard byPart.count < Self.countMax else { throw .tooMany }
        guard !stop.reason.isEmpty, stop.reason.utf8.count <= Self.reasonMax else { throw .reasonNeeded }
        return with(stop)
    }

    package func lifting(_ part: Stop.Part) throws(StopRefusal) -> Stops {
        guard byPart[part] != nil else { throw .notStopped(part) }
        return without(part)
    }

    package func with(_ stop: Stop) -> Stops {
        var stops = self
        stops.byPart[stop.part] = stop
        return stops
    }

    package func without(_ part: Stop.Part) -> Stops {
        var stops = self
        stops.byPart[part] = nil
        return stops
    }

    private static let reasonMax = Stop.reasonBytesMax
}

/// Why a stop is not set or lifted; the sentence says what to do.
package enum StopRefusal: Error, Sendable, Hashable {
    case unknown(Stop.Part, known: [String])
    case alreadyStopped(Stop)
    case notStopped(Stop.Part)
    case reasonNeeded
    case tooMany

    package var code: String {
        switch self {
        case .unknown: "unknown-part"
        case .alreadyStopped: "already-stopped"
        case .notStopped: "not-stopped-here"
        case .reasonNeeded: "reason-needed"
        case .tooMany: "too-many-stops"
        }
    }

    /// `name` turns a person's identifier into a name.
    package func sentence(name: (String) -> String = { $0 }) -> String {
        switch self {
        case .unknown(let part, let known):
            "There is no \(part.kind.rawValue) \(part.name). "
                + (known.isEmpty
                    ? "There is none at all." : "There are: \(known.sorted().prefix(20).joined(separator: ", ")).")
        case .alreadyStopped(let stop):
            "The \(stop.part) is stopped already, by \(name(stop.by)) since \(stop.since): \(stop.reason)"
        case .notStopped(let part): "The \(part) is not stopped: there is nothing to lift."
        case .reasonNeeded:
            "Say why, in a sentence of at most \(Stop.reasonBytesMax) bytes: everybody who waits reads it."
        case .tooMany: "\(Stops.countMax) parts are stopped already. Lift what need not be, or stop what contains them."
        }
    }
}
