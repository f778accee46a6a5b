/// A tree of which only the roots of its whole subtrees are kept: enough to add leaves, and to know the root.
///
/// A million leaves are twenty hashes, which is what makes a journal verifiable while it is read.
package struct CompactRange: Sendable, Hashable {
    /// How many leaves it has.
    package private(set) var size: Int64 = 0
    /// From the largest subtree, at the left, to the smallest.
    private var nodes: [TreeHash] = []

    package init() {}

    package mutating func append(_ leaf: TreeHash) { append(leaf, level: 0) }

    /// Adds a whole subtree of 2^`level` leaves, which must begin where one of that level can.
    package mutating func append(_ subtree: TreeHash, level: Int) {
        precondition(size & ((1 << level) - 1) == 0, "a subtree begins at a multiple of its size")
        nodes.append(subtree)
        var position = size >> level
        while position & 1 == 1 {
            let right = nodes.removeLast()
            nodes[nodes.count - 1] = .node(nodes[nodes.count - 1], right)
            position >>= 1
        }
        size += 1 << level
    }

    package var root: TreeHash {
        guard var root = nodes.last else { return .empty }
        for left in nodes.dropLast().reversed() { root = .node(left, root) }
        return root
    }
}

/// Where a subtree is: the 2^`level` leaves from `position` · 2^`level` on.
package struct TreePlace: Sendable, Hashable {
    package let level: Int
    package let position: Int64

    package init(level: Int, position: Int64) {
        self.level = level
        self.position = position
    }

    package var leaves: Range<Int64> { position << level..<(position + 1) << level }

    /// The fewest whole subtrees that together are these leaves, from left to right.
    package static func cover(_ leaves: Range<Int64>) -> [TreePlace] {
        var places: [TreePlace] = []
        var next = leaves.lowerBound
        while next < leaves.upperBound {
            let room = 63 - (leaves.upperBound - next).leadingZeroBitCount
            let level = next == 0 ? room : min(room, next.trailingZeroBitCount)
            places.append(TreePlace(level: level, position: next >> level))
            next += 1 << level
        }
        return places
    }
}
