/// A tile: up to 256 neighbouring hashes of one level of the tree, of which only every eighth level is kept. All others
/// are made from them, so a proof costs a few tiles and the tree 32 bytes a leaf.
package struct Tile: Sendable, Hashable {
    package static let hashesMax = 256
    /// Levels of the tree between two levels of tiles.
    static let levels = 8

    package struct Place: Sendable, Hashable {
        package let level: Int
        package let position: Int64

        package init(level: Int, position: Int64) {
            self.level = level
            self.position = position
        }
    }

    package let place: Place
    package internal(set) var hashes: [TreeHash]

    package init(place: Place, hashes: [TreeHash]) {
        self.place = place
        self.hashes = hashes
    }

    /// One hash after the other; `nil` when these bytes are no tile's.
    package init?(place: Place, bytes: [UInt8]) {
        guard bytes.count % TreeHash.byteCount == 0, bytes.count <= Self.hashesMax * TreeHash.byteCount else {
            return nil
        }
        self.place = place
        hashes = stride(from: 0, to: bytes.count, by: TreeHash.byteCount).compactMap {
            TreeHash(bytes[$0..<$0 + TreeHash.byteCount])
        }
    }

    package var bytes: [UInt8] { hashes.flatMap(\.bytes) }

    /// The root of a run of 2^n of its hashes.
    func root(_ run: Range<Int>) -> TreeHash? {
        guard run.upperBound <= hashes.count else { return nil }
        var range = CompactRange()
        for hash in hashes[run] { range.append(hash) }
        return range.root
    }
}

/// The tiles do not hold what a tree of that size must have: the store lost or changed them.
package struct MissingTile: Error, Sendable, Hashable, CustomStringConvertible {
    package let place: Tile.Place

    package init(place: Tile.Place) { self.place = place }

    package var description: String { "the tree's tile \(place.level)/\(place.position) is missing or cut" }
}

/// The tree as its tiles hold it: gives roots and makes proofs.
package struct TileTree {
    /// Reads a tile; an empty one where there is none.
    private let read: (Tile.Place) throws -> Tile
    private var tiles: [Tile.Place: Tile] = [:]

    package init(_ read: @escaping (Tile.Place) throws -> Tile) { self.read = read }

    /// The root of a whole subtree.
    package mutating func hash(_ place: TreePlace) throws -> TreeHash {
        let (level, rest) = (place.level / Tile.levels, place.level % Tile.levels)
        let first = place.position << rest
        let at = Tile.Place(level: level, position: first / Int64(Tile.hashesMax))
        let tile = try tile(at)
        let start = Int(first % Int64(Tile.hashesMax))
        guard let root = tile.root(start..<start + (1 << rest)) else { throw MissingTile(place: at) }
        return root
    }

    private mutating func tile(_ place: Tile.Place) throws -> Tile {
        if let tile = tiles[place] { return tile }
        let tile = try read(place)
        tiles[place] = tile
        return tile
    }

    /// The root of the tree of these leaves alone; `leaves` begins where a tree of that size can.
    private mutating func root(_ leaves: Range<Int64>) throws -> TreeHash {
        var range = CompactRange()
        for place in TreePlace.cover(0..<Int64(leaves.count)) {
            let shifted = TreePlace(
                level: place.level,
                position: place.position + leaves.lowerBound >> place.level
            )
            range.append(try hash(shifted), level: place.level)
        }
        return range.root
    }

    /// The root of the first `size` leaves.
    package mutating func root(of size: Int64) throws -> TreeHash { try root(0..<size) }

    /// The hashes of `TreePlace.cover(leaves)`.
    package mutating func cover(_ leaves: Range<Int64>) throws -> [TreeHash] {
        var hashes: [TreeHash] = []
        for place in TreePlace.cover(leaves) { hashes.append(try hash(place)) }
        return hashes
    }

    /// What shows that leaf `index` is one of the first `size`.
    package mutating func inclusion(of index: Int64, in size: Int64) throws -> [TreeHash] {
        precondition(index >= 0 && index < size, "the leaf is in the tree")
        var leaves = 0..<size
        var path: [TreeHash] = []
        while leaves.count > 1 {
            let middle = leaves.lowerBound + Self.split(Int64(leaves.count))
            let (left, right) = (leaves.lowerBound..<middle, middle..<leaves.upperBound)
            path.append(try root(index < middle ? right : left))
            leaves = index < middle ? left : right
        }
        return path.reversed()
    }

    /// What shows that the first `old` leaves are the same in the tree of `new` leaves.
    package mutating func consistency(from old: Int64, to new: Int64) throws -> [TreeHash] {
        precondition(old >= 0 && old <= new, "the tree has grown")
        guard old > 0 else { return [] }
        var leaves = 0..<new
        var path: [TreeHash] = []
        var isOldTree = true
        while old < leaves.upperBound {
            let middle = leaves.lowerBound + Self.split(Int64(leaves.count))
            let (left, right) = (leaves.lowerBound..<middle, middle..<leaves.upperBound)
            path.append(try root(old <= middle ? right : left))
            if old > middle { isOldTree = false }
            leaves = old <= middle ? left : right
        }
        if !isOldTree { path.append(try root(leaves)) }
        return path.reversed()
    }

    /// The largest power of two below `count`: where RFC 6962 divides a tree.
    private static func split(_ count: Int64) -> Int64 { 1 << (63 - (count - 1).leadingZeroBitCount) }
}

/// Adds leaves to a tree, and gathers the tiles that change by it.
package struct TreeGrowth {
    package private(set) var size: Int64
    private var edge: [Tile]
    private var full: [Tile] = []

    /// `read`: gives the tiles at the tree's right edge, which is all that is read.
    package init(size: Int64, _ read: (Tile.Place) throws -> Tile) throws {
        self.size = size
        edge = []
        var count = size
        while count > 0 {
            let place = Tile.Place(level: edge.count, position: count / Int64(Tile.hashesMax))
            let wanted = Int(count % Int64(Tile.hashesMax))
            var tile = wanted == 0 ? Tile(place: place, hashes: []) : try read(place)
            guard tile.hashes.count >= wanted else { throw MissingTile(place: place) }
            tile.hashes.removeLast(tile.hashes.count - wanted)
            edge.append(tile)
            count /= Int64(Tile.hashesMax)
        }
    }

    package mutating func append(_ leaf: TreeHash) {
        append(leaf, level: 0)
        size += 1
    }

    private mutating func append(_ hash: TreeHash, level: Int) {
        if level == edge.count { edge.append(Tile(place: .init(level: level, position: 0), hashes: [])) }
        edge[level].hashes.append(hash)
        guard edge[level].hashes.count == Tile.hashesMax else { return }
        let tile = edge[level]
        full.append(tile)
        edge[level] = Tile(place: .init(level: level, position: tile.place.position + 1), hashes: [])
        guard let root = tile.root(0..<Tile.hashesMax) else { preconditionFailure("a full tile has a root") }
        append(root, level: level + 1)
    }

    /// Everything that must be kept.
    package var tiles: [Tile] { full + edge.filter { !$0.hashes.isEmpty } }
}
