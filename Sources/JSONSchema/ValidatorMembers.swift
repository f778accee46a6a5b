import JSON

/// Members of objects and elements of arrays.
extension Validator {
    mutating func apply(
        _ rule: SchemaNode.Rule,
        _ node: SchemaNode,
        _ members: JSON.Object,
        _ place: JSON.Pointer,
        _ evaluated: inout Evaluated
    ) {
        switch rule.kind {
        case .members(let rules): apply(rules, node, members, place, &evaluated)
        case .propertyNames(let schema):
            for member in members {
                var ignored = Evaluated()
                let (isValid, why) = fits(schema, .string(member.key), place, &ignored)
                guard !isValid else { continue }
                let reason = why.first.map { ": it \($0.message)" } ?? ""
                tell(rule, node, place, "the name \(Wording.quoted(member.key)) is not allowed\(reason)")
            }
        case .unevaluatedProperties(let schema):
            guard !evaluated.allNames else { return }
            for member in members where !evaluated.names.contains(.string(member.key)) {
                var inner = Evaluated()
                check(unknown: member.key, member.value, schema, "unevaluatedProperties", node, place, [], &inner)
            }
            evaluated.allNames = true
        case .required(let names):
            for name in names where members[name] == nil {
                tell(rule, node, place, "\(Wording.quoted(name)) is missing")
            }
        case .dependentRequired(let rules):
            for (name, needs) in rules where members[name] != nil {
                for need in needs where members[need] == nil {
                    let message = "\(Wording.quoted(need)) is missing, which \(Wording.quoted(name)) needs"
                    tell(rule, node, place, message)
                }
            }
        default:
            preconditionFailure("only rules of members come here")
        }
    }

    private mutating func apply(
        _ rules: SchemaNode.MemberRules,
        _ node: SchemaNode,
        _ members: JSON.Object,
        _ place: JSON.Pointer,
        _ evaluated: inout Evaluated
    ) {
        for member in members {
            var isKnown = false
            var inner = Evaluated()
            if let schema = rules.named[member.key]?.asInt {
                isKnown = true
                _ = validate(schema, member.value, place.appending(member.key), &inner)
            }
            for (pattern, schema) in rules.patterned
            where matches(pattern, member.key, "patternProperties", node, place) == true {
                isKnown = true
                _ = validate(schema, member.value, place.appending(member.key), &inner)
            }
            if !isKnown, let schema = rules.additional {
                isKnown = true
                let known = rules.named.keys
                check(unknown: member.key, member.value, schema, "additionalProperties", node, place, known, &inner)
            }
            if isKnown, schema.tracksEvaluated { evaluated.names.insert(.string(member.key)) }
        }
    }

    /// A member that nothing names. Where none is allowed, that is said in so many words.
    private mutating func check(
        unknown name: String,
        _ value: JSON,
        _ index: Int,
        _ keyword: String,
        _ node: SchemaNode,
        _ place: JSON.Pointer,
        _ known: [String],
        _ evaluated: inout Evaluated
    ) {
        let here = place.appending(name)
        guard case .never = schema.nodes[index].rules.first?.kind else {
            _ = validate(index, value, here, &evaluated)
            return
        }
        let near = Wording.nearest(to: name, in: known).map { "; did you mean \(Wording.quoted($0))?" } ?? ""
        let rule = SchemaNode.Rule(keyword: keyword, kind: .never)
        tell(rule, node, here, "\(Wording.quoted(name)) is not known here\(near)")
    }

    mutating func apply(
        _ rule: SchemaNode.Rule,
        _ node: SchemaNode,
        _ elements: [JSON],
        _ place: JSON.Pointer,
        _ evaluated: inout Evaluated
    ) {
        switch rule.kind {
        case .items(let prefix, let rest):
            for (index, element) in elements.enumerated() {
                guard let schema = index < prefix.count ? prefix[index] : rest else { break }
                var inner = Evaluated()
                _ = validate(schema, element, place.appending(index), &inner)
            }
            evaluated.prefix = max(evaluated.prefix, rest == nil ? min(prefix.count, elements.count) : elements.count)
        case .contains(let schema, let min, let max):
            contains(schema, min, max, rule, node, elements, place, &evaluated)
        case .unevaluatedItems(let schema):
            for index in elements.indices.dropFirst(evaluated.prefix) where !evaluated.indices.contains(index) {
                var inner = Evaluated()
                _ = validate(schema, elements[index], place.appending(index), &inner)
            }
            evaluated.prefix = elements.count
        case .uniqueItems:
            var first: [JSON: Int] = [:]
            for (index, element) in elements.enumerated() {
                if let other = first.updateValue(index, forKey: element) {
                    tell(rule, node, place.appending(index), "is the same as element \(other), and all must differ")
                }
            }
        default:
            preconditionFailure("only rules of elements come here")
        }
    }

    private mutating func contains(
        _ index: Int,
        _ min: Int,
        _ max: Int?,
        _ rule: SchemaNode.Rule,
        _ node: SchemaNode,
        _ elements: [JSON],
        _ place: JSON.Pointer,
        _ evaluated: inout Evaluated
    ) {
        var count = 0
        for (position, element) in elements.enumerated() {
            var inner = Evaluated()
            guard fits(index, element, place.appending(position), &inner).0 else { continue }
            count += 1
            if schema.tracksEvaluated { evaluated.indices.insert(position) }
        }
        if count < min {
            tell(
                rule,
                node,
                place,
                "must hold at least \(Wording.count(min, "element")) of a certain form, holds \(count)"
            )
        }
        if let max, count > max {
            tell(
                rule,
                node,
                place,
                "must hold at most \(Wording.count(max, "element")) of a certain form, holds \(count)"
            )
        }
    }

    /// Whether a pattern matches a name or a text. One that needs more steps than there are gives no answer.
    mutating func matches(
        _ pattern: JSON.Pattern,
        _ text: String,
        _ keyword: String,
        _ node: SchemaNode,
        _ place: JSON.Pointer
    ) -> Bool? {
        do throws(JSON.Pattern.StepsExhausted) {
            return try pattern.firstMatch(in: JSON.Pattern.Subject(text), steps: &patternSteps) != nil
        } catch {
            giveUp(node, place, keyword: keyword, "cannot be matched with \(pattern.source) in reasonable time")
            return nil
        }
    }
}
