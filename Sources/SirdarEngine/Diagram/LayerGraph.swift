/// The items of a block in layers, one below the other, with a point in every layer that an edge passes.
///
/// A point has a place of its own among the items of its layer. So no edge runs through an item, and no label, which
/// is a point with a width, covers anything.
struct LayerGraph {
    struct Vertex {
        var width: Double
        var height: Double
        let layer: Int
        /// `nil`: a point of an edge.
        let item: Int?
    }

    struct Link {
        let from: Int
        let to: Int
        let label: Size?
    }

    private(set) var vertices: [Vertex] = []
    var layers: [[Int]] = []
    private(set) var above: [[Int]] = []
    private(set) var below: [[Int]] = []
    /// Of each edge, the vertices from its upper to its lower end; empty where it leads from an item to itself.
    private(set) var routes: [[Int]] = []
    /// Of each edge, the vertex that carries its label.
    private(set) var labels: [Int?] = []

    static let pointsMax = 20_000

    /// - Precondition: an edge to an item of a higher number leads down.
    init(_ sizes: [Size], _ links: [Link]) throws(Diagram.TooLarge) {
        var layer = Array(repeating: 0, count: sizes.count)
        for link in links.sorted(by: { $0.from < $1.from }) where link.from < link.to {
            layer[link.to] = max(layer[link.to], layer[link.from] + (link.label == nil ? 1 : 2))
        }
        // What comes back up needs room for its label too.
        layers = Array(repeating: [], count: (layer.max() ?? 0) + 1)
        for (item, size) in sizes.enumerated() {
            add(Vertex(width: size.width, height: size.height, layer: layer[item], item: item))
        }
        for link in links { try route(link, layer) }
    }

    private mutating func add(_ vertex: Vertex) {
        layers[vertex.layer].append(vertices.count)
        vertices.append(vertex)
        above.append([])
        below.append([])
    }

    private mutating func route(_ link: Link, _ layer: [Int]) throws(Diagram.TooLarge) {
        guard link.from != link.to else {
            routes.append([])
            labels.append(nil)
            return
        }
        let isUp = layer[link.from] > layer[link.to]
        let (top, bottom) = isUp ? (link.to, link.from) : (link.from, link.to)
        // A label stands near to where its edge begins.
        let labelled = isUp ? layer[bottom] - 1 : layer[top] + 1
        var route = [top]
        var label: Int?
        for passed in (layer[top] + 1)..<max(layer[bottom], layer[top] + 1) {
            let size = passed == labelled ? link.label : nil
            if size != nil { label = vertices.count }
            route.append(vertices.count)
            add(Vertex(width: size?.width ?? 0, height: size?.height ?? 0, layer: passed, item: nil))
        }
        guard vertices.count <= Self.pointsMax else {
            throw Diagram.TooLarge(description: "the ways between the steps are too long to draw")
        }
        route.append(bottom)
        for (upper, lower) in zip(route, route.dropFirst()) {
            below[upper].append(lower)
            above[lower].append(upper)
        }
        routes.append(route)
        labels.append(label)
    }
}

/// A width and a height, in the picture's units.
package struct Size: Sendable, Hashable {
    package var width: Double
    package var height: Double
}

extension LayerGraph {
    // MARK: Who stands beside whom

    private static let sweepsMax = 12

    /// Orders each layer so that few edges cross: by the middle of each one's neighbours, down and up, the best kept.
    mutating func order() {
        var best = layers
        var least = crossings()
        for sweep in 0..<Self.sweepsMax where least > 0 {
            if sweep.isMultiple(of: 2) {
                for layer in layers.indices.dropFirst() { sort(layer, by: above) }
            } else {
                for layer in layers.indices.dropLast().reversed() { sort(layer, by: below) }
            }
            let count = crossings()
            if count < least { (best, least) = (layers, count) }
        }
        layers = best
    }

    private var places: [Int] {
        var places = Array(repeating: 0, count: vertices.count)
        for layer in layers { for (place, vertex) in layer.enumerated() { places[vertex] = place } }
        return places
    }

    private mutating func sort(_ layer: Int, by neighbours: [[Int]]) {
        let places = places
        let keyed = layers[layer].enumerated().map { place, vertex -> (key: Double, place: Int, vertex: Int) in
            let around = neighbours[vertex].map { Double(places[$0]) }
            let key = around.isEmpty ? Double(place) : around.reduce(0, +) / Double(around.count)
            return (key, place, vertex)
        }
        layers[layer] = keyed.sorted { ($0.key, $0.place) < ($1.key, $1.place) }.map(\.vertex)
    }

    func crossings() -> Int {
        let places = places
        return layers.reduce(0) { count, layer in
            let ends = layer.flatMap { vertex in below[vertex].map { places[$0] }.sorted() }
            return count + Self.inversions(ends, width: (ends.max() ?? 0) + 1)
        }
    }

    /// How many pairs stand in the wrong order.
    private static func inversions(_ numbers: [Int], width: Int) -> Int {
        var tree = Array(repeating: 0, count: width + 1)
        var inversions = 0
        for (seen, number) in numbers.enumerated() {
            var notGreater = 0
            var index = number + 1
            while index > 0 {
                notGreater += tree[index]
                index -= index & -index
            }
            inversions += seen - notGreater
            index = number + 1
            while index <= width {
                tree[index] += 1
                index += index & -index
            }
        }
        return inversions
    }
}
