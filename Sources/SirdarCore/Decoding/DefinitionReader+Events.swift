import JQ
import JSON

// Events: emitted, and listened for.
extension DefinitionReader {
    // MARK: Emit

    func readEmit(_ fields: Fields, _ node: inout PendingNode, _ locals: [String]) {
        guard let emit = fields["emit"], let keys = Fields(emit, "`emit`", keys: Keys.emit.names, findings),
            let event = keys.required("event"),
            let parts = Fields(event, "`event`", keys: Keys.emitted.names, findings), let with = parts.required("with")
        else { return }
        let site = Site.inside.with(locals)
        let template = expressions.template(with, site)
        if !Expressions.isExpression(with) {
            guard let attributes = readAttributes(with, "an event") else { return }
            if !attributes.contains(where: { $0.key == "type" }) {
                findings.error(
                    .missingKey,
                    at: with.place,
                    "an event needs `type`: a name such as com.example.image.built"
                )
            }
            checkConstants(attributes)
        }
        node.kind = .ready(.emit(.init(with: template)))
    }

    /// The attributes of an event, those that CloudEvents defines and those of the author's own. A name that is almost
    /// one of CloudEvents' is told of.
    private func readAttributes(_ node: Located, _ subject: String) -> [(key: String, value: Located)]? {
        guard let members = node.members else {
            findings.mismatch(node, "`with`", wants: "a map of the event's attributes")
            return nil
        }
        var attributes: [(key: String, value: Located)] = []
        for member in members {
            let known = CloudEvent.attributes
            if known.contains(member.key) {
                attributes.append((member.key, member.value))
                continue
            }
            let free = known.filter { name in !members.contains { $0.key == name } }
            if let meant = Suggestion.nearest(to: member.key, among: free) {
                findings.error(
                    .unknownKey,
                    at: member.keyPlace,
                    "\(subject) has no `\(member.key)`",
                    suggestion: meant,
                    allowed: known
                )
                attributes.append((meant, member.value))
            } else if CloudEvent.isExtensionName(member.key) {
                attributes.append((member.key, member.value))
            } else {
                findings.error(
                    .wrongValue,
                    at: member.keyPlace,
                    "the name of an attribute is made of small letters and digits: `\(member.key)` is not",
                    allowed: known
                )
            }
        }
        return attributes
    }

    /// What the definition says of an emitted event without an expression is held to CloudEvents now.
    private func checkConstants(_ attributes: [(key: String, value: Located)]) {
        for (key, value) in attributes where key != "data" && value.isConstant {
            var probe: JSON.Object = ["specversion": "1.0", "id": "x", "source": "x", "type": "x"]
            probe[key] = value.json
            do { _ = try CloudEvent(envelope: probe) } catch {
                for wrong in error.errors { findings.error(.wrongValue, at: value.place, wrong.detail.asPhrase) }
            }
        }
    }

    // MARK: Listen

    func readListen(_ fields: Fields, _ node: inout PendingNode, _ locals: [String]) {
        if !fields.has("timeout") {
            findings.error(
                .unbounded,
                at: fields.keyPlace("listen"),
                "this step could wait for ever: give it a `timeout`, for example `{ after: P7D }`"
            )
        }
        let iterator = fields["foreach"].flatMap { readIterator($0, node, locals) }
        guard let listen = fields["listen"], let keys = Fields(listen, "`listen`", keys: Keys.listen.names, findings)
        else { return }
        let read: EventRead = keys.choice("read") ?? .data
        guard let to = keys.required("to"), let strategy = readStrategy(to, "`to`", .inside.with(locals)) else {
            return
        }
        node.kind = .ready(.listen(.init(strategy: strategy, read: read, iterator: iterator)))
    }

    private func readIterator(_ node: Located, _ step: PendingNode, _ locals: [String]) -> Node.Iterator? {
        guard let keys = Fields(node, "`foreach`", keys: Keys.foreach.names, findings) else { return nil }
        let item = readVariable(keys, "item") ?? "item"
        let position = readVariable(keys, "at") ?? "index"
        if item == position {
            findings.error(.wrongValue, at: keys.keyPlace("at"), "`item` and `at` have the same name, `\(item)`")
        }
        let inner = locals + [item, position]
        let body = keys["do"].map {
            readSequence($0, parent: step.index, pointer: "\(step.pointer)/foreach/do", locals: inner)
        }
        return Node.Iterator(
            item: item,
            position: position,
            body: body,
            output: readOutput(keys["output"], "output", site: .after.with(inner)),
            export: readOutput(keys["export"], "export", site: .after.with(inner))
        )
    }

    // MARK: Which events

    /// A strategy of consumption: one, any or all of some events.
    func readStrategy(_ node: Located, _ subject: String, _ site: Site, isEnding: Bool = false) -> EventStrategy? {
        let rules = EventStrategy.Rule.allCases
        let keys = rules.map(\.rawValue) + (isEnding ? [] : ["until"])
        guard let fields = Fields(node, subject, keys: keys, findings) else { return nil }
        let chosen = rules.filter { fields.has($0.rawValue) }
        guard let rule = chosen.first, let wanted = fields[rule.rawValue] else {
            findings.error(
                .missingKey,
                at: fields.place,
                "\(subject) says which events: `one` of a kind, `any` of several, or `all` of them",
                allowed: rules.map(\.rawValue)
            )
            return nil
        }
        if chosen.count > 1 {
            findings.error(
                .wrongValue,
                at: fields.keyPlace(chosen[1].rawValue),
                "\(subject) has `\(rule.rawValue)` and `\(chosen[1].rawValue)`: it has one of them"
            )
        }
        let filters = readFilters(wanted, rule, site)
        if fields.has("until"), rule != .any {
            findings.error(
                .wrongValue,
                at: fields.keyPlace("until"),
                "`until` ends `any`: with `\(rule.rawValue)` the events themselves say when there have been enough"
            )
        }
        let until = fields["until"].flatMap { readUntil($0, site) }
        return filters.map { EventStrategy(rule, $0, until: until) }
    }

    private func readFilters(_ node: Located, _ rule: EventStrategy.Rule, _ site: Site) -> [EventFilter]? {
        if rule == .one { return readFilter(node, site).map { [$0] } }
        guard let elements = node.list else {
            findings.mismatch(node, "`\(rule.rawValue)`", wants: "a list of filters")
            return nil
        }
        if elements.isEmpty, rule == .all {
            findings.error(.wrongValue, at: node.place, "`all` has at least one filter")
            return nil
        }
        let filters = elements.map { readFilter($0, site) }
        return filters.contains { $0 == nil } ? nil : filters.compactMap(\.self)
    }

    private func readUntil(_ node: Located, _ site: Site) -> EventStrategy.Until? {
        if node.members != nil {
            return readStrategy(node, "`until`", site, isEnding: true).map(EventStrategy.Until.events)
        }
        return expressions.program(node, "`until`", site).map(EventStrategy.Until.condition)
    }

    private func readFilter(_ node: Located, _ site: Site) -> EventFilter? {
        guard let fields = Fields(node, "a filter of events", keys: Keys.filter.names, findings),
            let with = fields.required("with"), let attributes = readAttributes(with, "a filter of events")
        else { return nil }
        if attributes.isEmpty {
            findings.error(
                .wrongValue,
                at: with.place,
                "`with` is empty: name at least one attribute that the events have",
                allowed: CloudEvent.attributes
            )
        }
        let tests = attributes.map { EventFilter.Test($0.key, readWanted($0.value, $0.key == "data", site)) }
        let correlations = fields["correlate"].map { readCorrelations($0, site) } ?? []
        return EventFilter(tests: tests, correlations: correlations)
    }

    private func readWanted(_ node: Located, _ isData: Bool, _ site: Site) -> EventFilter.Wanted {
        if Expressions.isExpression(node) {
            return expressions.program(node, "a filter", site).map(EventFilter.Wanted.expression) ?? .equal(.null)
        }
        switch node.value {
        case .null, .bool, .number, .list: return .equal(node.json)
        case .map(let members):
            return .members(members.map { ($0.key, readWanted($0.value, true, site)) })
        case .text(let text):
            guard !isData, text.string.utf8.contains(where: Self.patternBytes.contains) else {
                return .text(text.string, nil)
            }
            do { return .text(text.string, try FieldPattern(text.string)) } catch {
                findings.error(.wrongValue, at: node.place, "the pattern does not compile: \(error)")
                return .equal(.null)
            }
        }
    }

    /// A text with one of these is a pattern as well; dots alone make none, for every type of events has some.
    private static let patternBytes = Set(#"*+?()[]{}|^$\"#.utf8)

    private func readCorrelations(_ node: Located, _ site: Site) -> [EventFilter.Correlation] {
        guard let members = node.members else {
            findings.mismatch(node, "`correlate`", wants: "a map of names")
            return []
        }
        return members.compactMap { member in
            let subject = "the correlation `\(member.key)`"
            guard let fields = Fields(member.value, subject, keys: Keys.correlation.names, findings),
                let source = fields.required("from"), let from = expressions.program(source, "`from`", site)
            else { return nil }
            let expect = fields["expect"].map { expressions.template($0, site) }
            return EventFilter.Correlation(name: member.key, from: from, expect: expect)
        }
    }
}

extension String {
    /// The sentence without its full stop, for a message.
    fileprivate var asPhrase: String { hasSuffix(".") ? String(dropLast()) : self }
}
