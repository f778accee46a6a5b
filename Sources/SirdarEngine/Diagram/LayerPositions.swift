extension LayerGraph {
    private static let gap = 26.0
    private static let sweeps = 10

    /// The middle of each vertex from left to right: near to the middle of its neighbours, in the order of its layer,
    /// and never over the one beside it. The leftmost border is at 0.
    func positions() -> [Double] {
        var middles = packed()
        for sweep in 0..<Self.sweeps {
            for layer in layers.indices.dropFirst() { place(layer, near: above, &middles) }
            // The last word is from above, so that a way that goes straight down stays straight.
            guard sweep < Self.sweeps - 1 else { break }
            for layer in layers.indices.dropLast().reversed() { place(layer, near: below, &middles) }
        }
        let left = vertices.indices.map { middles[$0] - vertices[$0].width / 2 }.min() ?? 0
        return middles.map { $0 - left }
    }

    /// Each layer side by side around 0.
    private func packed() -> [Double] {
        var middles = Array(repeating: 0.0, count: vertices.count)
        for layer in layers {
            let offsets = offsets(layer)
            let half = (offsets.last ?? 0) / 2
            for (place, vertex) in layer.enumerated() { middles[vertex] = offsets[place] - half }
        }
        return middles
    }

    /// How far each one's middle is at least from that of the first.
    private func offsets(_ layer: [Int]) -> [Double] {
        var offsets: [Double] = []
        for (place, vertex) in layer.enumerated() {
            guard place > 0 else {
                offsets.append(0)
                continue
            }
            let widths = vertices[layer[place - 1]].width + vertices[vertex].width
            offsets.append(offsets[place - 1] + widths / 2 + Self.gap)
        }
        return offsets
    }

    /// Puts a layer where its distance to what its vertices wish is least: the wishes, less the offsets, made to rise
    /// (pooling whoever would stand in the wrong order).
    private func place(_ layer: Int, near neighbours: [[Int]], _ middles: inout [Double]) {
        let members = layers[layer]
        let offsets = offsets(members)
        var pools: [(sum: Double, weight: Double, count: Int)] = []
        for (place, vertex) in members.enumerated() {
            let wish = wish(of: vertex, neighbours, middles)
            pools.append(((wish.middle - offsets[place]) * wish.weight, wish.weight, 1))
            while pools.count > 1 {
                let (last, before) = (pools[pools.count - 1], pools[pools.count - 2])
                guard before.sum / before.weight > last.sum / last.weight else { break }
                pools.removeLast(2)
                pools.append((before.sum + last.sum, before.weight + last.weight, before.count + last.count))
            }
        }
        var place = 0
        for pool in pools {
            for _ in 0..<pool.count {
                middles[members[place]] = pool.sum / pool.weight + offsets[place]
                place += 1
            }
        }
    }

    /// Points of long edges pull hardest: an edge that bends in every layer is hard to follow.
    private func wish(of vertex: Int, _ neighbours: [[Int]], _ middles: [Double]) -> (middle: Double, weight: Double) {
        var (sum, weight) = (0.0, 0.0)
        for other in neighbours[vertex] {
            let isStraight = vertices[vertex].item == nil && vertices[other].item == nil
            let pull = isStraight ? 8.0 : vertices[vertex].item == nil || vertices[other].item == nil ? 2 : 1
            sum += middles[other] * pull
            weight += pull
        }
        return weight == 0 ? (middles[vertex], 0.05) : (sum / weight, weight)
    }
}
