import JSON
import SirdarCore
import SirdarEngine
import Testing

/// A small catalogue to rehearse on.
enum Theatre {
    static let functions = ["make", "check", "remove"].map { name in
        let input: JSON = [
            "type": "object", "properties": ["thing": ["type": "string"]], "additionalProperties": false,
        ]
        return Vocabulary.Function(ActionSignature(name: name, summary: "", input: input))
    }

    static let queues = """
        queues:
          - { name: triage, title: Triage, slaDefaults: { due: PT2H, atRisk: PT30M } }
          - { name: desk, title: Desk, skills: [care] }
        """

    static let runbook = """
        ---
        title: Look at it
        summary: How to look at a thing.
        version: 1
        owner: support
        ---

        # Look at it

        - [ ] {id: take-out, required: true, evidence: text} Take it out.
        - [ ] {id: polish} Polish it.
        """

    static func head(_ name: String = "play", _ more: String = "") -> String {
        "document: { dsl: '1.0.3', namespace: test, name: \(name), version: 1.0.0 }\n\(more)"
    }

    static func stage(_ definitions: String...) throws -> Stage {
        let files = definitions.enumerated().map { index, text in
            CatalogFiles.File(path: "Workflows/\(index).yaml", text: text)
        }
        let catalog = Catalog.load(
            CatalogFiles(
                workflows: files,
                runbooks: [.init(path: "Runbooks/look.md", text: runbook)],
                queues: .init(path: "config/queues.yaml", text: queues)
            ),
            .init(functions: functions)
        )
        let told = catalog.files.flatMap { file in file.diagnostics.map { $0.text(in: file.file) } }
        try #require(told == [])
        return Stage(catalog)
    }

    static let play = Vocabulary.WorkflowName(namespace: "test", name: "play", version: "1.0.0")

    static func answers(_ text: String, on stage: Stage) throws -> Answers {
        let piece = RehearsalFiles.Piece(stage: stage, workflow: play)
        return try RehearsalFiles.answers(.init(path: "answers.yaml", text: text), for: piece).get()
    }

    static func run(_ stage: Stage, _ answers: String = "", input: JSON = [:]) throws -> Account {
        var rehearsal = Rehearsal(on: stage, try self.answers(answers, on: stage))
        return rehearsal.run(play, input)
    }

    /// Makes a thing, lets somebody look at it, and undoes it when that goes wrong.
    static let thing =
        head("play", "metadata: { triageQueue: triage }\n") + """
            do:
              - make:
                  call: make
                  metadata: { skippable: true, compensation: { call: remove, with: { thing: cup } } }
                  with: { thing: cup }
                  export: { as: '{ name: .name }' }
              - look:
                  call: manual
                  with:
                    title: Look at the cup
                    queue: desk
                    skills: [care]
                    runbook: look
                    outcomes: [good, bad]
                    form: { height: { type: integer, minimum: 1, required: true }, note: { default: none } }
                    separation: { not: [requester] }
                    verify: { call: check, with: { thing: '${ $context.name }' } }
                  timeout: { after: P1D }
            """
}
