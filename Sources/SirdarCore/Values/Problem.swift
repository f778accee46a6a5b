package import JSON

/// What went wrong, as RFC 9457 (which replaces RFC 7807) words it and the workflow language uses it.
package struct Problem: Hashable, Sendable, Error {
    /// A URI that names the kind of problem, for programs.
    package var type: String
    /// The HTTP status that fits it best.
    package var status: Int
    /// The kind of problem, in a few words.
    package var title: String
    /// What happened this time, as a sentence for people; it says what to do where something can be done.
    package var detail: String?
    /// JSON Pointer of the step that raised it.
    package var instance: String?

    package init(type: String, status: Int, title: String, detail: String? = nil, instance: String? = nil) {
        self.type = type
        self.status = status
        self.title = title
        self.detail = detail
        self.instance = instance
    }

    /// The document that `$error` holds in a `catch`.
    package var json: JSON {
        var object: JSON.Object = [
            "type": .string(type), "status": .number(JSON.Number(status)), "title": .string(title),
        ]
        object["detail"] = detail.map(JSON.string)
        object["instance"] = instance.map(JSON.string)
        return .object(object)
    }

    package init?(json: JSON) {
        guard let type = json["type"]?.asString, let status = json["status"]?.asInt else { return nil }
        self.init(
            type: type,
            status: status,
            title: json["title"]?.asString ?? "",
            detail: json["detail"]?.asString,
            instance: json["instance"]?.asString
        )
    }
}

extension Problem {
    /// The standard error types of the Open Workflow Specification 1.0.3, and the one that it lacks: manual work.
    package enum Kind: String, CaseIterable, Sendable {
        case configuration, validation, expression, authentication, authorization, timeout, communication, runtime,
            manual

        package var type: String {
            self == .manual
                ? "urn:sirdar:errors:manual" : "https://open-workflow-specification.org/spec/1.0.0/errors/\(rawValue)"
        }

        var status: Int {
            switch self {
            case .configuration, .validation, .expression: 400
            case .authentication: 401
            case .authorization: 403
            case .timeout: 408
            case .communication, .runtime: 500
            case .manual: 422
            }
        }

        var title: String {
            switch self {
            case .configuration: "Configuration error"
            case .validation: "Validation error"
            case .expression: "Expression error"
            case .authentication: "Authentication error"
            case .authorization: "Authorization error"
            case .timeout: "Timeout"
            case .communication: "Communication error"
            case .runtime: "Runtime error"
            case .manual: "A person could not do the work"
            }
        }
    }

    /// How others spell the standard types: the conformance kit, and both before the specification changed its name.
    static let otherSpellings = [
        "https://open-workflow-specification.org/dsl/errors/types/",
        "https://serverlessworkflow.io/spec/1.0.0/errors/",
        "https://serverlessworkflow.io/dsl/errors/types/",
    ]

    /// A type as the specification spells it; one of nobody's standard as it is.
    static func standardType(_ type: String) -> String {
        for spelling in otherSpellings where type.hasPrefix(spelling) {
            guard let kind = Kind(rawValue: String(type.dropFirst(spelling.count))), kind != .manual else { break }
            return kind.type
        }
        return type
    }

    package init(_ kind: Kind, _ detail: String, at instance: String? = nil) {
        self.init(type: kind.type, status: kind.status, title: kind.title, detail: detail, instance: instance)
    }
}
