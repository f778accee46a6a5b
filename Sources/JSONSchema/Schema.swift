package import JSON

/// A JSON Schema of draft 2020-12, compiled once and shared by all threads.
///
/// Refused by name when it is compiled: `$dynamicRef`, `$dynamicAnchor`, `$vocabulary`, the `content…` keywords, and
/// references to documents that were not handed in; nothing is ever fetched. Keywords that the draft does not know are
/// ignored, as it asks.
package struct Schema: Sendable {
    let nodes: [SchemaNode]
    let root: Int
    /// Whether anything asks which members and elements were looked at.
    let tracksEvaluated: Bool

    package struct Options: Sendable {
        /// Whether `format` is checked. The draft makes it a remark only.
        package var assertsFormat: Bool

        package init(assertsFormat: Bool = false) {
            self.assertsFormat = assertsFormat
        }
    }

    /// Compiles `json`. References by URI are looked up in `resources`, whose keys are absolute URIs.
    package init(
        _ json: JSON,
        resources: [String: JSON] = [:],
        options: Options = Options()
    ) throws(SchemaError) {
        var compiler = SchemaCompiler(json, resources, options)
        root = try compiler.compile()
        nodes = compiler.nodes.compactMap(\.self)
        tracksEvaluated = compiler.tracksEvaluated
        try LoopFinder.check(nodes)
    }

    /// Everything that is wrong with `instance`, in the order of its members, nothing twice; empty when it is valid.
    package func validate(_ instance: JSON) -> [Violation] {
        var validator = Validator(self)
        return validator.run(instance)
    }
}

/// Why a document is no schema that can be used, and where in it.
package struct SchemaError: Error, Hashable, Sendable, CustomStringConvertible {
    /// In the document where the error is; the schema itself, or one of its resources.
    package let pointer: JSON.Pointer
    package let message: String

    package var description: String {
        let place = pointer.tokens.isEmpty ? "the schema" : pointer.description
        return "\(place): \(message)"
    }
}

/// One thing that is wrong with an instance, told for people.
package struct Violation: Hashable, Sendable, CustomStringConvertible {
    package let instancePointer: JSON.Pointer
    /// In the document of the schema that says so.
    package let schemaPointer: JSON.Pointer
    package let keyword: String
    /// A sentence without its subject: "must be at least 3, is 2".
    package let message: String

    package var description: String {
        instancePointer.tokens.isEmpty ? message : "\(instancePointer): \(message)"
    }
}
