package import JSON

/// Something that has happened, as CloudEvents 1.0 words it: what workflows emit, listen for and are started by.
///
/// The envelope is kept whole. A source never uses an id twice: `source` and `id` together are the event's identity.
package struct CloudEvent: Sendable, Hashable {
    /// Every attribute, and the data under `data`, or under `data_base64` when it is no JSON and no text.
    package let envelope: JSON.Object
    package let id: String
    package let source: String
    package let type: String

    package static let specVersion = "1.0"
    package static let attributeBytesMax = 2048
    package static let attributesMax = 64

    /// Reads an event.
    ///
    /// - Throws: everything that is wrong with it, each by the pointer of its attribute.
    package init(envelope: JSON.Object) throws(FieldErrors) {
        let errors = Self.errors(envelope)
        guard errors.isEmpty, let id = envelope["id"]?.asString, let source = envelope["source"]?.asString,
            let type = envelope["type"]?.asString
        else { throw FieldErrors(errors: errors) }
        self.envelope = envelope
        self.id = id
        self.source = source
        self.type = type
    }

    package var json: JSON { .object(envelope) }

    /// The value of an attribute, or of `data`; `null` when the event has none.
    package subscript(attribute: String) -> JSON { envelope[attribute] ?? .null }

    package var subject: String? { envelope["subject"]?.asString }
}

/// What a workflow gets of an event.
package enum EventRead: String, Sendable, Hashable, CaseIterable {
    /// Its data; base 64 for data that is neither JSON nor text.
    case data
    /// All of it: attributes and data.
    case envelope
    /// Its data as a text, not parsed.
    case raw
}

extension CloudEvent {
    package func read(as read: EventRead) -> JSON {
        switch read {
        case .data: return payload
        case .envelope: return json
        case .raw: return payload.asString == nil && !payload.isNull ? .string(payload.text) : payload
        }
    }

    private var payload: JSON { envelope["data"] ?? envelope["data_base64"] ?? .null }
}

// MARK: What an event must be

extension CloudEvent {
    /// The attributes that CloudEvents itself defines, and the data.
    package static let attributes = [
        "id", "source", "type", "time", "subject", "datacontenttype", "dataschema", "data",
    ]
    private static let required = ["id", "source", "specversion", "type"]
    private static let texts = required + ["subject", "time", "datacontenttype", "dataschema", "data_base64"]

    private static func errors(_ envelope: JSON.Object) -> [FieldError] {
        var errors: [FieldError] = []
        func wrong(_ name: String, _ sentence: String) { errors.append(FieldError(pointer: "/\(name)", sentence)) }
        for name in required where envelope[name] == nil { wrong(name, "`\(name)` is missing.") }
        if envelope.count > attributesMax {
            errors.append(FieldError(pointer: "", "An event has at most \(attributesMax) attributes."))
        }
        for (name, value) in envelope where name != "data" {
            if let sentence = fault(name, value) { wrong(name, sentence) }
        }
        if let version = envelope["specversion"]?.asString, version != specVersion {
            wrong("specversion", "`specversion` is \(specVersion), the version of CloudEvents that is spoken here.")
        }
        if let time = envelope["time"]?.asString, Timestamp(time) == nil {
            wrong("time", "`time` is a time such as 2026-11-25T09:00:00Z.")
        }
        if envelope["data"] != nil, envelope["data_base64"] != nil {
            wrong("data_base64", "An event has `data` or `data_base64`, and not both.")
        }
        return errors
    }

    /// What is wrong with one attribute, as a sentence.
    private static func fault(_ name: String, _ value: JSON) -> String? {
        guard texts.contains(name) else {
            guard isExtensionName(name) else {
                return "The name of an attribute is made of small letters and digits."
            }
            switch value {
            case .bool: return nil
            case .number(let number): return number.int == nil ? "`\(name)` must be a whole number." : nil
            case .string(let text): return tooLong(name, text)
            case .null, .array, .object: return "`\(name)` must be a text, a whole number, true or false."
            }
        }
        guard let text = value.asString else { return "`\(name)` must be a text." }
        if text.isEmpty { return "`\(name)` is empty." }
        return name == "data_base64" ? nil : tooLong(name, text)
    }

    private static func tooLong(_ name: String, _ text: String) -> String? {
        text.utf8.count > attributeBytesMax ? "`\(name)` is longer than \(attributeBytesMax) bytes." : nil
    }

    /// Whether a name can be that of an attribute which CloudEvents does not define.
    package static func isExtensionName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 64
            && name.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) }
    }
}
