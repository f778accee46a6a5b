import JSON
import SirdarEngine

/// What of ours stands in the way of an image's deletion: profiles that make machines of it, and machines on the way.
struct ImageUses: Sendable {
    /// Of the image's own project, by name.
    let profiles: [String]
    /// How many other projects' profiles name it; what they are called is theirs.
    let foreignProfiles: Int
    /// Requests that make machines of it now.
    let orders: Int

    var isAny: Bool { !profiles.isEmpty || foreignProfiles > 0 || orders > 0 }

    init(of image: Image, _ records: any RecordReader) throws {
        let book = ProfileBook(records)
        let naming = try book.profiles(naming: image.id)
        profiles = naming.filter { $0.project == image.project }.map(\.name).sorted()
        foreignProfiles = naming.count - profiles.count
        orders = try book.all(ImageRequest.kind, scope: nil).compactMap(ImageRequest.init)
            .count { $0.kind == .machines && $0.image == image.id && $0.state.isOpen }
    }

    var json: JSON.Object {
        [
            "profiles": .array(profiles.map(JSON.string)), "foreignProfiles": .number(JSON.Number(foreignProfiles)),
            "orders": .number(JSON.Number(orders)),
        ]
    }
}

extension JSON.Object {
    func merging(_ other: JSON.Object) -> JSON.Object {
        var whole = self
        for (key, value) in other { whole[key] = value }
        return whole
    }
}
