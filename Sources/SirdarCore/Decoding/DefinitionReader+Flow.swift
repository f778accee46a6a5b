import JQ
import JSON

// The steps that decide what runs, and in which order.
extension DefinitionReader {
    func readDo(_ fields: Fields, _ node: inout PendingNode, _ locals: [String]) {
        guard let list = fields["do"] else { return }
        node.kind = .ready(
            .sequence(readSteps(list, owner: node.index, pointer: "\(node.pointer)/do", locals: locals))
        )
    }

    func readSet(_ fields: Fields, _ node: inout PendingNode, _ locals: [String]) {
        guard let value = fields["set"] else { return }
        guard value.members != nil || Expressions.isExpression(value) else {
            findings.mismatch(value, "`set`", wants: "a map, or an expression `${ … }`")
            return
        }
        node.kind = .ready(.set(expressions.template(value, .inside.with(locals))))
    }

    // MARK: Switch

    func readSwitch(_ fields: Fields, _ node: inout PendingNode, _ locals: [String]) {
        guard let list = fields["switch"] else { return }
        var defaultLine: Int?
        let cases = readEach(list, "`switch`") { _, member -> PendingNode.PendingCase? in
            guard let keys = Fields(member.value, "a case", keys: Keys.choiceCase.names, findings) else { return nil }
            if !keys.has("when"), let line = defaultLine {
                findings.error(
                    .wrongValue,
                    at: member.keyPlace,
                    "a `switch` has one case without `when`, and line \(line) has it already"
                )
            } else if !keys.has("when") {
                defaultLine = member.keyPlace.line
            }
            let when = keys["when"].flatMap { expressions.program($0, "`when`", .inside.with(locals)) }
            if keys.has("when"), when == nil { return nil }
            guard let target = keys["then"] else {
                findings.error(.missingKey, at: member.keyPlace, "the case `\(member.key)` needs `then`")
                return nil
            }
            return PendingNode.PendingCase(name: member.key, when: when, then: readTarget(target))
        }
        if cases.contains(where: { $0 == nil }) { node.isBroken = true }
        if defaultLine == nil, !cases.isEmpty {
            findings.warning(
                .noDefault,
                at: fields.keyPlace("switch"),
                "this `switch` has no default: when no case fits, it goes on as if it were not there"
            )
        }
        node.kind = .choice(cases.compactMap(\.self))
    }

    // MARK: For

    func readFor(_ fields: Fields, _ node: inout PendingNode, _ locals: [String]) {
        guard let loop = fields["for"], let keys = Fields(loop, "`for`", keys: Keys.loop.names, findings) else {
            return
        }
        let item = readVariable(keys, "each") ?? "item"
        let position = readVariable(keys, "at") ?? "index"
        if item == position {
            findings.error(.wrongValue, at: keys.keyPlace("at"), "`each` and `at` have the same name, `\(item)`")
        }
        let inner = locals + [item, position]
        let items = readItems(keys, fields, locals)
        let condition = fields["while"].flatMap { expressions.program($0, "`while`", .inside.with(inner)) }
        guard let list = fields.required("do") else { return }
        let body = readSequence(list, parent: node.index, pointer: "\(node.pointer)/do", locals: inner)
        node.kind = .ready(
            .loop(.init(item: item, position: position, items: items, condition: condition, body: body))
        )
    }

    private func readItems(_ keys: Fields, _ step: Fields, _ locals: [String]) -> Template {
        guard let node = keys["in"] else {
            if step.has("while") {
                findings.error(
                    .unbounded,
                    at: step.keyPlace("while"),
                    "a `while` needs a cap: say how often at most, for example `in: ${ [range(100)] }`"
                )
            } else {
                _ = keys.required("in")
            }
            return .null
        }
        if node.list == nil, node.text == nil {
            findings.mismatch(node, "`in`", wants: "a list, or an expression that gives one")
            return .null
        }
        return expressions.transform(node, "`in`", .inside.with(locals)) ?? .null
    }

    /// The name of a variable that the definition introduces.
    func readVariable(_ fields: Fields, _ key: String) -> String? {
        guard let name = fields.text(key), let node = fields[key] else { return nil }
        let isWord = name.utf8.enumerated().allSatisfy { position, byte in
            (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) || byte == 0x5F
                || position > 0 && (0x30...0x39).contains(byte)
        }
        if name.isEmpty || !isWord {
            findings.error(
                .wrongValue,
                at: node.place,
                "`\(name)` is no name for a variable: write letters, digits and `_`, without `$`"
            )
            return nil
        }
        if name != "error", Scope.names.contains(name) {
            findings.error(.wrongValue, at: node.place, "`$\(name)` is a variable of the language: choose another name")
            return nil
        }
        return name
    }

    // MARK: Fork

    func readFork(_ fields: Fields, _ node: inout PendingNode, _ locals: [String]) {
        guard let fork = fields["fork"], let keys = Fields(fork, "`fork`", keys: Keys.fork.names, findings)
        else {
            return
        }
        let compete = keys.bool("compete") ?? false
        guard let list = keys.required("branches") else { return }
        let pointer = "\(node.pointer)/fork/branches"
        let owner = node.index
        let branches = readEach(list, "`branches`") { position, member in
            readStep(
                member,
                parent: owner,
                pointer: "\(pointer)/\(position)/\(member.key.escapedToken)",
                locals: locals
            )
        }
        for branch in branches {
            for case .step(let name, let place) in pending[branch]?.allTargets ?? [] {
                tellLeadingBranch(name, place)
            }
            if case .step? = pending[branch]?.then { pending[branch]?.then = .unsaid }
        }
        node.kind = .ready(.parallel(branches, compete: compete))
    }

    private func tellLeadingBranch(_ name: String, _ place: Place) {
        findings.error(
            .unknownTarget,
            at: place,
            "a branch of a `fork` leads to no other step, and so not to `\(name)`",
            allowed: ["continue", "exit", "end"]
        )
    }

    // MARK: Wait

    func readWait(_ fields: Fields, _ node: inout PendingNode, _ locals: [String]) {
        guard let length = fields["wait"] else { return }
        node.kind = .ready(.wait(readDuration(length, "`wait`", site: .inside.with(locals))))
    }
}
