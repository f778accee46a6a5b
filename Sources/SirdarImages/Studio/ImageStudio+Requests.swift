import JSON
package import SirdarCore
package import SirdarEngine
import SirdarJournal

// What can be asked for. Everything is checked before anything is kept; what is wrong is said all at once.
extension ImageStudio {
    package func submit(
        _ wish: Wish,
        by actuation: Actuation,
        then: @escaping @Sendable (Result<StudioRequest, any Error>) -> Void
    ) {
        do {
            let plan = try plan(wish, by: actuation)
            engine.start(plan.start, by: actuation) { result in
                then(
                    Result {
                        do { _ = try result.get() } catch StoreError.nameTaken(_, let name) {
                            throw Self.invalid(
                                "/name",
                                "The project has an image called \(name) already. Choose another name."
                            )
                        }
                        return try self.shown(plan.request)
                    }
                )
            }
        } catch {
            then(.failure(error))
        }
    }

    package func withdraw(
        _ request: StudioRequest,
        by actuation: Actuation,
        then: @escaping @Sendable (Result<StudioRequest, any Error>) -> Void
    ) {
        guard let instance = request.instance, request.isOpen else {
            let refusal = StudioRefusal(
                code: "request-ended",
                "This request has ended: \(request.state). There is nothing to withdraw."
            )
            return then(.failure(refusal))
        }
        do {
            if try pointOfNoReturn(of: request.id)?.isPassed == true {
                throw StudioRefusal(code: "past-no-return", PointOfNoReturn(isPassed: true, at: nil).sentence)
            }
        } catch { return then(.failure(error)) }
        let reason = actuation.reason.flatMap { $0.isEmpty ? nil : $0 } ?? "Withdrawn."
        engine.handle(.cancelRequested(reason: reason), for: instance, by: actuation) { result in
            then(
                Result {
                    _ = try result.get()
                    return try self.request(request.id) ?? request
                }
            )
        }
    }

    // MARK: Planning

    /// A request that has been found good, and the instance that carries it out.
    struct Plan {
        let request: ImageRequest
        let start: InstanceStart
    }

    private func plan(_ wish: Wish, by actuation: Actuation) throws -> Plan {
        let requester = actuation.actor.onBehalfOf ?? actuation.actor.id
        switch wish.what {
        case .create(let machine, let name, let description):
            return try planCreate(machine, name, description, requester)
        case .copy(let image, let name, let location): return try planCopy(image, name, location, requester)
        case .adapt(let image, let name, let project): return try planAdapt(image, name, project, requester)
        case .delete(let image, let reason): return try planDelete(image, reason, requester)
        case .machines(let profile, let names): return try planMachines(profile, names, requester)
        case .golden(let image, let projects): return try planGolden(image, projects, requester)
        }
    }

    private func planCreate(
        _ machineName: String,
        _ name: String,
        _ description: String,
        _ requester: String
    ) throws -> Plan {
        var found: MachineFacts?
        for project in book.all where found == nil { found = try find(machineName, in: project) }
        var errors = Self.faults(name: name, description: description)
        guard let machine = found, let code = machine.project, let project = book[code] else {
            errors.insert(FieldError(pointer: "/machine", "There is no machine \(machineName)."), at: 0)
            throw Self.invalid(errors)
        }
        guard errors.isEmpty else { throw Self.invalid(errors) }
        if let refusal = Self.refusal(machine) { throw StudioRefusal(code: "machine-not-off", refusal) }
        var image = image(name, project, machine.ref.location, machine.machineType, requester)
        image.description = description
        image.sourceMachine = machine.name
        let input: JSON.Object = [
            "machine": machine.ref.json, "machineName": .string(machine.name),
            "machineType": .string(machine.machineType),
        ]
        return plan(.create, &image, project, input)
    }

    private func planCopy(
        _ id: Identifier,
        _ name: String,
        _ location: String,
        _ requester: String
    ) throws -> Plan {
        let source = try built(id)
        var errors = Self.faults(name: name)
        let known = try cloud.locations(by: deadline).map(\.id)
        if !known.contains(location) {
            let sentence = "There is no location \(location). There are: \(known.sorted().joined(separator: ", "))."
            errors.append(FieldError(pointer: "/location", sentence))
        }
        if location == source.location {
            let sentence = "The image is in \(location) already. Choose another location."
            errors.append(FieldError(pointer: "/location", sentence))
        }
        guard errors.isEmpty else { throw Self.invalid(errors) }
        guard let project = book[source.project] else { throw Self.invalid("/image", "Its project is not configured.") }
        var image = image(name, project, location, source.type, requester)
        image.sourceImage = source.id
        return plan(.copy, &image, project, ["source": source.json, "location": .string(location)])
    }

    private func planAdapt(
        _ id: Identifier,
        _ name: String,
        _ code: String,
        _ requester: String
    ) throws -> Plan {
        let source = try built(id)
        var errors = Self.faults(name: name)
        if book[code] == nil { errors.append(FieldError(pointer: "/project", "There is no project \(code).")) }
        if code == source.project {
            let sentence = "The image belongs to \(code) already. To have it elsewhere, ask for a copy."
            errors.append(FieldError(pointer: "/project", sentence))
        }
        guard errors.isEmpty, let target = book[code] else { throw Self.invalid(errors) }
        guard let origin = book[source.project] else { throw Self.invalid("/image", "Its project is not configured.") }
        var image = image(name, target, target.location, source.type, requester)
        image.sourceImage = source.id
        var input: JSON.Object = [
            "source": .object((source.json.asObject ?? [:]).with("project", origin.json)), "target": target.json,
            "copy": .null, "inOrder": .bool(target.manager.connection == .direct),
        ]
        var copies: [RecordChange] = []
        if source.location != target.location {
            // The in-between copy: the target's, in no list, and gone at the end.
            var copy = self.image("\(name) (in-between copy)", target, target.location, source.type, requester)
            copy.isInternal = true
            copy.sourceImage = source.id
            copy.request = nil
            copies.append(copy.added)
            input["copy"] = copy.json
        }
        return plan(.adapt, &image, target, input, records: copies)
    }

    private func planDelete(_ id: Identifier, _ reason: String, _ requester: String) throws -> Plan {
        guard let record = try engine.store.record(Image.kind, id.description), let found = Image(record) else {
            throw StudioRefusal(status: 404, code: "not-found", "There is no image \(id).")
        }
        switch found.state {
        case .built, .lost: break
        case .saved, .building:
            throw StudioRefusal(code: "image-not-built", "The image is still being made. Withdraw its request instead.")
        case .deletionRequested, .deleting:
            throw StudioRefusal(code: "deletion-requested", "Its deletion has been requested already.")
        case .failed, .withdrawn, .deleted:
            throw StudioRefusal(
                code: "image-gone",
                "There is nothing left to delete: the image is \(found.state.rawValue)."
            )
        }
        guard let project = book[found.project] else { throw Self.invalid("/image", "Its project is not configured.") }
        var image = found
        image.state = .deletionRequested
        let id = engine.identifiers.next()
        let instance = engine.identifiers.next()
        let request = ImageRequest(
            id: id,
            kind: .delete,
            image: image.id,
            project: project.code,
            requester: requester,
            createdAt: engine.clock.now(),
            instance: instance
        )
        return try plan(
            request,
            image,
            [
                "golden": .bool(image.isGolden), "reason": .string(reason),
                "coolingOff": .string(coolingOff.description),
            ],
            [request.added, image.changed(from: record)],
            reason: reason
        )
    }

    // MARK: Parts

    private func image(
        _ name: String,
        _ project: Project,
        _ location: String,
        _ type: String,
        _ requester: String
    ) -> Image {
        Image(
            id: engine.identifiers.next(),
            name: name,
            project: project.code,
            location: location,
            type: type,
            requester: requester,
            createdAt: engine.clock.now()
        )
    }

    private func plan(
        _ kind: RequestKind,
        _ image: inout Image,
        _ project: Project,
        _ input: JSON.Object,
        records: [RecordChange] = []
    ) -> Plan {
        let request = ImageRequest(
            id: engine.identifiers.next(),
            kind: kind,
            image: image.id,
            project: project.code,
            requester: image.requester,
            createdAt: engine.clock.now(),
            instance: engine.identifiers.next()
        )
        image.request = request.id
        do {
            return try plan(request, image, input, [request.added, image.added] + records)
        } catch {
            preconditionFailure("the workflows of requests are deployed before requests are taken: \(error)")
        }
    }

    func plan(
        _ request: ImageRequest,
        _ image: Image,
        _ input: JSON.Object,
        _ records: [RecordChange],
        reason: String = ""
    ) throws -> Plan {
        let name = request.kind.workflow
        guard let instance = request.instance else { preconditionFailure("each request has an instance") }
        guard let workflow = engine.library.current(ImageProjection.namespace, name)?.number else {
            throw UnknownWorkflow("\(ImageProjection.namespace)/\(name)")
        }
        var whole: JSON.Object = ["request": .string(request.id.description), "image": image.json]
        for (key, value) in input { whole[key] = value }
        let start = InstanceStart(
            id: instance,
            workflow: workflow,
            input: .object(whole),
            origin: .init(request: request.id, requester: request.requester, scope: request.project),
            records: records,
            confidential: reason.isEmpty ? [:] : ["reason": .string(reason)]
        )
        return Plan(request: request, start: start)
    }

    func built(_ id: Identifier) throws -> Image {
        guard let image = try engine.store.record(Image.kind, id.description).flatMap(Image.init), !image.isInternal
        else {
            throw StudioRefusal(status: 404, code: "not-found", "There is no image \(id).")
        }
        guard image.state == .built else {
            throw StudioRefusal(
                code: "image-not-built",
                "The image \(image.name) is \(image.state.rawValue). Only a built image can be used."
            )
        }
        return image
    }

    private static func faults(name: String, description: String = "") -> [FieldError] {
        var errors: [FieldError] = []
        let bytes = name.utf8.count
        if name.isEmpty { errors.append(FieldError(pointer: "/name", "The image needs a name.")) }
        if bytes > 100 { errors.append(FieldError(pointer: "/name", "The name is longer than 100 bytes.")) }
        let isPlain = name.unicodeScalars.allSatisfy { scalar in
            scalar.isASCII
                && (scalar.properties.isAlphabetic || (0x30...0x39).contains(scalar.value)
                    || " ._-".unicodeScalars.contains(scalar))
        }
        if !isPlain || name.first == " " || name.last == " " {
            errors.append(
                FieldError(pointer: "/name", "The name may have letters, digits, spaces, dots, dashes and underscores.")
            )
        }
        if description.utf8.count > 2000 {
            errors.append(FieldError(pointer: "/description", "The description is longer than 2,000 bytes."))
        }
        return errors
    }

    /// Everything that is wrong with a request, at once.
    static func invalid(_ errors: [FieldError]) -> StudioRefusal {
        let sentence = errors.map(\.detail).joined(separator: " ")
        return StudioRefusal(status: 422, code: "invalid", sentence, errors: errors)
    }

    static func invalid(_ pointer: String, _ sentence: String) -> StudioRefusal {
        StudioRefusal(status: 422, code: "invalid", sentence, errors: [FieldError(pointer: pointer, sentence)])
    }

    // MARK: Estimates

    package func estimate(of machine: StudioMachine) throws -> CostEstimate? {
        guard machine.power == "off" else { return nil }
        let facts = try facts(machine)
        let estimate = try cloud.estimateBytes(of: facts.ref, by: deadline)
        return CostEstimate(
            measured: estimate.measured,
            upper: estimate.upperBound,
            method: estimate.method,
            in: facts.ref.location,
            prices: prices,
            at: engine.clock.now()
        )
    }

    package func estimate(ofCopying id: Identifier, to location: String) throws -> CostEstimate? {
        let image = try engine.store.record(Image.kind, id.description).flatMap(Image.init)
        guard let image, image.state == .built, let bytes = image.storedBytes else { return nil }
        return CostEstimate(
            measured: bytes,
            upper: bytes,
            method: "the bytes that the image has now",
            in: location,
            sentFrom: image.location,
            prices: prices,
            at: engine.clock.now()
        )
    }
}

extension JSON.Object {
    func with(_ key: String, _ value: JSON) -> JSON.Object {
        var object = self
        object[key] = value
        return object
    }
}
