package import JSON
package import SirdarCore
package import SirdarEngine

/// A stored copy of a machine's disks, from its request to its end.
package struct Image: Sendable, Hashable {
    package let id: Identifier
    package var name: String
    package var description: String
    package var project: String
    package var location: String
    /// `workstation` or `renderNode`.
    package var type: String
    package var state: State
    package var isGolden: Bool
    /// The projects that a golden image is shared with; `nil`: with all.
    package var sharedWith: [String]?
    /// What its cloud calls it, once it is there.
    package var ref: ImageRef?
    package var digest: String?
    package var storedBytes: Int64?
    package var sourceMachine: String?
    package var sourceImage: Identifier?
    package var request: Identifier?
    package var requester: String
    package var createdAt: Timestamp
    package var builtAt: Timestamp?
    /// Why it failed, or what happened to it, in words.
    package var note: String?
    /// How often its making has begun anew. A cloud's key is spent once used, so what follows a making that is known to
    /// have failed needs another.
    package var makings = 0
    /// The same of the machine that is made on its account.
    package var builders = 0
    /// The cloud has been told to forget it, so it can no longer be used; its bytes may still be there.
    package var isDeregistered = false
    /// An in-between copy: belongs to a request, is in no list, and is deleted at the end.
    package var isInternal: Bool

    package static let kind = "image"

    package enum State: String, Sendable, Hashable, CaseIterable {
        /// Requested, not yet being worked on. Can go to building, failed, withdrawn.
        case saved
        /// Being worked on. Can go to built, failed, withdrawn.
        case building
        /// Ready to be used. Can go to deletionRequested, lost.
        case built
        /// Given up, and everything that had begun undone; final.
        case failed
        /// Taken back by its requester; final.
        case withdrawn
        /// In no dropdown any more. Can go to deleting, and back to what it was.
        case deletionRequested
        /// Its bytes are going. Can go to deleted, built, lost.
        case deleting
        /// Its bytes are gone; final.
        case deleted
        /// The cloud no longer has it, though its deletion did not come to its end. Can go to deletionRequested.
        case lost

        /// Its name is free for another.
        package var freesName: Bool {
            switch self {
            case .failed, .withdrawn, .deleted: true
            case .saved, .building, .built, .deletionRequested, .deleting, .lost: false
            }
        }
    }

    package init(
        id: Identifier,
        name: String,
        description: String = "",
        project: String,
        location: String,
        type: String,
        state: State = .saved,
        requester: String,
        createdAt: Timestamp
    ) {
        self.id = id
        self.name = name
        self.description = description
        self.project = project
        self.location = location
        self.type = type
        self.state = state
        self.requester = requester
        self.createdAt = createdAt
        isGolden = false
        isInternal = false
    }

    /// The key under which its cloud makes it, and finds it again.
    package var cloudKey: String { makings == 0 ? "image-\(id)" : "image-\(id)-\(makings)" }

    /// What its cloud calls it: the project, the name in plain letters, and the end of its identifier.
    package var cloudName: String {
        var slug = ""
        for character in name.lowercased() {
            if character.isASCII, character.isLetter || character.isNumber {
                slug.append(character)
            } else if slug.last != "-", !slug.isEmpty {
                slug.append("-")
            }
        }
        return "\(project)-\(slug.prefix(40))-\(id.suffix)"
    }
}

extension Image {
    package init?(_ record: Record) {
        let body = record.body
        guard let id = Identifier(record.key), let name = body["name"]?.asString,
            let state = body["state"]?.asString.flatMap(State.init(rawValue:)),
            let createdAt = body["createdAt"]?.asString.flatMap(Timestamp.init)
        else { return nil }
        self.init(
            id: id,
            name: name,
            description: body["description"]?.asString ?? "",
            project: record.scope,
            location: body["location"]?.asString ?? "",
            type: body["type"]?.asString ?? "",
            state: state,
            requester: body["requester"]?.asString ?? "",
            createdAt: createdAt
        )
        isGolden = body["golden"]?.asBool ?? false
        sharedWith = body["sharedWith"]?.asArray?.compactMap(\.asString)
        ref = body["ref"].flatMap(ImageRef.init(json:))
        digest = body["digest"]?.asString
        storedBytes = body["storedBytes"]?.asInt.map(Int64.init)
        sourceMachine = body["sourceMachine"]?.asString
        sourceImage = body["sourceImage"]?.asString.flatMap(Identifier.init)
        request = body["request"]?.asString.flatMap(Identifier.init)
        builtAt = body["builtAt"]?.asString.flatMap(Timestamp.init)
        note = body["note"]?.asString
        isInternal = body["internal"]?.asBool ?? false
        makings = body["makings"]?.asInt ?? 0
        builders = body["builders"]?.asInt ?? 0
        isDeregistered = body["deregistered"]?.asBool ?? false
    }

    package var body: JSON {
        var object: JSON.Object = [
            "name": .string(name), "description": .string(description), "location": .string(location),
            "type": .string(type), "state": .string(state.rawValue), "golden": .bool(isGolden),
            "requester": .string(requester), "createdAt": .string(createdAt.description), "internal": .bool(isInternal),
        ]
        object["sharedWith"] = sharedWith.map { .array($0.map(JSON.string)) }
        object["ref"] = ref?.json
        object["digest"] = digest.map(JSON.string)
        object["storedBytes"] = storedBytes.map { .number(JSON.Number(Int($0))) }
        object["sourceMachine"] = sourceMachine.map(JSON.string)
        object["sourceImage"] = sourceImage.map { .string($0.description) }
        object["request"] = request.map { .string($0.description) }
        object["builtAt"] = builtAt.map { .string($0.description) }
        object["note"] = note.map(JSON.string)
        if makings > 0 { object["makings"] = .number(JSON.Number(makings)) }
        if builders > 0 { object["builders"] = .number(JSON.Number(builders)) }
        if isDeregistered { object["deregistered"] = true }
        return .object(object)
    }

    /// The name by which it is unique in its project, while it has one.
    private var uniqueName: String? { state.freesName || isInternal ? nil : name }

    package var added: RecordChange {
        RecordChange(
            kind: Self.kind,
            key: id.description,
            scope: project,
            name: uniqueName,
            body: body,
            expecting: .absent
        )
    }

    package func changed(from record: Record) -> RecordChange { record.changed(to: body, name: uniqueName) }

    /// What a workflow is told of it.
    package var json: JSON {
        [
            "id": .string(id.description), "name": .string(name), "project": .string(project), "type": .string(type),
            "location": .string(location), "golden": .bool(isGolden), "ref": ref?.json ?? .null,
        ]
    }
}

extension ImageRef {
    package init?(json: JSON) {
        guard let location = json["location"]?.asString, let id = json["id"]?.asString else { return nil }
        self.init(location: location, id: id)
    }

    package var json: JSON { ["location": .string(location), "id": .string(id)] }
}

extension MachineRef {
    package init?(json: JSON) {
        guard let location = json["location"]?.asString, let id = json["id"]?.asString else { return nil }
        self.init(location: location, id: id)
    }

    package var json: JSON { ["location": .string(location), "id": .string(id)] }
}

/// What somebody asked for.
package struct ImageRequest: Sendable, Hashable {
    package let id: Identifier
    package let kind: RequestKind
    package let image: Identifier
    package let project: String
    package let requester: String
    package let createdAt: Timestamp
    package var state: State
    package var instance: Identifier?
    package var note: String?
    /// What it is about, in words, where that is more than an image.
    package var about: String?

    package static let kind = "request"

    package enum State: String, Sendable, Hashable, CaseIterable {
        /// Stored, nothing done that anybody could see. Can go to building, failed, withdrawn.
        case saved
        /// Being worked on. Can go to done, failed, withdrawn.
        case building
        /// Final.
        case done
        /// Final.
        case failed
        /// Final.
        case withdrawn

        package var isOpen: Bool { self == .saved || self == .building }
    }

    package init(
        id: Identifier,
        kind: RequestKind,
        image: Identifier,
        project: String,
        requester: String,
        createdAt: Timestamp,
        instance: Identifier?
    ) {
        self.id = id
        self.kind = kind
        self.image = image
        self.project = project
        self.requester = requester
        self.createdAt = createdAt
        self.instance = instance
        state = .saved
    }

    package init?(_ record: Record) {
        let body = record.body
        guard let id = Identifier(record.key), let kind = body["kind"]?.asString.flatMap(RequestKind.init(rawValue:)),
            let image = body["image"]?.asString.flatMap(Identifier.init),
            let state = body["state"]?.asString.flatMap(State.init(rawValue:)),
            let createdAt = body["createdAt"]?.asString.flatMap(Timestamp.init)
        else { return nil }
        self.init(
            id: id,
            kind: kind,
            image: image,
            project: record.scope,
            requester: body["requester"]?.asString ?? "",
            createdAt: createdAt,
            instance: body["instance"]?.asString.flatMap(Identifier.init)
        )
        self.state = state
        note = body["note"]?.asString
        about = body["about"]?.asString
    }

    package var body: JSON {
        var object: JSON.Object = [
            "kind": .string(kind.rawValue), "image": .string(image.description), "state": .string(state.rawValue),
            "requester": .string(requester), "createdAt": .string(createdAt.description),
        ]
        object["instance"] = instance.map { .string($0.description) }
        object["note"] = note.map(JSON.string)
        object["about"] = about.map(JSON.string)
        return .object(object)
    }

    package var added: RecordChange {
        RecordChange(kind: Self.kind, key: id.description, scope: project, body: body, expecting: .absent)
    }
}
