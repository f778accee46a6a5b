import SirdarJournal
import Testing

@Suite("The tree over the journal")
struct TreeTests {
    /// The tree by its definition in RFC 6962, 2.1, slowly.
    private func root(_ leaves: ArraySlice<TreeHash>) -> TreeHash {
        guard leaves.count > 1, let first = leaves.first else { return leaves.first ?? .empty }
        _ = first
        let middle = leaves.startIndex + split(leaves.count)
        return .node(root(leaves[..<middle]), root(leaves[middle...]))
    }

    private func split(_ count: Int) -> Int {
        var power = 1
        while power * 2 < count { power *= 2 }
        return power
    }

    private func leaves(_ count: Int) -> [TreeHash] {
        (0..<count).map { .leaf(Array("leaf \($0)".utf8)) }
    }

    private func grown(_ leaves: [TreeHash]) throws -> [Tile.Place: Tile] {
        var tiles: [Tile.Place: Tile] = [:]
        // In uneven pieces, each from what was kept of the one before.
        var (start, step) = (0, 1)
        while start < leaves.count {
            var growth = try TreeGrowth(size: Int64(start)) { tiles[$0] ?? Tile(place: $0, hashes: []) }
            let end = min(leaves.count, start + step)
            for leaf in leaves[start..<end] { growth.append(leaf) }
            for tile in growth.tiles { tiles[tile.place] = Tile(place: tile.place, bytes: tile.bytes) }
            (start, step) = (end, step * 2 % 1021 + 1)
        }
        return tiles
    }

    @Test("the roots are those of the reference trees of certificate transparency")
    func referenceRoots() throws {
        let inputs: [[UInt8]] = [
            [], [0], [0x10], [0x20, 0x21], [0x30, 0x31], [0x40, 0x41, 0x42, 0x43],
            [0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57], Array(0x60...0x6F),
        ]
        let roots = [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ]
        var range = CompactRange()
        #expect(range.root.bytes.hexadecimal == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        for (input, root) in zip(inputs, roots) {
            range.append(.leaf(input))
            #expect(range.root.bytes.hexadecimal == root)
        }
    }

    @Test("tiles, compact ranges and the definition give the same root for every size")
    func sameRoots() throws {
        let all = leaves(1100)
        let tiles = try grown(all)
        var tree = TileTree { tiles[$0] ?? Tile(place: $0, hashes: []) }
        var range = CompactRange()
        for size in 1...all.count {
            range.append(all[size - 1])
            let expected = range.root
            #expect(try tree.root(of: Int64(size)) == expected)
            if size % 37 == 0 || size < 70 { #expect(root(all[..<size]) == expected) }
        }
    }

    @Test("a tree of three levels of tiles has the root that its leaves have")
    func deepTiles() throws {
        let all = leaves(66_000)
        let tiles = try grown(all)
        var tree = TileTree { tiles[$0] ?? Tile(place: $0, hashes: []) }
        #expect(tiles.keys.map(\.level).max() == 2)
        for size in [65_535, 65_536, 65_537, 66_000] {
            #expect(try tree.root(of: Int64(size)) == root(all[..<size]))
        }
        let path = try tree.inclusion(of: 65_536, in: 66_000)
        #expect(TreeProof.includes(all[65_536], at: 65_536, of: 66_000, root: root(all[...]), path: path))
    }

    @Test("each leaf of each tree up to 40 leaves is proved, and nowhere else, and no other leaf")
    func inclusion() throws {
        let all = leaves(40)
        let tiles = try grown(all)
        var tree = TileTree { tiles[$0] ?? Tile(place: $0, hashes: []) }
        for size in 1...Int64(all.count) {
            let root = try tree.root(of: size)
            for index in 0..<size {
                let leaf = all[Int(index)]
                let path = try tree.inclusion(of: index, in: size)
                #expect(TreeProof.includes(leaf, at: index, of: size, root: root, path: path))
                for other in -1...size where other != index {
                    #expect(!TreeProof.includes(leaf, at: other, of: size, root: root, path: path))
                }
                #expect(!TreeProof.includes(.leaf([1]), at: index, of: size, root: root, path: path))
                #expect(!TreeProof.includes(leaf, at: index, of: size, root: root, path: path + [root]))
                if !path.isEmpty {
                    #expect(!TreeProof.includes(leaf, at: index, of: size, root: root, path: path.dropLast()))
                    #expect(!TreeProof.includes(leaf, at: index, of: size, root: root, path: Array(path.dropFirst())))
                }
            }
        }
    }

    @Test("each tree up to 40 leaves is proved to continue each before it, and no other")
    func consistency() throws {
        let all = leaves(40)
        let tiles = try grown(all)
        var tree = TileTree { tiles[$0] ?? Tile(place: $0, hashes: []) }
        for new in 0...Int64(all.count) {
            let newRoot = try tree.root(of: new)
            for old in 0...new {
                let oldRoot = try tree.root(of: old)
                let path = try tree.consistency(from: old, to: new)
                #expect(TreeProof.isConsistent(old, oldRoot, with: new, newRoot, path: path))
                #expect(!TreeProof.isConsistent(old, .leaf([9]), with: new, newRoot, path: path))
                #expect(old == 0 || !TreeProof.isConsistent(old, oldRoot, with: new, .leaf([9]), path: path))
                #expect(!TreeProof.isConsistent(old, oldRoot, with: new, newRoot, path: path + [newRoot]))
                #expect(!TreeProof.isConsistent(new, newRoot, with: old, oldRoot, path: path) || old == new)
                if !path.isEmpty {
                    #expect(!TreeProof.isConsistent(old, oldRoot, with: new, newRoot, path: path.dropLast()))
                }
                if old > 1, old < new {
                    #expect(!TreeProof.isConsistent(old - 1, oldRoot, with: new, newRoot, path: path))
                }
            }
        }
    }

    @Test("a proof that was changed in any place proves nothing")
    func changedProofs() throws {
        let all = leaves(37)
        let tiles = try grown(all)
        var tree = TileTree { tiles[$0] ?? Tile(place: $0, hashes: []) }
        let (old, new) = (try tree.root(of: 21), try tree.root(of: 37))
        let (consistency, inclusion) = (try tree.consistency(from: 21, to: 37), try tree.inclusion(of: 30, in: 37))
        for index in consistency.indices {
            var path = consistency
            path[index] = .leaf([UInt8(index)])
            #expect(!TreeProof.isConsistent(21, old, with: 37, new, path: path))
        }
        for index in inclusion.indices {
            var path = inclusion
            path[index] = .leaf([UInt8(index)])
            #expect(!TreeProof.includes(all[30], at: 30, of: 37, root: new, path: path))
        }
    }

    @Test("a tile that the store lost is said to be missing, and no root is made up")
    func missingTile() throws {
        let tiles = try grown(leaves(600))
        var tree = TileTree {
            $0.position == 1 ? Tile(place: $0, hashes: []) : tiles[$0] ?? Tile(place: $0, hashes: [])
        }
        #expect(throws: MissingTile(place: .init(level: 0, position: 1))) { try tree.root(of: 300) }
        #expect(throws: MissingTile.self) { try TreeGrowth(size: 600) { Tile(place: $0, hashes: []) } }
    }
}
