import JQ
import JSON

/// The kinds of step that the language has.
enum StepKind: String, CaseIterable {
    case call
    case `do`
    case `set`
    case `switch`
    case `for`
    case fork
    case `try`
    case raise
    case wait
    case run
    case listen
    case emit

    /// The keys that make up the kind, its name first.
    var keys: [String] {
        switch self {
        case .call: ["call", "with"]
        case .for: ["for", "while", "do"]
        case .try: ["try", "catch"]
        case .listen: ["listen", "foreach"]
        case .do, .set, .switch, .fork, .raise, .wait, .run, .emit: [rawValue]
        }
    }

    static let common = ["if", "input", "output", "export", "timeout", "then", "metadata"]
    static let metadata = ["title", "compensation", "skippable", "onExhausted", "retry"]
    static let names = allCases.map(\.rawValue)
    static let all: [String] = common + allCases.flatMap(\.keys)
}

extension DefinitionReader {
    // MARK: Sequences

    /// Reads the body of a step, or the root: a sequence without a name of its own.
    func readSequence(_ list: Located, parent: Int?, pointer: String, locals: [String]) -> Int {
        let index = reserve()
        var node = PendingNode(index: index, parent: parent, name: "", pointer: pointer, place: list.place)
        node.kind = .ready(.sequence(readSteps(list, owner: index, pointer: pointer, locals: locals)))
        pending[index] = node
        return index
    }

    /// Reads a list of steps, one after the other.
    func readSteps(_ list: Located, owner: Int, pointer: String, locals: [String]) -> [Int] {
        let steps = readEach(list, "`\(pointer.lastToken)`") { position, member in
            readStep(
                member,
                parent: owner,
                pointer: "\(pointer)/\(position)/\(member.key.escapedToken)",
                locals: locals
            )
        }
        sequences.append((owner, steps))
        return steps
    }

    /// Reads the elements of a list, each a map of one name: how the language keeps the order of named things.
    func readEach<Element>(
        _ list: Located,
        _ what: String,
        _ read: (Int, Located.Member) -> Element
    ) -> [Element] {
        guard let elements = list.list else {
            findings.mismatch(list, what, wants: "a list, `- name: …`")
            return []
        }
        if elements.isEmpty { findings.error(.wrongValue, at: list.place, "\(what) has at least one element") }
        var results: [Element] = []
        var seen: [String: Int] = [:]
        for (position, element) in elements.enumerated() {
            guard let members = element.members, let member = members.first else {
                findings.mismatch(element, "an element of \(what)", wants: "a name with its content, `- name: …`")
                continue
            }
            if members.count > 1 {
                findings.error(
                    .wrongValue,
                    at: members[1].keyPlace,
                    "an element has one name, and this has `\(member.key)` and `\(members[1].key)`: "
                        + "indent what belongs to `\(member.key)`, and begin the next one with `- `"
                )
                if member.value.isNull { continue }
            }
            if let line = seen[member.key] {
                findings.error(.duplicateName, at: member.keyPlace, "`\(member.key)` is here already, in line \(line)")
            }
            seen[member.key] = member.keyPlace.line
            results.append(read(position, member))
        }
        return results
    }

    func reserve() -> Int {
        pending.append(nil)
        return pending.count - 1
    }

    // MARK: One step

    func readStep(_ member: Located.Member, parent: Int, pointer: String, locals: [String]) -> Int {
        let index = reserve()
        var node = PendingNode(index: index, parent: parent, name: member.key, pointer: pointer, place: member.keyPlace)
        checkName(member)
        if let (kind, fields) = readKind(member) {
            readCommon(fields, &node, locals)
            read(kind, fields, &node, locals)
        }
        pending[index] = node
        return index
    }

    private func checkName(_ member: Located.Member) {
        let name = member.key
        if ["continue", "exit", "end"].contains(name) {
            findings.error(
                .wrongValue,
                at: member.keyPlace,
                "`\(name)` is a word of the language, and no name for a step"
            )
        } else if name.isEmpty || name.utf8.count > 100 {
            findings.error(.wrongValue, at: member.keyPlace, "the name of a step has 1 to 100 letters")
        }
    }

    /// What a step does, by its keys; `nil` when that remains unknown, which is then told.
    private func readKind(_ member: Located.Member) -> (StepKind, Fields)? {
        guard let members = member.value.members else {
            findings.mismatch(member.value, "a step", wants: "a map")
            return nil
        }
        var kinds = members.compactMap { member -> (kind: StepKind, member: Located.Member)? in
            let key =
                StepKind.all.contains(member.key)
                ? member.key : Suggestion.nearest(to: member.key, among: StepKind.all) ?? member.key
            return StepKind(rawValue: key).map { ($0, member) }
        }
        if kinds.contains(where: { $0.kind == .for }) { kinds.removeAll { $0.kind == .do } }
        guard let first = kinds.first else {
            _ = Fields(members, at: member.keyPlace, "a step", keys: StepKind.all, findings)
            findings.error(
                .missingKey,
                at: member.keyPlace,
                "`\(member.key)` does not say what it does",
                allowed: StepKind.names
            )
            return nil
        }
        if kinds.count > 1 {
            findings.error(
                .wrongValue,
                at: kinds[1].member.keyPlace,
                "a step does one thing, and this has `\(first.kind.rawValue)` and `\(kinds[1].kind.rawValue)`"
            )
        }
        let others = Set(kinds.dropFirst().map(\.member.key))
        let own = members.filter { !others.contains($0.key) }
        let keys = first.kind.keys + StepKind.common
        let what = "a step with `\(first.kind.rawValue)`"
        return (first.kind, Fields(own, at: member.keyPlace, what, keys: keys, findings))
    }

    private func readCommon(_ fields: Fields, _ node: inout PendingNode, _ locals: [String]) {
        node.condition = fields["if"].flatMap { expressions.program($0, "`if`", .before.with(locals)) }
        node.input = readInput(fields["input"], from: inputSite(fields, locals), of: "a step")
        node.output = readOutput(fields["output"], "output", site: .after.with(locals))
        node.export = readOutput(fields["export"], "export", site: .after.with(locals))
        node.timeout = readTimeout(fields["timeout"], site: .inside.with(locals))
        node.then = readTarget(fields["then"])
        guard let metadata = fields["metadata"],
            let keys = Fields(metadata, "`metadata` of a step", keys: StepKind.metadata, findings)
        else { return }
        node.title = keys.text("title")
        node.skippable = keys.bool("skippable") ?? false
        node.onExhausted = keys.choice("onExhausted")
        guard let undo = keys["compensation"] else { return }
        guard fields.has("call") || fields.has("run") else {
            findings.error(
                .wrongValue,
                at: keys.keyPlace("compensation"),
                "only a step that calls an action or runs a workflow can be undone by a call"
            )
            return
        }
        node.compensation = readCall(undo, "`compensation`", site: .after.with(locals))
    }

    func readTarget(_ node: Located?) -> PendingNode.Target {
        guard let node else { return .unsaid }
        guard let word = node.text else {
            findings.mismatch(node, "`then`", wants: "the name of a step, or continue, exit or end")
            return .unsaid
        }
        switch word {
        case "continue": return .next
        case "exit": return .exit
        case "end": return .end
        default: return .step(word, node.place)
        }
    }

    private func read(_ kind: StepKind, _ fields: Fields, _ node: inout PendingNode, _ locals: [String]) {
        switch kind {
        case .call: readCallStep(fields, &node, locals)
        case .do: readDo(fields, &node, locals)
        case .set: readSet(fields, &node, locals)
        case .switch: readSwitch(fields, &node, locals)
        case .for: readFor(fields, &node, locals)
        case .fork: readFork(fields, &node, locals)
        case .try: readTry(fields, &node, locals)
        case .raise: readRaise(fields, &node, locals)
        case .wait: readWait(fields, &node, locals)
        case .run: readRun(fields, &node, locals)
        case .listen: readListen(fields, &node, locals)
        case .emit: readEmit(fields, &node, locals)
        }
    }
}

extension String {
    /// What stands after the last `/`.
    fileprivate var lastToken: Substring { split(separator: "/").last ?? "" }

    /// The text as a token of a JSON Pointer.
    var escapedToken: String {
        guard contains("~") || contains("/") else { return self }
        return reduce(into: "") { text, character in
            switch character {
            case "~": text += "~0"
            case "/": text += "~1"
            default: text.append(character)
            }
        }
    }
}
