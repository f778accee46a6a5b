import JSON
import SirdarCore
import SirdarEngine

/// What the definitions of these tests may name.
enum Sample {
    static let vocabulary = makeVocabulary()

    private static func makeVocabulary() -> Vocabulary {
        Vocabulary(
            functions: [
                function("validateRegion", ["region": ["type": "string"], "machineType": ["type": "string"]]),
                function("createMachine", ["image": ["type": "string"], "project": ["type": "string"]]),
                function("deleteMachine", ["machine": ["type": "string"]]),
                function(
                    "verifyStorage",
                    ["machine": ["type": "string"], "address": ["type": "string"], "port": ["type": "integer"]],
                    required: ["machine", "address"]
                ),
                function("note", [:]), function("flaky", [:]), function("tired", [:]),
            ],
            queues: [
                .init(name: "image-reconfiguration", hasSLA: true), .init(name: "slow-lane", hasSLA: false),
                .init(name: "triage", hasSLA: true),
            ],
            skills: ["storage", "windows"],
            runbooks: [
                .init(name: "reconfigure-shared-storage", items: ["edit-fstab"], values: ["storageAddress"])
            ],
            calendars: ["support-hours"],
            workflows: [
                .init(namespace: "sherpa.images", name: "copy-image", version: "1.0.0"),
                .init(namespace: "sherpa.images", name: "copy-image", version: "1.1.0"),
            ],
            timeZones: WallClock.names
        )
    }

    private static func function(
        _ name: String,
        _ properties: JSON.Object,
        required: [String]? = nil
    ) -> Vocabulary.Function {
        let input: JSON =
            properties.isEmpty
            ? ["type": "object"]
            : [
                "type": "object", "properties": .object(properties), "additionalProperties": false,
                "required": .array((required ?? properties.keys).map(JSON.string)),
            ]
        return Vocabulary.Function(ActionSignature(name: name, summary: "", input: input))
    }

    static let hash = ContentHash(hex: String(repeating: "0", count: 64))

    static func decode(_ text: String) -> DefinitionDecoder.Decoded {
        switch YAMLSource.read(text) {
        case .success(let root): DefinitionDecoder.decode(root, hash: hash, vocabulary: vocabulary)
        case .failure(let diagnostic):
            DefinitionDecoder.Decoded(workflow: nil, diagnostics: [diagnostic])
        }
    }

    /// A definition with these steps, indented by two; its first step stands in line 3.
    static func definition(_ steps: String) -> String {
        "document: { dsl: '1.0.3', namespace: test, name: sample, version: 1.0.0 }\ndo:\n" + steps
    }

    /// The example of the language's description, whole.
    static let adaptImage = #"""
        document:
          { dsl: '1.0.3', namespace: sherpa.images, name: adapt-image, version: 1.0.0, title: Use an image elsewhere }
        input: { schema: { document: { type: object, required: [image, target] } } }
        do:
          - validateRegion:
              call: validateRegion
              with:
                region: '${ $workflow.input.target.location }'
                machineType: '${ $workflow.input.image.machineType }'
          - createMachine:
              call: createMachine
              with: { image: '${ $workflow.input.image.id }', project: '${ $workflow.input.target.project }' }
              metadata: { compensation: { call: deleteMachine, with: { machine: '${ $output.id }' } } }
              export: { as: '$context + { machine: . }' }
          - reconfigureStorage:
              call: manual
              with:
                title: '${ "Point \($context.machine.name) at the storage of \($workflow.input.target.project)" }'
                queue: image-reconfiguration
                skills: [storage]
                priority: '${ if $workflow.input.urgent then "high" else "normal" end }'
                runbook: reconfigure-shared-storage
                due: { after: PT4H, atRisk: PT1H, calendar: support-hours }
                form:
                  storageAddress:
                    type: ip
                    label: Shared storage IP
                    within: '${ $workflow.input.target.network }'
                    not: '${ $workflow.input.source.storageAddress }'
                    required: true
                  mountPoint:     { type: string, pattern: '^/[\w./-]+$', default: /mnt/projects }
                outcomes: [reconfigured, cannotReconfigure]
                verify:
                  call: verifyStorage
                  with: { machine: '${ $context.machine.id }', address: '${ $form.storageAddress }' }
                separation: { not: [requester] }
                review: { by: another, skills: [storage], when: '${ $workflow.input.image.golden }' }
              timeout: { after: { days: 5 } }
        """#
}

extension DefinitionDecoder.Decoded {
    /// Every diagnostic as a line of text, the file being `x`.
    var lines: [String] { diagnostics.map { $0.text(in: "x") } }
}
