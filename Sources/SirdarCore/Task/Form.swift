package import JSON

/// The fields that a person fills in, and the rules that the engine holds them to, whichever way the values come.
package struct Form: Sendable, Hashable {
    package let fields: [Field]

    package static let empty = Form(fields: [])

    package init(fields: [Field]) { self.fields = fields }

    package struct Field: Sendable, Hashable {
        package let name: String
        package let kind: Kind
        package let label: String
        package let help: String?
        package let required: Bool
        package let initial: JSON?
        package let rules: Rules
    }

    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case string, text, integer, boolean, choice, ip, host, port, path
        /// Any value; a text is read as JSON.
        case json
    }

    package struct Rules: Sendable, Hashable {
        /// A regular expression that the whole text matches.
        package var pattern: FieldPattern?
        /// The network that an address lies in.
        package var within: NetworkRange?
        /// Values that it must not be, whatever their spelling.
        package var not: [String] = []
        package var options: [String] = []
        package var minimum: Int?
        package var maximum: Int?
        package var lengthMax = 4096
    }

    /// The keys that a field may have.
    package static let fieldKeys = [
        "type", "label", "help", "required", "default", "pattern", "within", "not", "options", "minimum", "maximum",
        "maxLength",
    ]

    /// Reads `{ name: { type, label, … } }`, every expression evaluated.
    package init(json: JSON, at pointer: String) throws(Problem) {
        var fields: [Field] = []
        for (name, description) in json.asObject ?? [:] {
            fields.append(try Field(name: name, json: description, at: pointer))
        }
        self.fields = fields
    }
}

extension Form.Field {
    init(name: String, json: JSON, at pointer: String) throws(Problem) {
        func wrong(_ what: String) -> Problem { Problem(.expression, "Field `\(name)`: \(what)", at: pointer) }
        let type = json["type"]?.asString ?? "string"
        guard let kind = Form.Kind(rawValue: type) else { throw wrong("unknown type \(type).") }
        self.name = name
        self.kind = kind
        label = json["label"]?.asString ?? name
        help = json["help"]?.asString
        required = json["required"]?.asBool ?? false
        initial = json["default"]
        var rules = Form.Rules()
        if let source = json["pattern"]?.asString {
            do { rules.pattern = try FieldPattern(source) } catch {
                throw wrong("its pattern does not compile: \(error)")
            }
        }
        if let within = json["within"]?.asString {
            guard let range = NetworkRange(within) else { throw wrong("`within` is \(within), which is no network.") }
            rules.within = range
        }
        rules.not = (json["not"]?.asArray ?? json["not"].map { [$0] } ?? []).compactMap(\.asString)
        rules.options = json["options"]?.asArray?.compactMap(\.asString) ?? []
        rules.minimum = json["minimum"]?.asInt
        rules.maximum = json["maximum"]?.asInt
        rules.lengthMax = json["maxLength"]?.asInt ?? (kind == .text || kind == .json ? 20_000 : rules.lengthMax)
        self.rules = rules
    }
}

/// A regular expression that a whole text must match, compiled once; told apart by how it is written.
package struct FieldPattern: Sendable, Hashable {
    package let source: String
    private let compiled: JSON.Pattern

    package init(_ source: String) throws(JSON.Pattern.SyntaxError) {
        self.source = source
        compiled = try JSON.Pattern("^(?:\(source))$")
    }

    package static func == (left: FieldPattern, right: FieldPattern) -> Bool { left.source == right.source }
    package func hash(into hasher: inout Hasher) { hasher.combine(source) }

    /// A match that exceeds its budget is no match: the value is refused, nothing hangs.
    func matches(_ text: String) -> Bool { (try? compiled.matches(text)) ?? false }
}

/// What is wrong with one value, for the person who typed it.
package struct FieldError: Sendable, Hashable {
    /// JSON Pointer of the value: `/values/storageAddress`.
    package let pointer: String
    package let detail: String

    package init(field: String, _ detail: String) {
        pointer = "/values/\(field)"
        self.detail = detail
    }

    package init(pointer: String, _ detail: String) {
        self.pointer = pointer
        self.detail = detail
    }
}

extension Form {
    /// The values in their normal form, or everything that is wrong with them, at once.
    ///
    /// Text from a page or a command line is read as the field's type; an empty text counts as no value.
    package func check(_ values: JSON.Object) -> Result<JSON.Object, FieldErrors> {
        var accepted = JSON.Object()
        var errors: [FieldError] = []
        for (name, _) in values where !fields.contains(where: { $0.name == name }) {
            let known = fields.map(\.name).joined(separator: ", ")
            errors.append(
                FieldError(field: name, "There is no such field. The fields are: \(known.isEmpty ? "none" : known).")
            )
        }
        for field in fields {
            let value = values[field.name] ?? .null
            if value.isNull || value.asString?.isEmpty == true {
                if field.required { errors.append(FieldError(field: field.name, "\(field.label) is missing.")) }
                continue
            }
            switch field.accept(value) {
            case .success(let normal): accepted[field.name] = normal
            case .failure(let error): errors.append(FieldError(field: field.name, error.sentence))
            }
        }
        return errors.isEmpty ? .success(accepted) : .failure(FieldErrors(errors: errors))
    }
}

package struct FieldErrors: Error, Sendable, Hashable {
    package let errors: [FieldError]
}

extension Form.Field {
    struct Wrong: Error { let sentence: String }

    func accept(_ value: JSON) -> Result<JSON, Wrong> {
        do throws(Wrong) {
            switch kind {
            case .string, .text, .choice: return .success(.string(try text(value)))
            case .integer: return .success(.number(JSON.Number(try integer(value, rules.minimum, rules.maximum))))
            case .port:
                return .success(.number(JSON.Number(try integer(value, rules.minimum ?? 1, rules.maximum ?? 65_535))))
            case .boolean: return .success(.bool(try boolean(value)))
            case .ip: return .success(.string(try address(text(value)).description))
            case .host: return .success(.string(try host(text(value))))
            case .path: return .success(.string(try path(text(value))))
            case .json: return .success(try document(value))
            }
        } catch {
            return .failure(error)
        }
    }

    private func text(_ value: JSON) throws(Wrong) -> String {
        guard let text = value.asString else { throw Wrong(sentence: "\(label) must be a text.") }
        guard text.utf8.count <= rules.lengthMax else {
            throw Wrong(sentence: "\(label) is longer than \(rules.lengthMax) bytes.")
        }
        guard kind == .text || !text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
            throw Wrong(sentence: "\(label) contains a control character.")
        }
        if kind == .choice, !rules.options.contains(text) {
            throw Wrong(sentence: "\(label) must be one of: \(rules.options.joined(separator: ", ")).")
        }
        if let pattern = rules.pattern, !pattern.matches(text) {
            throw Wrong(sentence: "\(label) does not have the form \(pattern.source).")
        }
        if rules.not.contains(text) { throw Wrong(sentence: "\(label) must not be \(text).") }
        return text
    }

    private func document(_ value: JSON) throws(Wrong) -> JSON {
        let text = value.asString ?? value.text
        guard text.utf8.count <= rules.lengthMax else {
            throw Wrong(sentence: "\(label) is longer than \(rules.lengthMax) bytes.")
        }
        do { return try JSON(parsing: text) } catch { throw Wrong(sentence: "\(label) is not JSON: \(error)") }
    }

    private func integer(_ value: JSON, _ minimum: Int?, _ maximum: Int?) throws(Wrong) -> Int {
        guard let number = value.asInt ?? value.asString.flatMap(Int.init) else {
            throw Wrong(sentence: "\(label) must be a whole number.")
        }
        if let minimum, number < minimum {
            throw Wrong(sentence: "\(label) must be at least \(minimum), and is \(number).")
        }
        if let maximum, number > maximum {
            throw Wrong(sentence: "\(label) must be at most \(maximum), and is \(number).")
        }
        return number
    }

    private func boolean(_ value: JSON) throws(Wrong) -> Bool {
        switch value {
        case .bool(let flag): return flag
        case .string("true"), .string("on"), .string("yes"): return true
        case .string("false"), .string("off"), .string("no"): return false
        case .null, .number, .string, .array, .object: throw Wrong(sentence: "\(label) must be true or false.")
        }
    }

    private func address(_ text: String) throws(Wrong) -> NetworkAddress {
        guard let address = NetworkAddress(text) else {
            throw Wrong(
                sentence: "\(label): \(text) is not an IP address. Write four numbers, 10.57.0.20, or an IPv6 address."
            )
        }
        guard !address.isSpecial else {
            throw Wrong(
                sentence: "\(label): \(text) cannot be a server's address (loopback, link-local, multicast or none)."
            )
        }
        if let within = rules.within {
            guard within.contains(address) else {
                throw Wrong(sentence: "\(label): \(address) is not in the project's network \(within).")
            }
            guard !within.reserves(address) else {
                throw Wrong(sentence: "\(label): \(address) is the network's own or its broadcast address.")
            }
        }
        if rules.not.contains(where: { NetworkAddress($0) == address }) {
            throw Wrong(
                sentence: "\(label): \(address) belongs to the project that the image comes from, or to another server."
            )
        }
        return address
    }

    private func host(_ text: String) throws(Wrong) -> String {
        if NetworkAddress(text) != nil || text.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == "." || $0 == ":") }) {
            return try address(text).description
        }
        let labels = text.lowercased().split(separator: ".", omittingEmptySubsequences: false)
        let legal = labels.allSatisfy { part in
            (1...63).contains(part.utf8.count) && part.first != "-" && part.last != "-"
                && part.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
        }
        guard legal, text.utf8.count <= 253 else {
            throw Wrong(sentence: "\(label): \(text) is neither an IP address nor a host name.")
        }
        guard !rules.not.contains(where: { $0.lowercased() == text.lowercased() }) else {
            throw Wrong(sentence: "\(label) must not be \(text).")
        }
        return text.lowercased()
    }

    private func path(_ text: String) throws(Wrong) -> String {
        guard text.hasPrefix("/") else { throw Wrong(sentence: "\(label) must be an absolute path.") }
        guard !text.split(separator: "/").contains("..") else {
            throw Wrong(sentence: "\(label) must not contain `..`.")
        }
        guard !text.contains(" ") else { throw Wrong(sentence: "\(label) must not contain spaces.") }
        return text
    }
}
