import JSON
import SirdarCore
import SirdarEngine
import SirdarImages
import SirdarJournal

// Who may see and do what with projects, machines, images and requests: the same for pages and programs. What is not
// for somebody to see is, to them, not there.
extension Reading {
    func projects(for principal: Principal, only code: String = "") throws -> [StudioProject] {
        let projects = try studio.projects().filter { principal.may(.seeProject, in: .project($0.code)) }
        guard !code.isEmpty else { return projects }
        let found = projects.filter { $0.code == code }
        guard !found.isEmpty else { throw Trouble.notFound("project") }
        return found
    }

    func machine(
        _ name: String,
        for principal: Principal,
        to operation: Permissions.Operation
    ) throws -> StudioMachine {
        guard let machine = try studio.machine(named: name),
            principal.may(.seeProject, in: .project(machine.project))
        else { throw Trouble.notFound("machine") }
        guard principal.may(operation, in: .project(machine.project)) else { throw Trouble.denied(operation) }
        return machine
    }

    func image(_ id: Identifier, for principal: Principal, to operation: Permissions.Operation) throws -> StudioImage {
        guard let image = try studio.image(id), principal.may(.seeProject, in: .project(image.project)) else {
            throw Trouble.notFound("image")
        }
        guard principal.may(operation, in: .project(image.project)) else { throw Trouble.denied(operation) }
        return image
    }

    /// An image of one's own projects, or a golden one that is shared with them, of which less is told.
    func seenImage(_ id: Identifier, for principal: Principal) throws -> StudioImage {
        if let image = try studio.image(id), principal.may(.seeProject, in: .project(image.project)) { return image }
        guard let shared = try sharedImages(for: principal).first(where: { $0.id == id }) else {
            throw Trouble.notFound("image")
        }
        return shared
    }

    /// The golden images of other projects that somebody's projects have.
    func sharedImages(for principal: Principal) throws -> [StudioImage] {
        let own = Set(try projects(for: principal).map(\.code))
        return try studio.sharedImages(with: own).map(\.fromOutside)
    }

    /// The images that a list's address asks for, of the projects that somebody sees.
    func imageQuery(
        _ query: FormData,
        for principal: Principal,
        otherwise: ImageQuery.States,
        limit: Int,
        _ cursors: CursorSeal
    ) throws -> ImageQuery {
        guard let states = ImageQuery.States(query.text("state"), otherwise: otherwise) else {
            let known = ["all", "present"] + Image.State.allCases.map(\.rawValue)
            throw Trouble.invalid("/state", "`state` must be one of: \(known.joined(separator: ", ")).")
        }
        guard query.text("q").utf8.count <= 100 else {
            throw Trouble.invalid("/q", "What is searched for is longer than 100 bytes.")
        }
        return ImageQuery(
            projects: try projects(for: principal, only: query.text("project")).map(\.code),
            states: states,
            text: query.text("q"),
            isGolden: ["true", "on"].contains(query.text("golden")),
            before: try query["cursor"].flatMap { Identifier(try cursors.open($0, of: "images")) },
            limit: limit
        )
    }

    func request(
        _ id: Identifier,
        for principal: Principal,
        to operation: Permissions.Operation
    ) throws -> StudioRequest {
        guard let request = try studio.request(id), principal.may(.seeInstances, in: .project(request.project)) else {
            throw Trouble.notFound("request")
        }
        guard principal.may(operation, in: .project(request.project)) else { throw Trouble.denied(operation) }
        return request
    }

    func instance(_ id: Identifier, for principal: Principal) throws -> Instance {
        guard let instance = try store.instance(id), principal.maySee(instance) else {
            throw Trouble.notFound("instance")
        }
        return instance
    }

    /// - Throws: when the wish is not this person's to make; or not in that name.
    func check(_ wish: Wish, by principal: Principal) throws {
        switch wish.what {
        case .create(machine: let name, name: _, description: _):
            _ = try machine(name, for: principal, to: .requestImage)
        case .copy(image: let id, name: _, location: _), .delete(image: let id, reason: _):
            _ = try image(id, for: principal, to: .requestImage)
        case .golden(image: let id, projects: _): _ = try image(id, for: principal, to: .markGolden)
        case .machines(profile: let id, names: _): _ = try profile(id, for: principal, to: .createMachines)
        case .adapt(image: let id, name: _, project: let project):
            _ = try image(id, for: principal, to: .requestImage)
            guard principal.may(.requestImage, in: .project(project)) else {
                throw Trouble.invalid("/project", "There is no project \(project), or you are not a member of it.")
            }
        }
        guard let other = wish.onBehalfOf else { return }
        guard principal.mayActForOthers else { throw Trouble.denied(.requestImage) }
        guard let person = try people.person(other), !person.isDisabled else {
            throw Trouble.invalid("/on_behalf_of", "There is nobody with this identifier.")
        }
        try check(Wish(wish.what), by: Principal(person: person, proof: principal.proof))
    }
}

extension Principal {
    /// The projects whose requests this person sees; `nil` is every project.
    var projectScope: Set<String>? {
        person.projects.contains(Person.everyProject) ? nil : person.projects
    }

    /// An operator on behalf of a requester; a service only with a token that says so.
    var mayActForOthers: Bool {
        switch proof {
        case .session: person.roles.contains(.operator) || person.roles.contains(.supervisor)
        case .token(let token): token.scopes.contains(.onBehalfOf)
        }
    }

    func maySee(_ instance: Instance) -> Bool { may(.seeInstances, in: .project(instance.origin.scope)) }
}

extension Server {
    func submit(_ wish: Wish, _ context: AppContext, _ channel: Entry.Channel) async throws -> StudioRequest {
        let (principal, studio) = (try context.person(), studio)
        var actuation = try context.actuation(channel)
        if let other = wish.onBehalfOf {
            actuation.actor = Entry.Actor(
                id: actuation.actor.id,
                kind: actuation.actor.kind,
                onBehalfOf: other.description,
                session: actuation.actor.session
            )
        }
        try await read { reading in try reading.check(wish, by: principal) }
        let final = actuation
        return try await blocking.answer { then in studio.submit(wish, by: final, then: then) }
    }

    func endGolden(
        _ id: Identifier,
        reason: String?,
        _ context: AppContext,
        _ channel: Entry.Channel
    ) async throws -> StudioImage {
        let (principal, studio) = (try context.person(), studio)
        let actuation = try context.actuation(channel, reason: reason)
        _ = try await read { reading in try reading.image(id, for: principal, to: .markGolden) }
        return try await blocking.answer { then in studio.endGolden(id, by: actuation, then: then) }
    }

    func withdraw(
        _ id: Identifier,
        reason: String?,
        _ context: AppContext,
        _ channel: Entry.Channel
    ) async throws -> StudioRequest {
        let (principal, studio) = (try context.person(), studio)
        let actuation = try context.actuation(channel, reason: reason)
        let request = try await read { reading in try reading.request(id, for: principal, to: .withdrawRequest) }
        return try await blocking.answer { then in studio.withdraw(request, by: actuation, then: then) }
    }
}
