import JSON
import JSONSchema

extension Vocabulary.Function {
    /// `call: http`, as authors write its arguments: for editors, and for those who look up what there is.
    ///
    /// The decoder reads them itself, with a place for each mistake; its schema is that of the evaluated arguments.
    package static let http: Vocabulary.Function = {
        do {
            return Vocabulary.Function(
                name: "http",
                summary: summary,
                input: document,
                schema: try Schema(HTTPCall.stored)
            )
        } catch { preconditionFailure("the schema of http: \(error)") }
    }()

    private static let summary = "Calls an address over HTTP that the installation allows, and gives its answer."

    private static let document: JSON = [
        "type": "object", "required": ["method", "endpoint"], "additionalProperties": false,
        "properties": [
            "method": ["type": "string", "description": "get, post, put, patch, delete, head or options."],
            "endpoint": [
                "description": "An address, in which {name} is filled from the top of the step's input.",
                "type": ["string", "object"], "required": ["uri"], "additionalProperties": false,
                "properties": ["uri": ["type": "string"], "authentication": ["type": "object"]],
            ],
            "headers": ["type": ["object", "string"]],
            "query": ["type": ["object", "string"]],
            "body": ["description": "Sent as JSON, unless the header Content-Type says something else."],
            "output": ["enum": .array(HTTPCall.Output.allCases.map { .string($0.rawValue) })],
            "redirect": ["type": "boolean", "description": "Whether redirects are followed, and are no errors."],
        ],
    ]
}
