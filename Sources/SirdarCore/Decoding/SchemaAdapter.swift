import JSON
import JSONSchema

// How this module reads what a schema says; the one place that knows.
extension SchemaError {
    /// The tokens of the way to the place in the schema's document.
    var path: [String] { pointerTokens("\(pointer)") }
}

extension Schema {
    /// One thing that is wrong with a value, and the way to it.
    struct Fault {
        let path: [String]
        /// A sentence without its subject: "must be at least 3, is 2".
        let message: String
    }

    /// The first thing that is wrong with a value; `nil` when it fits.
    func firstFault(of value: JSON) -> Fault? {
        validate(value).first.map { Fault(path: pointerTokens("\($0.instancePointer)"), message: $0.message) }
    }
}

private func pointerTokens(_ text: String) -> [String] {
    // A pointer that was written by a machine parses; were it not so, the place would be the whole.
    (try? JSON.Pointer(parsing: text))?.tokens ?? []
}
