import JSON

/// Where a schema lies: in which document, and where in that.
struct Location: Hashable {
    let document: Int
    let pointer: JSON.Pointer
}

/// The documents at hand, and what their `$id` and `$anchor` name.
struct Resources {
    private(set) var documents: [JSON] = []
    /// By URI, without fragment.
    private var byURI: [String: Location] = [:]
    /// By URI and anchor.
    private var anchors: [String: Location] = [:]
    /// The URI of each schema that has an `$id`, and of each document.
    private var bases: [Location: URIReference] = [:]

    /// Nothing but the schema itself has this name.
    static let rootURI = "schema:/"

    init(_ root: JSON, _ resources: [String: JSON]) {
        add(root, URIReference(Self.rootURI))
        for (uri, document) in resources.sorted(by: { $0.key < $1.key }) { add(document, URIReference(uri)) }
    }

    private mutating func add(_ document: JSON, _ uri: URIReference) {
        let location = Location(document: documents.count, pointer: .root)
        documents.append(document)
        byURI[uri.document] = location
        bases[location] = uri
        visit(document, location, uri)
    }

    /// Notes the names in a schema and in all below it.
    private mutating func visit(_ schema: JSON, _ location: Location, _ outer: URIReference) {
        guard case .object(let members) = schema else { return }
        var base = outer
        if case .string(let id) = members["$id"] {
            base = URIReference(id).resolved(against: outer)
            base.fragment = nil
            bases[location] = base
            byURI[base.document] = location
        }
        if case .string(let anchor) = members["$anchor"] { anchors["\(base.document)#\(anchor)"] = location }
        for (pointer, inner) in Self.subschemas(of: members, location.pointer) {
            visit(inner, Location(document: location.document, pointer: pointer), base)
        }
    }

    /// The schemas directly inside a schema, by the keywords that hold schemas: what looks like one in `enum` or
    /// `const` is a value.
    static func subschemas(of members: JSON.Object, _ pointer: JSON.Pointer) -> [(JSON.Pointer, JSON)] {
        var found: [(JSON.Pointer, JSON)] = []
        for member in members {
            let place = pointer.appending(member.key)
            switch (Keywords.shape(member.key), member.value) {
            case (.schema, let value): found.append((place, value))
            case (.list, .array(let elements)):
                for (index, element) in elements.enumerated() { found.append((place.appending(index), element)) }
            case (.map, .object(let inner)):
                for entry in inner { found.append((place.appending(entry.key), entry.value)) }
            case (.list, _), (.map, _), (.other, _): continue
            }
        }
        return found
    }

    subscript(location: Location) -> JSON? {
        documents[location.document][location.pointer]
    }

    /// The base URI at a place: that of the nearest `$id` on the way to it.
    func base(at location: Location) -> URIReference {
        var base = URIReference(Self.rootURI)
        for count in 0...location.pointer.tokens.count {
            let prefix = JSON.Pointer(Array(location.pointer.tokens.prefix(count)))
            if let found = bases[Location(document: location.document, pointer: prefix)] { base = found }
        }
        return base
    }

    /// What a reference at `location` leads to; `nil` when nothing here has that name.
    func resolve(_ reference: String, at location: Location) -> Location? {
        let target = URIReference(reference).resolved(against: base(at: location))
        guard let resource = byURI[target.document] else { return nil }
        guard let written = target.fragment, !written.isEmpty else { return resource }
        guard let fragment = URIReference.decoded(written) else { return nil }
        guard fragment.hasPrefix("/") else { return anchors["\(target.document)#\(fragment)"] }
        guard let pointer = try? JSON.Pointer(parsing: fragment) else { return nil }
        let place = JSON.Pointer(resource.pointer.tokens + pointer.tokens)
        let found = Location(document: resource.document, pointer: place)
        return self[found] == nil ? nil : found
    }
}

/// What the draft's keywords hold.
enum Keywords {
    enum Shape {
        case schema
        case list
        case map
        case other
    }

    static func shape(_ keyword: String) -> Shape {
        switch keyword {
        case "additionalProperties", "contains", "else", "if", "items", "not", "propertyNames", "then",
            "unevaluatedItems", "unevaluatedProperties":
            .schema
        case "allOf", "anyOf", "oneOf", "prefixItems": .list
        case "$defs", "dependentSchemas", "patternProperties", "properties": .map
        default: .other
        }
    }

    static let refused: Set<String> = [
        "$dynamicRef", "$dynamicAnchor", "$vocabulary", "contentEncoding", "contentMediaType", "contentSchema",
    ]

    static let dialect = "https://json-schema.org/draft/2020-12/schema"
}
