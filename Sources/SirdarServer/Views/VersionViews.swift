import JSON
import SirdarCore
import SirdarEngine

/// The versions of one workflow, the newest first.
struct VersionList: Sendable {
    struct Row: Sendable {
        let number: Int
        let workflow: Workflow
        let deployedAt: Timestamp
        let isActive: Bool
        /// Instances by status, those that there are.
        let counts: [(status: Instance.Status, count: Int)]

        var open: Int { counts.filter { !$0.status.isFinal }.map(\.count).reduce(0, +) }
    }

    let namespace: String
    let name: String
    /// Whether somebody chose the active one; otherwise it is the newest.
    let isChosen: Bool
    let rows: [Row]
}

extension Reading {
    /// - Throws: that there is no such workflow.
    func versions(_ namespace: String, _ name: String) throws -> VersionList {
        let (current, counts) = (library.current(namespace, name)?.number, try store.workflowCounts())
        let stored = Dictionary(try store.deployments().map { ($0.number, $0.deployment.at) }) { first, _ in first }
        let rows = library.workflows.filter {
            $0.workflow.document.namespace == namespace && $0.workflow.document.name == name
        }
        .sorted { Version.isOlder($1.workflow.document.version, $0.workflow.document.version) }
        .map { number, workflow in
            VersionList.Row(
                number: number,
                workflow: workflow,
                deployedAt: stored[number] ?? now,
                isActive: number == current,
                counts: counts.filter { $0.workflow == number && $0.count > 0 }
                    .sorted { $0.status.rawValue < $1.status.rawValue }.map { ($0.status, $0.count) }
            )
        }
        guard !rows.isEmpty else { throw Trouble.notFound("workflow") }
        return VersionList(
            namespace: namespace,
            name: name,
            isChosen: library.chosen(namespace, name) != nil,
            rows: rows
        )
    }

    func deployment(_ name: Vocabulary.WorkflowName) throws -> StoredDeployment {
        let number = try? library.number(name.namespace, name.name, name.version)
        guard let number, let stored = try store.deployments().first(where: { $0.number == number }) else {
            throw Trouble.notFound("workflow")
        }
        return stored
    }

    /// The version of this name, or the newest one before `new`; `nil` where there is none before it.
    func deployment(before new: StoredDeployment, named version: String) throws -> StoredDeployment? {
        let document = new.deployment
        if !version.isEmpty {
            let name = Vocabulary.WorkflowName(namespace: document.namespace, name: document.name, version: version)
            return try deployment(name)
        }
        return try store.deployments().filter {
            $0.deployment.namespace == document.namespace && $0.deployment.name == document.name
                && Version.isOlder($0.deployment.version, document.version)
        }
        .max { Version.isOlder($0.deployment.version, $1.deployment.version) }
    }

    func difference(from old: StoredDeployment, to new: StoredDeployment) throws -> VersionDifference {
        VersionDifference(from: try side(old), to: try side(new))
    }

    private func side(_ stored: StoredDeployment) throws -> VersionDifference.Side {
        let deployment = stored.deployment
        return .init(
            try library.workflow(stored.number),
            source: deployment.source,
            runbooks: deployment.runbooks
        )
    }

    // MARK: JSON

    func json(_ list: VersionList) throws -> JSON {
        [
            "namespace": .string(list.namespace), "name": .string(list.name),
            "title": .string(list.rows.first?.workflow.document.title ?? ""), "chosen": .bool(list.isChosen),
            "versions": .array(list.rows.map(json)),
        ]
    }

    private func json(_ row: VersionList.Row) -> JSON {
        var instances: JSON.Object = [:]
        for (status, count) in row.counts { instances[status.name] = .number(JSON.Number(count)) }
        return [
            "number": .number(JSON.Number(row.number)), "version": .string(row.workflow.document.version),
            "hash": .string(row.workflow.hash.hex), "deployed_at": .string(row.deployedAt.description),
            "active": .bool(row.isActive), "instances": .object(instances),
        ]
    }

    func json(_ stored: StoredDeployment) -> JSON.Object {
        let deployment = stored.deployment
        return [
            "number": .number(JSON.Number(stored.number)), "namespace": .string(deployment.namespace),
            "name": .string(deployment.name), "version": .string(deployment.version),
            "hash": .string(deployment.hash.hex), "deployed_at": .string(deployment.at.description),
            "active": .bool(library.current(deployment.namespace, deployment.name)?.number == stored.number),
        ]
    }

    func json(_ difference: VersionDifference, from old: String, to new: String) -> JSON {
        [
            "from": .string(old), "to": .string(new),
            "steps": [
                "added": .array(difference.added.map(JSON.string)),
                "removed": .array(difference.removed.map(JSON.string)),
            ],
            "runbooks": .array(difference.runbooks.map(JSON.string)),
            "lines": difference.lines.map { lines in
                .array(lines.map { .string($0.mark == .gap ? $0.mark.rawValue : "\($0.mark.rawValue) \($0.text)") })
            } ?? .null,
        ]
    }

    /// What an upload is, or has become; `number` is where it is kept.
    func json(_ examined: Versions.Examined, _ definition: Catalog.Definition, number: Int?) throws -> JSON {
        let document = definition.workflow.document
        var json: JSON.Object = [
            "namespace": .string(document.namespace), "name": .string(document.name),
            "version": .string(document.version), "title": .string(document.title),
            "hash": .string(definition.workflow.hash.hex), "standing": .string(examined.standing.name),
            "number": number.map { .number(JSON.Number($0)) } ?? .null,
        ]
        let active = library.current(document.namespace, document.name)?.workflow.document.version
        json["active"] = active.map(JSON.string) ?? .null
        json["warnings"] = .array(
            examined.files.flatMap { file in file.diagnostics.map { .string($0.text(in: file.file)) } }
        )
        if let previous = examined.previous {
            let new = VersionDifference.Side(
                definition.workflow,
                source: definition.source,
                runbooks: definition.runbookSources
            )
            let difference = VersionDifference(from: try side(previous), to: new)
            json["difference"] = self.json(difference, from: previous.deployment.version, to: document.version)
        }
        return .object(json)
    }
}
