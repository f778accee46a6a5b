package import SirdarCore

/// The definitions, runbooks and queues of an installation, as its files have them, and what is wrong with the files.
package struct Catalog: Sendable {
    /// Those without a mistake; a definition with one is told of and left out.
    package let definitions: [Vocabulary.WorkflowName: Definition]
    package let runbooks: [String: Runbook]
    package let queues: [QueuePolicy]
    package let calendars: [WorkingCalendar]
    /// What definitions may name, as this catalog has it.
    package let vocabulary: Vocabulary
    /// Of every file that was read, in the order of reading, also of those that are without fault.
    package let files: [FileDiagnostics]

    /// A workflow with all that it is made of.
    package struct Definition: Sendable {
        package let workflow: Workflow
        package let source: String
        /// Those that its manual steps name.
        package let runbooks: [Runbook]
        package let runbookSources: [Deployment.RunbookText]

        /// What is stored when this version is deployed.
        package func deployment(at now: Timestamp) -> Deployment {
            let document = workflow.document
            return Deployment(
                namespace: document.namespace,
                name: document.name,
                version: document.version,
                hash: workflow.hash,
                source: source,
                runbooks: runbookSources,
                at: now
            )
        }
    }

    /// What a catalog cannot know from its own files.
    package struct Surroundings: Sendable {
        package var functions: [Vocabulary.Function]
        /// Versions that are deployed and that no file holds any more.
        package var deployed: Set<Vocabulary.WorkflowName>
        /// The day on which reviews are judged; `nil`: they are not.
        package var today: Timestamp?

        package init(
            functions: [Vocabulary.Function] = [],
            deployed: Set<Vocabulary.WorkflowName> = [],
            today: Timestamp? = nil
        ) {
            self.functions = functions
            self.deployed = deployed
            self.today = today
        }
    }

    package var hasErrors: Bool { files.contains { $0.diagnostics.contains(where: \.isError) } }
}

/// What is wrong with one file.
package struct FileDiagnostics: Sendable, Hashable {
    package let file: String
    package let diagnostics: [Diagnostic]

    package init(file: String, diagnostics: [Diagnostic]) {
        self.file = file
        self.diagnostics = diagnostics
    }
}

extension Vocabulary.Function {
    /// An action, as definitions see it.
    package init(_ signature: ActionSignature) {
        self.init(
            name: signature.name,
            summary: signature.summary,
            input: signature.inputDocument,
            schema: signature.input
        )
    }
}
