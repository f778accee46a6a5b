import JSON
import JSONSchema

/// Turns what an author wrote into the workflow that the machine runs, or into everything that is wrong with it.
///
/// Pure: what a definition may name comes in as a `Vocabulary`, its identity as a hash.
package enum DefinitionDecoder {
    /// A definition that was read: without a workflow when something is an error, and then told what.
    package struct Decoded: Sendable {
        package let workflow: Workflow?
        /// In the order of the file.
        package let diagnostics: [Diagnostic]

        package init(workflow: Workflow?, diagnostics: [Diagnostic]) {
            self.workflow = workflow
            self.diagnostics = diagnostics
        }
    }

    /// Reads a definition.
    ///
    /// With `keepsGoing`, the workflow is given in spite of errors if the machine could run it: for versions that
    /// were sound when they were deployed, and to which instances are pinned.
    package static func decode(
        _ root: Located,
        hash: ContentHash,
        vocabulary: Vocabulary,
        keepsGoing: Bool = false
    ) -> Decoded {
        let findings = Findings()
        let reader = DefinitionReader(vocabulary: vocabulary, findings: findings)
        let workflow = reader.read(root, hash: hash)
        let isUsable = keepsGoing ? findings.canRun : !findings.hasErrors
        return Decoded(workflow: isUsable ? workflow : nil, diagnostics: findings.inOrder)
    }

    /// The name of the definition in a file, without a look at the rest; `nil` when its head does not say it.
    package static func name(of root: Located) -> Vocabulary.WorkflowName? {
        guard let document = root["document"], let namespace = document["namespace"]?.text,
            let name = document["name"]?.text, let version = document["version"]?.text
        else { return nil }
        return Vocabulary.WorkflowName(namespace: namespace, name: name, version: version)
    }

    /// The runbooks that the calls of a definition name by a constant, also those of `use`; sorted.
    package static func runbooks(of root: Located) -> [String] {
        var names: Set<String> = []
        collectRunbooks(root, into: &names)
        return names.sorted()
    }

    private static func collectRunbooks(_ node: Located, into names: inout Set<String>) {
        switch node.value {
        case .map(let members):
            if node["call"] != nil, let runbook = node["with"]?["runbook"], !Expressions.isExpression(runbook),
                let name = runbook.text
            {
                names.insert(name)
            }
            for member in members { collectRunbooks(member.value, into: &names) }
        case .list(let elements): for element in elements { collectRunbooks(element, into: &names) }
        case .null, .bool, .number, .text: break
        }
    }
}

/// Reads one definition. Each kind of step has a file of its own.
final class DefinitionReader {
    let vocabulary: Vocabulary
    let findings: Findings
    let expressions: Expressions
    var components = Components()
    var pending: [PendingNode?] = []
    /// The steps of each sequence, in their order.
    var sequences: [(owner: Int, steps: [Int])] = []
    /// The steps that `separation` names, to be looked for when all steps are known.
    var separations: [Located] = []

    init(vocabulary: Vocabulary, findings: Findings) {
        self.vocabulary = vocabulary
        self.findings = findings
        expressions = Expressions(findings: findings)
    }

    func read(_ root: Located, hash: ContentHash) -> Workflow? {
        guard let fields = Fields(root, "a workflow", keys: Keys.workflow.names, findings) else { return nil }
        let head = readHead(fields)
        readEvaluate(fields)
        components = readComponents(fields["use"])
        expressions.secrets = components.secrets
        checkAuthentications()
        let input = readInput(fields["input"], from: .workflowInput, of: "a workflow")
        let output = readOutput(fields["output"], "output", site: .workflowOutput)
        let timeout = readTimeout(fields["timeout"], site: .workflowInput)
        let schedule = readSchedule(fields)
        guard let list = fields.required("do") else { return nil }
        _ = readSequence(list, parent: nil, pointer: "/do", locals: [])
        checkSeparations()
        let nodes = resolve()
        checkTriage(head, fields.keyPlace("document"))
        guard let document = head.document, let nodes else { return nil }
        return Workflow(
            document: document,
            nodes: nodes,
            hash: hash,
            input: input,
            output: output,
            timeout: timeout,
            triageQueue: head.triageQueue ?? "triage",
            onExhausted: head.onExhausted ?? vocabulary.onExhausted,
            secrets: components.secrets,
            schedule: schedule
        )
    }

    private func readEvaluate(_ fields: Fields) {
        guard let node = fields["evaluate"],
            let evaluate = Fields(node, "`evaluate`", keys: Keys.evaluate.names, findings)
        else { return }
        if let language = evaluate.text("language"), language != "jq", let place = evaluate["language"]?.place {
            findings.error(.refused, at: place, "the language of expressions is jq", allowed: ["jq"])
        }
        if let mode = evaluate.text("mode"), mode != "strict", let place = evaluate["mode"]?.place {
            findings.error(.notYet, at: place, "expressions are evaluated in the mode `strict`", allowed: ["strict"])
        }
    }

    /// A step that gives up must find a queue to wait in.
    private func checkTriage(_ head: Head, _ place: Place) {
        guard head.triageQueue == nil, (head.onExhausted ?? vocabulary.onExhausted) != .fault,
            vocabulary.queues["triage"] == nil
        else { return }
        let calls = pending.contains { node in
            guard case .ready(.call)? = node?.kind else { return false }
            return node?.onExhausted != .fault
        }
        guard calls else { return }
        findings.error(
            .missingKey,
            at: place,
            "there is no queue `triage` where a step that gives up could wait: name one in `metadata.triageQueue`",
            allowed: Array(vocabulary.queues.keys.sorted().prefix(Findings.allowedMax))
        )
    }
}
