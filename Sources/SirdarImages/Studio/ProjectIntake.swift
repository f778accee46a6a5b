package import JSON
import SirdarCore
package import SirdarEngine
import SirdarJournal

/// A project as another system hands it in, and what that changes. Nothing is kept by making one.
package struct ProjectIntake: Sendable {
    package let before: Project?
    package let after: Project
    fileprivate let record: Record?

    /// A part of the project that becomes another.
    package struct Change: Sendable, Hashable {
        package let pointer: JSON.Pointer
        /// `nil`: it was not there.
        package let before: JSON?
        package let after: JSON?
    }

    package var isNew: Bool { before == nil }

    /// In the order of the pointers; none when everything is so already.
    package var changes: [Change] {
        let (old, new) = (Self.leaves(before?.json ?? [:]), Self.leaves(after.json))
        let pointers = Set(old.keys).union(new.keys).sorted { $0.description < $1.description }
        return pointers.compactMap { pointer in
            old[pointer] == new[pointer] ? nil : Change(pointer: pointer, before: old[pointer], after: new[pointer])
        }
    }

    private static func leaves(_ json: JSON, _ pointer: JSON.Pointer = .root) -> [JSON.Pointer: JSON] {
        guard case .object(let object) = json else { return [pointer: json] }
        return object.reduce(into: [:]) { leaves, member in
            leaves.merge(self.leaves(member.value, pointer.appending(member.key))) { _, last in last }
        }
    }
}

extension ImageStudio {
    /// Checks a project as the files of `config/projects/` are checked. `body` has the members of such a file; `code`
    /// may be left out.
    ///
    /// - Throws: `StudioRefusal` with everything that is wrong, or when it may not become so now.
    package func intake(_ body: JSON.Object, of code: String) throws -> ProjectIntake {
        guard !book.isOfFile(code) else {
            throw StudioRefusal(
                code: "kept-in-file",
                "The project \(code) is kept in config/projects/\(code).yaml. Change it there, and start the server "
                    + "again."
            )
        }
        var body = JSON.object(body).withoutNulls.asObject ?? [:]
        if body["code"] == nil { body["code"] = .string(code) }
        let source = LocatedJSON(.object(body))
        let findings = Findings()
        let read = Project.read(source.root, locations: try locations(), as: .address(code), findings)
        guard let after = read, !findings.hasErrors else {
            throw StudioRefusal(
                status: 422,
                code: "invalid",
                "The project cannot be taken as it is.",
                errors: findings.inOrder.map { FieldError(pointer: source.pointer(of: $0.place).description, $0.words) }
            )
        }
        let record = try engine.store.record(Project.kind, code)
        let before = record.flatMap(Project.init)
        if let before, before.location != after.location { try expectEmpty(before) }
        return ProjectIntake(before: before, after: after, record: record)
    }

    /// What is at a location does not move because a project is said to be elsewhere.
    private func expectEmpty(_ project: Project) throws {
        let machines = try cloud.machines(in: project.location, project: project.code, by: deadline).map(\.name)
        let images = try engine.store.records(RecordQuery(kind: Image.kind, scope: project.code, limit: .max))
            .compactMap(Image.init).filter { !$0.state.freesName }.map(\.name)
        guard let first = (machines + images).first else { return }
        let count = machines.count + images.count
        throw StudioRefusal(
            code: "project-in-use",
            "In \(project.location) the project has \(first)\(count == 1 ? "" : " and \(count - 1) more"), which would "
                + "not move. Make another project for the other location."
        )
    }

    /// Keeps what was handed in. When nothing changes, nothing is written.
    package func keep(
        _ intake: ProjectIntake,
        by actuation: Actuation,
        then: @escaping @Sendable (Result<Void, any Error>) -> Void
    ) {
        let changes = intake.changes
        guard !changes.isEmpty else { return then(.success(())) }
        let (write, id) = intake.write(engine.identifiers.next())
        let entry = Entry(
            at: engine.clock.now(),
            actor: actuation.actor,
            channel: actuation.channel,
            action: intake.isNew ? "project.added" : "project.changed",
            object: .init(kind: Project.kind, id: id, part: intake.after.code),
            detail: [
                "project": .string(intake.after.code), "before": intake.before?.json ?? .null,
                "after": intake.after.json,
            ],
            requestID: actuation.requestID
        )
        let book = book
        engine.write([write], entry: entry) { result in
            if case .success = result { book.take(intake.after) }
            then(result)
        }
    }
}

extension ProjectIntake {
    /// The record's change, and the identifier under which the journal has the project: `fresh` when it is new.
    fileprivate func write(_ fresh: Identifier) -> (RecordChange, Identifier) {
        let id = record?.body["id"]?.asString.flatMap(Identifier.init) ?? fresh
        var body = after.json.asObject ?? [:]
        body["id"] = .string(id.description)
        guard let record else {
            let added = RecordChange(
                kind: Project.kind,
                key: after.code,
                scope: after.code,
                body: .object(body),
                expecting: .absent
            )
            return (added, id)
        }
        return (record.changed(to: .object(body)), id)
    }
}

extension JSON {
    /// Without members that are `null`, which is as good as saying nothing.
    fileprivate var withoutNulls: JSON {
        guard case .object(let object) = self else { return self }
        return .object(JSON.Object(object.compactMap { $0.value.isNull ? nil : ($0.key, $0.value.withoutNulls) }))
    }
}
