import JSON
import JSONSchema

// How this module reads what a schema says; the one place that knows.
extension SchemaError {
    /// The tokens of the way to the place in the schema's document.
    var path: [String] { pointer.split(separator: "/").map(String.init) }
}

extension Schema {
    struct FirstViolation {
        let path: [String]
        let message: String
    }

    func firstViolation(_ value: JSON) -> FirstViolation? {
        validate(value).first.map {
            FirstViolation(path: $0.instancePointer.split(separator: "/").map(String.init), message: $0.message)
        }
    }
}
