extension JSON {
    /// The members of a JSON object, in the order in which they were put in.
    ///
    /// Small objects are searched member by member; past `linearMax` an index is kept beside them. Two objects with
    /// the same members are equal whatever their order.
    package struct Object: Sendable {
        /// Up to here, comparing a few keys costs less than hashing one.
        private static let linearMax = 12

        private var members: [Member] = []
        private var places: [ScalarKey: Int]?

        private struct Member: Sendable {
            let key: String
            var value: JSON
        }

        package init() {}

        /// Keeps the order given; of a repeated key the last value, in the place of the first.
        package init(_ members: some Sequence<(key: String, value: JSON)>) {
            for (key, value) in members { self[key] = value }
        }
    }
}

extension JSON.Object {
    package var count: Int { members.count }
    package var isEmpty: Bool { members.isEmpty }
    package var keys: [String] { members.map(\.key) }
    package var values: [JSON] { members.map(\.value) }

    /// The member called `key`. Setting `nil` removes it; a new key goes to the end, a known one keeps its place.
    package subscript(key: String) -> JSON? {
        get {
            place(of: key).map { members[$0].value }
        }
        set {
            guard let newValue else {
                removeValue(forKey: key)
                return
            }
            if let place = place(of: key) {
                members[place].value = newValue
            } else {
                append(key, newValue)
            }
        }
    }

    /// Adds a member at the end, unless there is one of that name already: then `false`, and nothing changes.
    package mutating func insert(_ key: String, _ value: JSON) -> Bool {
        guard place(of: key) == nil else { return false }
        append(key, value)
        return true
    }

    /// Removes a member and returns its value. The others keep their order.
    @discardableResult
    package mutating func removeValue(forKey key: String) -> JSON? {
        guard let place = place(of: key) else { return nil }
        let removed = members.remove(at: place).value
        indexAgain()
        return removed
    }

    /// Keeps the members that `isKept` says, in one pass.
    package mutating func keep(where isKept: (_ key: String, _ value: JSON) -> Bool) {
        members.removeAll { !isKept($0.key, $0.value) }
        indexAgain()
    }

    /// Changes the value of a member in its place, without a second copy of it; `false` when there is none.
    package mutating func update(_ key: String, _ change: (inout JSON) -> Void) -> Bool {
        guard let place = place(of: key) else { return false }
        change(&members[place].value)
        return true
    }

    /// The members by the order that jq and most tools sort keys in: that of their scalars.
    package var sortedByKey: [(key: String, value: JSON)] {
        members.map { ($0.key, $0.value) }.sorted { $0.key.precedesByScalars($1.key) }
    }

    /// The places of the members in the order of RFC 8785, that of the UTF-16 units of their names.
    var canonicalOrder: [Int] {
        let places = Array(members.indices)
        // What is written most often was put together in order.
        let isSorted = zip(places, places.dropFirst()).allSatisfy { place, next in
            members[place].key.precedesByUTF16(members[next].key)
        }
        return isSorted ? places : places.sorted { members[$0].key.precedesByUTF16(members[$1].key) }
    }

    private func place(of key: String) -> Int? {
        if let places { return places[ScalarKey(text: key)] }
        for place in members.indices where members[place].key.hasSameScalars(as: key) { return place }
        return nil
    }

    private mutating func append(_ key: String, _ value: JSON) {
        members.append(Member(key: key, value: value))
        if places != nil {
            places?[ScalarKey(text: key)] = members.count - 1
        } else if members.count > Self.linearMax {
            indexAgain()
        }
    }

    private mutating func indexAgain() {
        guard members.count > Self.linearMax else {
            places = nil
            return
        }
        var places = [ScalarKey: Int](minimumCapacity: members.count * 2)
        for (place, member) in members.enumerated() { places[ScalarKey(text: member.key)] = place }
        self.places = places
    }
}

extension JSON.Object: RandomAccessCollection {
    package var startIndex: Int { 0 }
    package var endIndex: Int { members.count }

    /// The member at `place`, a number from 0 in the order of insertion.
    package subscript(place: Int) -> (key: String, value: JSON) {
        (members[place].key, members[place].value)
    }
}

extension JSON.Object: Hashable {
    package static func == (left: JSON.Object, right: JSON.Object) -> Bool {
        guard left.members.count == right.members.count else { return false }
        for (place, member) in left.members.enumerated() {
            // Most often both were made by the same hand, and the order is the same.
            if right.members[place].key.hasSameScalars(as: member.key) {
                guard right.members[place].value == member.value else { return false }
            } else {
                guard let other = right.place(of: member.key), right.members[other].value == member.value else {
                    return false
                }
            }
        }
        return true
    }

    package func hash(into hasher: inout Hasher) {
        var sum = 0
        for member in members {
            var each = Hasher()
            member.key.hashScalars(into: &each)
            member.value.hash(into: &each)
            sum &+= each.finalize()
        }
        hasher.combine(members.count)
        hasher.combine(sum)
    }
}

extension JSON.Object: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral members: (String, JSON)...) {
        for (key, value) in members { self[key] = value }
    }
}
