package import JSON
package import SirdarCore
package import SirdarEngine

/// A machine of a project that was made from a build profile, or is to be: under which name, of which image, for whom.
///
/// Its key is its place, so that a name is given once; a name whose machine is gone is free again.
package struct PlannedMachine: Sendable, Hashable {
    package let location: String
    package let name: String
    package let project: String
    package let request: Identifier
    package let profile: Identifier
    package let image: Identifier
    /// How often its making has begun anew: a cloud's key is spent once used.
    package var makings = 0

    package static let kind = "machine"

    package init(
        location: String,
        name: String,
        project: String,
        request: Identifier,
        profile: Identifier,
        image: Identifier
    ) {
        self.location = location
        self.name = name
        self.project = project
        self.request = request
        self.profile = profile
        self.image = image
    }

    package init?(_ record: Record) {
        let body = record.body
        guard record.kind == Self.kind, let location = body["location"]?.asString, let name = body["name"]?.asString,
            let request = body["request"]?.asString.flatMap(Identifier.init),
            let profile = body["profile"]?.asString.flatMap(Identifier.init),
            let image = body["image"]?.asString.flatMap(Identifier.init)
        else { return nil }
        self.init(
            location: location,
            name: name,
            project: record.scope,
            request: request,
            profile: profile,
            image: image
        )
        makings = body["makings"]?.asInt ?? 0
    }

    package var body: JSON {
        var object: JSON.Object = [
            "location": .string(location), "name": .string(name), "request": .string(request.description),
            "profile": .string(profile.description), "image": .string(image.description),
        ]
        if makings > 0 { object["makings"] = .number(JSON.Number(makings)) }
        return .object(object)
    }

    package static func key(_ name: String, in location: String) -> String { "\(location)/\(name)" }

    /// The key under which its cloud makes it, and finds it again.
    var cloudKey: String { makings == 0 ? "machine-\(request)-\(name)" : "machine-\(request)-\(name)-\(makings)" }

    /// To be made where there is none, or where what there was is gone.
    package func added(over old: Record?) -> RecordChange {
        RecordChange(
            kind: Self.kind,
            key: Self.key(name, in: location),
            scope: project,
            body: body,
            expecting: old.map { .version($0.version) } ?? .absent
        )
    }

    /// What a workflow is told of it.
    package var json: JSON { ["location": .string(location), "name": .string(name)] }
}

/// The names of machines that are made together: a beginning, and a number behind it.
package struct MachineNames: Sendable, Hashable {
    package let prefix: String
    package let first: Int
    package let count: Int

    package static let countMax = 50
    package static let prefixBytesMax = 40
    package static let firstMax = 9999

    package init(prefix: String, first: Int, count: Int) {
        // Who writes the dash too means the same.
        self.prefix = prefix.last == "-" ? String(prefix.dropLast()) : prefix
        self.first = first
        self.count = count
    }

    /// `comp-01`, `comp-02`, … `comp-100`.
    package var all: [String] { (first..<first + count).map { name($0) } }

    private func name(_ number: Int) -> String { "\(prefix)-\(number < 10 ? "0" : "")\(number)" }

    /// What is wrong with them as they stand, whatever there is already.
    package var errors: [FieldError] {
        var errors: [FieldError] = []
        let isPlain = prefix.utf8.allSatisfy {
            (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D
        }
        if prefix.isEmpty || !isPlain || !(prefix.utf8.first.map { (0x61...0x7A).contains($0) } ?? false)
            || prefix.utf8.count > Self.prefixBytesMax
        {
            let sentence =
                "What the names begin with has at most \(Self.prefixBytesMax) lower-case letters, digits and dashes, "
                + "a letter first: comp-ws."
            errors.append(FieldError(pointer: "/prefix", sentence))
        }
        if !(1...Self.countMax).contains(count) {
            errors.append(FieldError(pointer: "/count", "From 1 to \(Self.countMax) machines are made at once."))
        }
        if !(1...Self.firstMax).contains(first) {
            errors.append(FieldError(pointer: "/first", "The first number is from 1 to \(Self.firstMax)."))
        }
        return errors
    }

    /// What is in the way among the names that are taken, and from where on nothing is.
    package func refusal(_ taken: Set<String>) -> String? {
        let both = all.filter(taken.contains)
        guard let last = both.last else { return nil }
        let first = both.prefix(2).joined(separator: ", ")
        let shown = both.count > 3 ? "\(first) … \(last)" : both.joined(separator: ", ")
        let numbers = taken.compactMap { name -> Int? in
            guard name.hasPrefix("\(prefix)-") else { return nil }
            return Int(name.dropFirst(prefix.count + 1))
        }
        let free = (numbers.max() ?? 0) + 1
        let advice = free <= Self.firstMax ? " Number them from \(free) on, or choose another beginning." : ""
        return "\(shown) \(both.count == 1 ? "is" : "are") there already.\(advice)"
    }

    /// `comp-01 to comp-12`.
    package var words: String { count == 1 ? name(first) : "\(name(first)) to \(name(first + count - 1))" }
}
