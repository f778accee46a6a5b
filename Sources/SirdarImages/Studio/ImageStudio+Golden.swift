import JSON
package import SirdarCore
package import SirdarEngine
import SirdarJournal

// Golden images: marked after a scan, which is a request of its own; unmarked at once.
extension ImageStudio {
    func planGolden(_ id: Identifier, _ codes: [String]?, _ requester: String) throws -> Plan {
        let image = try built(id)
        let unknown = (codes ?? []).filter { book[$0] == nil }
        guard unknown.isEmpty else {
            let sentence = "There is no project \(unknown.joined(separator: ", "))."
            throw Self.invalid("/shared_with", sentence)
        }
        guard codes?.isEmpty != true else {
            throw Self.invalid("/shared_with", "Say with which projects it is shared, or with all.")
        }
        guard let record = try engine.store.record(Image.kind, id.description) else {
            throw StudioRefusal(status: 404, code: "not-found", "There is no image \(id).")
        }
        var request = ImageRequest(
            id: engine.identifiers.next(),
            kind: .golden,
            image: image.id,
            project: image.project,
            requester: requester,
            createdAt: engine.clock.now(),
            instance: engine.identifiers.next()
        )
        let sharing = codes.map { Array(Set($0)).sorted() }
        request.about = "\(image.name), shared with \(sharing?.joined(separator: ", ") ?? "all projects")"
        let input: JSON.Object = ["sharedWith": sharing.map { .array($0.map(JSON.string)) } ?? "all"]
        return try plan(request, image, input, [request.added, record.changed(to: record.body)])
    }

    package func endGolden(
        _ id: Identifier,
        by actuation: Actuation,
        then: @escaping @Sendable (Result<StudioImage, any Error>) -> Void
    ) {
        do {
            guard let record = try engine.store.record(Image.kind, id.description), var image = Image(record) else {
                throw StudioRefusal(status: 404, code: "not-found", "There is no image \(id).")
            }
            guard image.isGolden else {
                throw StudioRefusal(code: "not-golden", "The image \(image.name) is not golden.")
            }
            let before = Self.sharing(image)
            (image.isGolden, image.sharedWith) = (false, nil)
            let entry = Entry(
                at: engine.clock.now(),
                actor: actuation.actor,
                channel: actuation.channel,
                action: "image.goldenEnded",
                object: .init(kind: Image.kind, id: id),
                detail: ["project": .string(image.project), "before": before, "after": .null],
                confidential: actuation.reason.map { ["reason": .string($0)] } ?? [:],
                requestID: actuation.requestID
            )
            engine.write([image.changed(from: record)], entry: entry) { result in
                then(
                    Result {
                        try result.get()
                        guard let shown = try self.image(id) else { throw StoreError.unavailable("an image is gone") }
                        return shown
                    }
                )
            }
        } catch { then(.failure(error)) }
    }

    private static func sharing(_ image: Image) -> JSON {
        image.sharedWith.map { .array($0.map(JSON.string)) } ?? "all"
    }

    package func sharedImages(with projects: Set<String>) throws -> [StudioImage] {
        let images = try ProfileBook(engine.store).all(Image.kind, scope: nil).compactMap(Image.init).filter { image in
            !projects.contains(image.project) && !image.state.freesName && !image.isInternal
                && projects.contains(where: image.isShared)
        }
        return try images.sorted { $0.id > $1.id }.map { try shown($0, nil) }
    }
}
