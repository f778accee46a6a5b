import JSON
import JSONSchema

// Calls of actions, by their name or by that of a function in `use`, and other workflows.
extension DefinitionReader {
    /// What the language can call and this profile leaves to actions, with what to write instead.
    private static let refusedCalls = [
        "grpc": "an action of the program", "openapi": "an action of the program",
        "asyncapi": "an action of the program",
        "a2a": "an action of the program", "mcp": "an action of the program",
    ]

    func readCallStep(_ fields: Fields, _ node: inout PendingNode, _ locals: [String]) {
        guard let name = fields["call"] else {
            findings.error(
                .missingKey,
                at: node.place,
                "a step with arguments needs `call`",
                allowed: Array(functionNames.prefix(Findings.allowedMax))
            )
            return
        }
        let retry = readCallRetry(fields, locals)
        switch callee(name, fields["with"]) {
        case .manual(let with): readManual(with, fields, &node, locals)
        case .http(let with):
            node.kind = readHTTP(with, at: node.place, .inside.with(locals), retry: retry).map { .ready(.call($0)) }
        case .function(let function, let with):
            let arguments = readArguments(with, function, at: node.place, .inside.with(locals))
            node.kind = .ready(.call(.init(action: function.name, with: arguments, retry: retry)))
        case .unknown(let action, let with):
            let arguments = with.map { expressions.template($0, .inside.with(locals)) } ?? .constant([:])
            node.kind = .ready(.call(.init(action: action, with: arguments, retry: retry)))
        case nil: break
        }
    }

    private func readCallRetry(_ fields: Fields, _ locals: [String]) -> RetryPolicy? {
        guard let retry = fields["metadata"]?["retry"] else { return nil }
        return readRetry(retry, locals: locals + ["error"], ofCall: true)
    }

    /// A call that stands in another construct: what undoes a step, what verifies a person's work.
    func readCall(_ node: Located, _ subject: String, site: Site) -> Node.Call? {
        guard let fields = Fields(node, subject, keys: Keys.call.names, findings),
            let name = fields.required("call")
        else { return nil }
        switch callee(name, fields["with"]) {
        case .manual:
            findings.error(.wrongValue, at: name.place, "\(subject) calls an action, and not a person")
            return nil
        case .http(let with):
            let retry = fields["retry"].flatMap { readRetry($0, locals: ["error"]) }
            return readHTTP(with, at: node.place, site, retry: retry)
        case .function(let function, let with):
            let arguments = readArguments(with, function, at: node.place, site)
            let retry = fields["retry"].flatMap { readRetry($0, locals: ["error"], ofCall: true) }
            return Node.Call(action: function.name, with: arguments, retry: retry)
        case .unknown(let action, let with):
            return Node.Call(action: action, with: with.map { expressions.template($0, site) } ?? .constant([:]))
        case nil: return nil
        }
    }

    // MARK: Who is called

    private enum Callee {
        case manual(with: Located?)
        case http(with: Located?)
        case function(Vocabulary.Function, with: Located?)
        /// There is none of that name, or none any more.
        case unknown(String, with: Located?)
    }

    private var functionNames: [String] {
        ["manual"] + (Array(vocabulary.functions.keys) + Array(components.functions.keys)).sorted()
    }

    private func callee(_ node: Located, _ with: Located?) -> Callee? {
        guard let name = node.text else {
            findings.mismatch(node, "`call`", wants: "the name of a function")
            return nil
        }
        if name == "manual" { return .manual(with: with) }
        if name == HTTPCall.action { return .http(with: with) }
        if let function = vocabulary.functions[name] { return .function(function, with: with) }
        if let component = components.functions[name] { return callee(component: component, name, with) }
        if let instead = Self.refusedCalls[name] {
            findings.error(.refused, at: node.place, "`call: \(name)` is not part of this profile: use \(instead)")
        } else if name.contains("@") || name.contains("://") {
            findings.error(
                .refused,
                at: node.place,
                "functions of remote catalogues are not called: use an action of the program"
            )
        } else {
            findings.unknown("function", name, at: node.place, known: functionNames)
            return .unknown(name, with: with)
        }
        return nil
    }

    /// A function of `use` is a call with some of its arguments given.
    private func callee(component: Located, _ name: String, _ with: Located?) -> Callee? {
        guard let fields = Fields(component, "the function `\(name)`", keys: Keys.component.names, findings),
            let inner = fields.required("call")
        else { return nil }
        guard let innerName = inner.text, components.functions[innerName] == nil else {
            findings.error(
                .wrongValue,
                at: inner.place,
                "a function of `use` calls an action, and not another function of `use`"
            )
            return nil
        }
        return callee(inner, Self.merged(fields["with"], with))
    }

    private static func merged(_ given: Located?, _ own: Located?) -> Located? {
        guard let given else { return own }
        guard let own, let members = own.members, let base = given.members else { return own ?? given }
        let kept = base.filter { member in !members.contains { $0.key == member.key } }
        return Located(.map(kept + members), at: own.place)
    }

    // MARK: Arguments

    /// Reads the arguments of a call, and holds what is constant in them to the function's schema.
    private func readArguments(
        _ with: Located?,
        _ function: Vocabulary.Function,
        at place: Place,
        _ site: Site
    ) -> Template {
        guard let with else {
            if let key = function.required.first {
                findings.error(.arguments, at: place, "`\(function.name)` needs `with`, and in it `\(key)`")
            }
            return .constant([:])
        }
        let template = expressions.template(with, site)
        guard !Expressions.isExpression(with) else { return template }
        guard let members = with.members else {
            findings.mismatch(with, "`with`", wants: "a map")
            return template
        }
        let before = findings.diagnostics.count
        let keys = function.keys ?? members.map(\.key) + function.required
        let fields = Fields(members, at: with.place, "the input of `\(function.name)`", keys: keys, findings)
        for key in function.required where !fields.has(key) {
            findings.error(
                .arguments,
                at: with.place,
                "`\(function.name)` needs `\(key)`",
                allowed: function.keys ?? []
            )
        }
        for key in keys { check(fields[key], key, function) }
        guard template.isConstant, findings.diagnostics.count == before else { return template }
        check(with, against: function.schema, [], function)
        return template
    }

    /// What is constant in one argument.
    private func check(_ node: Located?, _ key: String, _ function: Vocabulary.Function) {
        guard let node, let schema = function.properties[key], node.isConstant else { return }
        check(node, against: schema, [key], function)
    }

    private func check(
        _ node: Located,
        against schema: Schema,
        _ path: [String],
        _ function: Vocabulary.Function
    ) {
        guard let fault = schema.firstFault(of: node.json) else { return }
        let way = path + fault.path
        let subject = way.isEmpty ? "its input" : "`\(way.joined(separator: "."))`"
        findings.error(
            .arguments,
            at: node.node(at: fault.path).place,
            "`\(function.name)` does not take this: \(subject) \(fault.message)"
        )
    }

    // MARK: Other workflows

    func readRun(_ fields: Fields, _ node: inout PendingNode, _ locals: [String]) {
        guard let run = fields["run"] else { return }
        for refused in ["shell", "script", "container"] where run[refused] != nil {
            let place = run.members?.first { $0.key == refused }?.keyPlace ?? run.place
            findings.error(
                .refused,
                at: place,
                "`run: \(refused)` is not part of this profile: automatic work is an action of the program"
            )
            return
        }
        guard let keys = Fields(run, "`run`", keys: Keys.run.names, findings) else { return }
        let isAwaited = keys.bool("await") ?? true
        let returns = readReturn(keys, isAwaited: isAwaited)
        guard let target = keys.required("workflow"),
            let subflow = Fields(target, "`workflow`", keys: Keys.subflow.names, findings)
        else { return }
        let input = subflow["input"].map { expressions.template($0, .inside.with(locals)) }
        guard let namespace = subflow.requiredText("namespace"), let name = subflow.requiredText("name"),
            let version = subflow.requiredText("version")
        else { return }
        checkWorkflow(.init(namespace: namespace, name: name, version: version), subflow)
        node.kind = .ready(
            .workflow(
                .init(
                    namespace: namespace,
                    name: name,
                    version: version,
                    input: input ?? .constant([:]),
                    isAwaited: isAwaited,
                    returns: returns
                )
            )
        )
    }

    /// Whether the output of a workflow that is run becomes the step's. What else the language has is of processes.
    private func readReturn(_ keys: Fields, isAwaited: Bool) -> Bool {
        guard let word = keys.text("return"), let place = keys["return"]?.place else { return true }
        if word != "none" {
            findings.error(
                .wrongValue,
                at: place,
                "a workflow gives its output, and nothing else: leave `return` away, or write `none` to have nothing",
                allowed: ["none"]
            )
        } else if !isAwaited {
            findings.error(
                .wrongValue,
                at: keys.keyPlace("return"),
                "a workflow that is not waited for returns nothing: leave `return` away"
            )
        }
        return word != "none"
    }

    private func checkWorkflow(_ wanted: Vocabulary.WorkflowName, _ fields: Fields) {
        let known = vocabulary.workflows
        guard !known.contains(wanted) else { return }
        func tell(_ key: String, _ what: String, in whole: String? = nil, known: [String]) {
            let node = fields[key]
            findings.unknown(what, node?.text ?? "", in: whole, at: node?.place ?? fields.place, known: Set(known))
        }
        let inNamespace = known.filter { $0.namespace == wanted.namespace }
        let named = inNamespace.filter { $0.name == wanted.name }
        if inNamespace.isEmpty {
            tell("namespace", "namespace", known: known.map(\.namespace))
        } else if named.isEmpty {
            tell("name", "workflow", in: "`\(wanted.namespace)`", known: inNamespace.map(\.name))
        } else {
            tell("version", "version", in: "`\(wanted.name)`", known: named.map(\.version))
        }
    }
}

extension Located {
    /// Whether no expression is in it.
    var isConstant: Bool {
        switch value {
        case .null, .bool, .number: true
        case .text: !Expressions.isExpression(self)
        case .list(let elements): elements.allSatisfy(\.isConstant)
        case .map(let members): members.allSatisfy(\.value.isConstant)
        }
    }
}
