import JSON

// The fields that a person fills in.
extension DefinitionReader {
    func checkForm(_ fields: Fields) {
        guard let form = fields["form"], !Expressions.isExpression(form) else { return }
        guard let members = form.members else {
            findings.mismatch(form, "`form`", wants: "a map of fields")
            return
        }
        for member in members { checkField(member) }
    }

    private func checkField(_ member: Located.Member) {
        guard !Expressions.isExpression(member.value) else { return }
        let before = findings.diagnostics.count
        let what = "the field `\(member.key)`"
        guard let fields = Fields(member.value, what, keys: Form.fieldKeys, findings) else { return }
        let kind = checkKind(fields)
        for key in ["label", "help", "pattern", "within"] { _ = fields.text(key) }
        if let node = fields["required"], node.isConstant { _ = fields.bool("required") }
        for key in ["minimum", "maximum"] where fields[key]?.isConstant == true {
            _ = fields.int(key, in: Int.min...Int.max)
        }
        if fields["maxLength"]?.isConstant == true { _ = fields.int("maxLength", in: 1...1_000_000) }
        if kind == .choice, !fields.has("options") {
            findings.error(.missingKey, at: member.keyPlace, "\(what) is a choice, and needs `options`")
        }
        guard findings.diagnostics.count == before else { return }
        checkValues(member, fields)
    }

    private func checkKind(_ fields: Fields) -> Form.Kind? {
        guard let node = fields["type"] else { return .string }
        return Expressions.isExpression(node) ? nil : fields.choice("type")
    }

    /// What only the form itself can judge: a pattern that does not compile, a network that is none, a default that
    /// its own rules refuse.
    private func checkValues(_ member: Located.Member, _ fields: Fields) {
        var constants = JSON.Object()
        for key in Form.fieldKeys {
            if let node = fields[key], node.isConstant { constants[key] = node.json }
        }
        do {
            let field = try Form.Field(name: member.key, json: .object(constants), at: "")
            if let least = field.rules.minimum, let most = field.rules.maximum, least > most {
                findings.error(.wrongValue, at: fields.keyPlace("minimum"), "`minimum` is greater than `maximum`")
            }
            guard let initial = field.initial, !initial.isNull, let node = fields["default"],
                case .failure(let wrong) = field.accept(initial)
            else { return }
            findings.error(
                .wrongValue,
                at: node.place,
                "its own rules refuse this default: \(wrong.sentence)".withoutStop
            )
        } catch {
            let place = fields["pattern"]?.place ?? fields["within"]?.place ?? member.keyPlace
            findings.error(.wrongValue, at: place, (error.detail ?? error.title).withoutStop)
        }
    }
}

extension String {
    /// Messages are sentences without their full stop.
    fileprivate var withoutStop: String { hasSuffix(".") ? String(dropLast()) : self }
}
