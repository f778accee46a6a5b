import JSON
package import SirdarCore
package import SirdarEngine
import SirdarJournal

/// Makes, changes and retires build profiles. Who may is decided before it is asked.
package struct ProfileDesk: Sendable {
    private let engine: Engine
    private let book: ProfileBook

    package init(_ engine: Engine) {
        self.engine = engine
        book = ProfileBook(engine.store)
    }

    /// What somebody writes into a profile; `nil` leaves a thing as it is.
    package struct Draft: Sendable, Hashable {
        package var name: String?
        package var description: String?
        package var image: Identifier?

        package init(name: String? = nil, description: String? = nil, image: Identifier? = nil) {
            self.name = name
            self.description = description
            self.image = image
        }
    }

    /// Where profiles are made and changed.
    package struct Place: Sendable, Hashable {
        let project: String
        let location: String

        package init(_ project: StudioProject) { (self.project, location) = (project.code, project.location) }
    }

    package typealias Answer = @Sendable (Result<BuildProfile, any Error>) -> Void

    package func add(
        _ draft: Draft,
        type: String,
        to place: Place,
        by actuation: Actuation,
        then: @escaping Answer
    ) {
        answer(by: actuation, then) {
            var errors = Self.faults(draft)
            if !BuildProfile.types.contains(type) {
                let sentence = "The type must be one of: \(BuildProfile.types.joined(separator: ", "))."
                errors.append(FieldError(pointer: "/type", sentence))
            }
            if draft.name == nil { errors.append(FieldError(pointer: "/name", "The build profile needs a name.")) }
            let (image, fault) = try chosen(draft.image, place, type)
            if let fault { errors.append(fault) }
            guard errors.isEmpty, let name = draft.name, let image else { throw Self.invalid(errors) }
            guard try book.profiles(of: place.project).count(where: { !$0.isRetired }) < BuildProfile.countMax else {
                throw StudioRefusal(
                    code: "too-many-profiles",
                    "\(place.project) has \(BuildProfile.countMax) build profiles. Retire one first."
                )
            }
            let profile = BuildProfile(
                id: engine.identifiers.next(),
                project: place.project,
                name: name,
                description: draft.description ?? "",
                type: type,
                image: image.image.id,
                madeBy: actuation.actor.id,
                createdAt: engine.clock.now()
            )
            // The image is touched, so that whoever asks meanwhile for its deletion is not overlooked, and does not
            // overlook this.
            let changes = [profile.added, image.record.changed(to: image.record.body)]
            return (profile, changes, "profile.added", ["before": [:], "after": profile.body])
        }
    }

    /// `record`: the profile as it was when it was looked at; it is changed only if it is still so.
    package func change(
        _ record: Record,
        to draft: Draft,
        in place: Place,
        by actuation: Actuation,
        then: @escaping Answer
    ) {
        answer(by: actuation, then) {
            guard let found = BuildProfile(record) else { throw Self.unknown }
            guard !found.isRetired else { throw Self.isRetired(found) }
            var errors = Self.faults(draft)
            var (profile, changes) = (found, [RecordChange]())
            profile.name = draft.name ?? found.name
            profile.description = draft.description ?? found.description
            // What is there already may stay, even if it could no longer be chosen.
            if let id = draft.image, id != found.image {
                let (image, fault) = try chosen(id, place, found.type)
                if let fault { errors.append(fault) }
                if let image {
                    profile.image = image.image.id
                    changes.append(image.record.changed(to: image.record.body))
                }
            }
            guard errors.isEmpty else { throw Self.invalid(errors) }
            changes.append(profile.changed(from: record))
            return (profile, changes, "profile.changed", ["before": found.body, "after": profile.body])
        }
    }

    package func retire(_ record: Record, by actuation: Actuation, then: @escaping Answer) {
        answer(by: actuation, then) {
            guard var profile = BuildProfile(record) else { throw Self.unknown }
            guard !profile.isRetired else { throw Self.isRetired(profile) }
            profile.retiredAt = engine.clock.now()
            return (profile, [profile.changed(from: record)], "profile.retired", ["name": .string(profile.name)])
        }
    }

    // MARK: Parts

    private typealias Plan = (profile: BuildProfile, changes: [RecordChange], action: String, detail: JSON.Object)

    private func answer(by actuation: Actuation, _ then: @escaping Answer, _ plan: () throws -> Plan) {
        let made: Plan
        do { made = try plan() } catch { return then(.failure(error)) }
        var detail = made.detail
        detail["project"] = .string(made.profile.project)
        let entry = Entry(
            at: engine.clock.now(),
            actor: actuation.actor,
            channel: actuation.channel,
            action: made.action,
            object: .init(kind: BuildProfile.kind, id: made.profile.id, part: made.profile.project),
            detail: .object(detail),
            confidential: actuation.reason.map { ["reason": .string($0)] } ?? [:],
            requestID: actuation.requestID
        )
        engine.write(made.changes, entry: entry) { result in
            then(
                Result {
                    do { try result.get() } catch StoreError.nameTaken(_, let name) {
                        let sentence = "The project has a build profile called \(name) already. Choose another name."
                        throw Self.invalid([FieldError(pointer: "/name", sentence)])
                    }
                    return made.profile
                }
            )
        }
    }

    /// The image that somebody chose, or what is in the way. Of an image that the project does not have, nothing is
    /// said that tells it from one that does not exist.
    private func chosen(
        _ id: Identifier?,
        _ place: Place,
        _ type: String
    ) throws -> (found: (image: Image, record: Record)?, fault: FieldError?) {
        guard let id else { return (nil, FieldError(pointer: "/image", "Choose an image.")) }
        guard let record = try engine.store.record(Image.kind, id.description), let image = Image(record),
            image.isSeen(in: place.project)
        else { return (nil, FieldError(pointer: "/image", "\(place.project) has no image \(id).")) }
        let choice = ImageChoice(image, for: (place.project, place.location), type: type)
        guard let refusal = choice.refusal else { return ((image, record), nil) }
        return (nil, FieldError(pointer: "/image", "The image \(image.name) cannot be chosen. \(refusal)"))
    }

    private static func faults(_ draft: Draft) -> [FieldError] {
        var errors: [FieldError] = []
        if let name = draft.name {
            if name.isEmpty { errors.append(FieldError(pointer: "/name", "The build profile needs a name.")) }
            if name.utf8.count > BuildProfile.nameBytesMax {
                let sentence = "The name is longer than \(BuildProfile.nameBytesMax) bytes."
                errors.append(FieldError(pointer: "/name", sentence))
            }
            if name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
                errors.append(FieldError(pointer: "/name", "The name has a character that cannot be shown."))
            }
        }
        if let description = draft.description, description.utf8.count > BuildProfile.descriptionBytesMax {
            errors.append(FieldError(pointer: "/description", "The description is longer than 2,000 bytes."))
        }
        return errors
    }

    private static func invalid(_ errors: [FieldError]) -> StudioRefusal {
        let sentence = errors.map(\.detail).joined(separator: " ")
        return StudioRefusal(status: 422, code: "invalid", sentence, errors: errors)
    }

    private static let unknown = StudioRefusal(status: 404, code: "not-found", "There is no such build profile.")

    private static func isRetired(_ profile: BuildProfile) -> StudioRefusal {
        StudioRefusal(
            code: "profile-retired",
            "The build profile \(profile.name) is retired. Make another one; this one stays as it was."
        )
    }
}
