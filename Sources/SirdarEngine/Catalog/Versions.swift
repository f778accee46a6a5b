import JSON
package import SirdarCore
import SirdarJournal

/// Deploys versions of workflows while the program runs, says which one new instances get, and moves instances.
package final class Versions: Sendable {
    let engine: Engine
    /// The queues, calendars and runbooks that the program was started with: what a definition may name.
    private let ground: CatalogFiles
    /// The number that was given last: two uploads at once never get the same.
    private let lastNumber = Locked(0)

    package init(engine: Engine, ground: CatalogFiles = CatalogFiles()) {
        self.engine = engine
        self.ground = ground
    }

    /// A definition as somebody hands it in.
    package struct Upload: Sendable, Hashable {
        package let file: String
        package let source: String
        /// Runbooks that come with it, by name; others are taken as the program has them.
        package let runbooks: [String: String]

        package init(file: String, source: String, runbooks: [String: String] = [:]) {
            self.file = file
            self.source = source
            self.runbooks = runbooks
        }
    }

    /// What an upload is.
    package struct Examined: Sendable {
        package let files: [FileDiagnostics]
        /// `nil` when it has mistakes.
        package let definition: Catalog.Definition?
        package let standing: Standing
        /// The newest version that is deployed before it.
        package let previous: StoredDeployment?

        package enum Standing: Sendable, Hashable {
            /// It has mistakes.
            case wrong
            case new
            /// This very content is deployed already.
            case same(Int)
            /// The version is deployed with another content.
            case taken
        }
    }

    package func examine(_ upload: Upload) throws -> Examined {
        var files = CatalogFiles(
            workflows: [.init(path: upload.file, text: upload.source)],
            runbooks: ground.runbooks.filter { upload.runbooks[$0.name] == nil },
            queues: ground.queues,
            calendars: ground.calendars
        )
        let own = upload.runbooks.sorted { $0.key < $1.key }.map {
            CatalogFiles.File(path: "Runbooks/\($0.key).md", text: $0.value)
        }
        files.runbooks += own
        let catalog = Catalog.load(
            files,
            .init(
                functions: engine.actions.values.map { .init($0.signature) },
                deployed: Set(engine.library.workflows.map { Vocabulary.WorkflowName($0.workflow.document) }),
                today: engine.clock.now()
            )
        )
        let told = Set([upload.file] + own.map(\.path))
        let findings = catalog.files.filter { told.contains($0.file) }
        guard !findings.contains(where: { $0.diagnostics.contains(where: \.isError) }),
            let definition = catalog.definitions.values.first
        else { return Examined(files: findings, definition: nil, standing: .wrong, previous: nil) }
        let document = definition.workflow.document
        let others = try engine.store.deployments().filter {
            $0.deployment.namespace == document.namespace && $0.deployment.name == document.name
        }
        let taken = others.first { $0.deployment.version == document.version }
        let standing: Examined.Standing =
            taken.map { $0.deployment.hash == definition.workflow.hash ? .same($0.number) : .taken } ?? .new
        let previous = others.filter { $0.deployment.version != document.version }
            .max { Version.isOlder($0.deployment.version, $1.deployment.version) }
        return Examined(files: findings, definition: definition, standing: standing, previous: taken ?? previous)
    }

    /// Stores a version that has been examined, and takes it into use; the same content again changes nothing.
    ///
    /// `then`: gets its number, or `StoreError.versionTaken`, which is in the journal then.
    package func deploy(
        _ definition: Catalog.Definition,
        by actuation: Actuation,
        then: @escaping @Sendable (Result<Int, any Error>) -> Void
    ) {
        do {
            let (number, found) = try number(for: definition)
            if found { return then(.success(number)) }
            let document = definition.workflow.document
            let deployment = definition.deployment(at: engine.clock.now())
            var commit = Commit()
            commit.deployments = [StoredDeployment(number: number, deployment: deployment)]
            let detail: JSON = ["hash": .string(definition.workflow.hash.hex)]
            let entry = entry("workflow.deployed", document, number, actuation, detail: detail)
            commit.entries = [entry.sealed(nonce: Nonce.next())]
            let (engine, library) = (engine, engine.library)
            engine.submit(commit) { result in
                if case .success = result {
                    library.add(definition.workflow, number: number, runbooks: definition.runbooks)
                    library.takeIntoForce(document.namespace, document.name, ifAny: true)
                    engine.scheduler.ring()
                }
                then(result.map { number }.mapError { $0 })
            }
        } catch {
            if case StoreError.versionTaken? = error as? StoreError {
                var refusal = entry("workflow.deployed", definition.workflow.document, 0, actuation, detail: .null)
                refusal.refusal = "version-taken"
                engine.note(refusal)
            }
            then(.failure(error))
        }
    }

    private func number(for definition: Catalog.Definition) throws -> (Int, found: Bool) {
        let document = definition.workflow.document
        let all = try engine.store.deployments()
        let same = all.first {
            $0.deployment.namespace == document.namespace && $0.deployment.name == document.name
                && $0.deployment.version == document.version
        }
        guard let same else {
            let stored = all.map(\.number).max() ?? 0
            let number = lastNumber.withLock { last in
                last = max(last, stored) + 1
                return last
            }
            return (number, false)
        }
        guard same.deployment.hash == definition.workflow.hash else {
            throw StoreError.versionTaken("\(document.namespace)/\(document.name):\(document.version)")
        }
        return (same.number, true)
    }

    // MARK: Activating

    static let activeKind = "workflow.active"

    /// Which version new instances get; `nil`: the newest, whichever that is. Its schedule, where it has one, is in
    /// force from then on.
    package func activate(
        _ number: Int?,
        of document: Workflow.Document,
        by actuation: Actuation,
        then: @escaping @Sendable (Result<Void, any Error>) -> Void
    ) {
        let (namespace, name, engine, library) = (document.namespace, document.name, engine, engine.library)
        let before = library.chosen(namespace, name).flatMap { try? library.workflow($0).document.version }
        let workflow = number.flatMap { try? library.workflow($0) }
        var body: JSON.Object = [:]
        body["version"] = workflow.map { .string($0.document.version) }
        var detail: JSON.Object = ["before": before.map(JSON.string) ?? .null]
        detail["after"] = .some(workflow.map { .string($0.document.version) } ?? .null)
        detail["hash"] = workflow.map { .string($0.hash.hex) }
        let entry = entry("workflow.activated", document, number ?? 0, actuation, detail: .object(detail))
        let change = RecordChange(
            kind: Self.activeKind,
            key: "\(namespace)/\(name)",
            body: .object(body),
            expecting: .any
        )
        engine.write([change], entry: entry) { result in
            if case .success = result {
                library.choose(number, of: namespace, name)
                library.takeIntoForce(namespace, name)
                engine.scheduler.ring()
            }
            then(result)
        }
    }

    /// Reads which versions were chosen before the program started, and takes them into force.
    package static func restore(_ library: Library, from store: any Store) throws {
        for record in try store.records(RecordQuery(kind: activeKind)) {
            let parts = record.key.split(separator: "/", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { continue }
            let version = record.body["version"]?.asString
            library.choose(version.flatMap { try? library.number(parts[0], parts[1], $0) }, of: parts[0], parts[1])
            library.takeIntoForce(parts[0], parts[1])
        }
    }

    private func entry(
        _ action: String,
        _ document: Workflow.Document,
        _ number: Int,
        _ actuation: Actuation,
        detail: JSON
    ) -> Entry {
        Entry(
            at: engine.clock.now(),
            actor: actuation.actor,
            channel: actuation.channel,
            action: action,
            object: .init(
                kind: "workflow",
                id: Identifier(value: Int64(max(1, number))),
                part: "\(document.namespace)/\(document.name):\(document.version)"
            ),
            detail: detail,
            confidential: actuation.reason.map { ["reason": .string($0)] } ?? [:],
            requestID: actuation.requestID
        )
    }
}

extension Vocabulary.WorkflowName {
    init(_ document: Workflow.Document) {
        self.init(namespace: document.namespace, name: document.name, version: document.version)
    }
}
