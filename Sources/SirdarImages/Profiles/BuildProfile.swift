package import JSON
package import SirdarCore
package import SirdarEngine

/// A template for new machines of a project: which image they are made of.
///
/// It is never removed: one that is retired makes no machines any more, frees its name, and stays for whoever asks
/// where a machine came from.
package struct BuildProfile: Sendable, Hashable {
    package let id: Identifier
    package let project: String
    package var name: String
    package var description: String
    /// `workstation` or `renderNode`.
    package let type: String
    package var image: Identifier
    /// The person's identifier.
    package let madeBy: String
    package let createdAt: Timestamp
    package var retiredAt: Timestamp?

    package static let kind = "profile"
    /// What machines are made for; others are the installation's own.
    package static let types = ["workstation", "renderNode"]
    package static let nameBytesMax = 100
    package static let descriptionBytesMax = 2000
    /// Those of a project that are in use.
    package static let countMax = 200

    package var isRetired: Bool { retiredAt != nil }

    package init(
        id: Identifier,
        project: String,
        name: String,
        description: String = "",
        type: String,
        image: Identifier,
        madeBy: String,
        createdAt: Timestamp
    ) {
        self.id = id
        self.project = project
        self.name = name
        self.description = description
        self.type = type
        self.image = image
        self.madeBy = madeBy
        self.createdAt = createdAt
    }

    package init?(_ record: Record) {
        let body = record.body
        guard record.kind == Self.kind, let id = Identifier(record.key), let name = body["name"]?.asString,
            let type = body["type"]?.asString, let image = body["image"]?.asString.flatMap(Identifier.init),
            let createdAt = body["createdAt"]?.asString.flatMap(Timestamp.init)
        else { return nil }
        self.init(
            id: id,
            project: record.scope,
            name: name,
            description: body["description"]?.asString ?? "",
            type: type,
            image: image,
            madeBy: body["madeBy"]?.asString ?? "",
            createdAt: createdAt
        )
        retiredAt = body["retiredAt"]?.asString.flatMap(Timestamp.init)
    }

    package var body: JSON {
        var object: JSON.Object = [
            "name": .string(name), "description": .string(description), "type": .string(type),
            "image": .string(image.description), "madeBy": .string(madeBy),
            "createdAt": .string(createdAt.description),
        ]
        object["retiredAt"] = retiredAt.map { .string($0.description) }
        return .object(object)
    }

    /// The name by which it is unique in its project, while it is in use.
    private var uniqueName: String? { isRetired ? nil : name }

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
}
