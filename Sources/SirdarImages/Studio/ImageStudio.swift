import Crypto
import Foundation
import JSON
package import SirdarCore
package import SirdarEngine
import SirdarJournal

/// The domain as pages, API and CLI see it: what there is, and what can be asked for.
package final class ImageStudio: Studio {
    let engine: Engine
    let cloud: any Cloud
    let book: Projects
    package let prices: PriceSheet
    package let coolingOff: Interval

    package static let coolingOffDefault = Interval.hours(24)

    package init(
        engine: Engine,
        cloud: any Cloud,
        projects: Projects,
        prices: PriceSheet = PriceSheet(),
        coolingOff: Interval = coolingOffDefault
    ) {
        self.coolingOff = coolingOff
        self.engine = engine
        self.cloud = cloud
        self.prices = prices
        book = projects
    }

    /// How long a page waits for a cloud.
    var deadline: Deadline { .within(.seconds(30)) }

    // MARK: Projects and machines

    package func projects() throws -> [StudioProject] {
        book.all.map { StudioProject(code: $0.code, title: $0.title, location: $0.location, facts: $0.json) }
    }

    package func locations() throws -> [String] { try cloud.locations(by: deadline).map(\.id) }

    package func machines(of project: String) throws -> [StudioMachine] {
        guard let project = book[project] else { return [] }
        return try cloud.machines(in: project.location, project: project.code, by: deadline).map { try shown($0) }
    }

    package func machine(named name: String) throws -> StudioMachine? {
        for project in book.all {
            if let facts = try find(name, in: project) { return try shown(facts) }
        }
        return nil
    }

    func find(_ name: String, in project: Project) throws -> MachineFacts? {
        try cloud.machines(in: project.location, project: project.code, by: deadline).first { $0.name == name }
    }

    func facts(_ machine: StudioMachine) throws -> MachineFacts {
        guard let project = book[machine.project], let facts = try find(machine.name, in: project) else {
            throw StudioRefusal(status: 404, code: "not-found", "There is no machine \(machine.name).")
        }
        return facts
    }

    private func shown(_ facts: MachineFacts) throws -> StudioMachine {
        var json: JSON.Object = [
            "ref": facts.ref.json, "architecture": .string(facts.architecture),
            "since": .string(Timestamp(milliseconds: facts.stateSince).description),
            "starts": .number(JSON.Number(facts.starts)),
            "disk_bytes": .number(JSON.Number(Int(facts.disks.map(\.sizeBytes).reduce(0, +)))),
        ]
        json["source_image"] = facts.sourceImage.map { .string($0.id) }
        if case .failed(let reason) = facts.state { json["failure"] = .string(reason) }
        var machine = StudioMachine(
            name: facts.name,
            project: facts.project ?? "",
            location: facts.ref.location,
            type: facts.machineType,
            power: facts.state.word,
            os: facts.os,
            address: facts.address,
            imagingRefusal: Self.refusal(facts),
            facts: .object(json)
        )
        machine.madeFrom = try madeFrom(facts)
        return machine
    }

    /// Why no image of the machine can be asked for, and what to do.
    static func refusal(_ facts: MachineFacts) -> String? {
        switch facts.state {
        case .off: nil
        case .on: "\(facts.name) is on. Stop it first (sirdar machine stop \(facts.name)), then ask again."
        case .starting: "\(facts.name) is starting. Stop it first (sirdar machine stop \(facts.name)), then ask again."
        case .stopping: "\(facts.name) is stopping. Ask again when it is off."
        case .pending: "\(facts.name) is still being made. Ask again when it is there."
        case .failed(let reason): "\(facts.name) is broken: \(reason)"
        case .gone: "\(facts.name) is no longer there."
        }
    }

    package func setPower(on: Bool, of machine: StudioMachine, by actuation: Actuation) throws {
        let facts = try facts(machine)
        let key = "power-\(engine.identifiers.next())"
        if on {
            try cloud.startMachine(facts.ref, key: key, by: deadline)
        } else {
            try cloud.stopMachine(facts.ref, force: false, key: key, by: deadline)
        }
        note(
            on ? "machine.started" : "machine.stopped",
            machine,
            actuation,
            ["before": .string(facts.state.word), "after": .string(on ? "on" : "off")]
        )
    }

    // MARK: Files

    package func files(of machine: StudioMachine, in folder: String) throws -> [StudioFile] {
        let path = try GuestPath(folder)
        return try guestFiles().listFiles(in: facts(machine).ref, at: path, by: deadline).map { file in
            StudioFile(path: file.path, kind: file.kind.rawValue, mode: file.mode, bytes: file.sizeBytes)
        }
    }

    package func readFile(of machine: StudioMachine, at path: String) throws -> StudioContent {
        let content = try guestFiles().readFile(in: facts(machine).ref, at: GuestPath(path), by: deadline)
        return StudioContent(path: path, bytes: content.bytes, digest: content.digest)
    }

    package func writeFile(
        _ bytes: [UInt8],
        of machine: StudioMachine,
        at path: String,
        expecting: String?,
        by actuation: Actuation
    ) throws -> StudioContent {
        let (files, ref, place) = (try guestFiles(), try facts(machine).ref, try GuestPath(path))
        let before = try? files.readFile(in: ref, at: place, by: deadline).digest
        let write = GuestWrite(bytes, expecting: expecting)
        let key = "file-\(engine.identifiers.next())"
        let content = try files.writeFile(in: ref, at: place, write, key: key, by: deadline)
        note(
            "machine.fileWritten",
            machine,
            actuation,
            [
                "path": .string(path), "before": before.map(JSON.string) ?? .null, "after": .string(content.digest),
                "bytes": .number(JSON.Number(bytes.count)),
            ]
        )
        return StudioContent(path: path, bytes: content.bytes, digest: content.digest)
    }

    package func removeFile(of machine: StudioMachine, at path: String, by actuation: Actuation) throws {
        let (files, ref, place) = (try guestFiles(), try facts(machine).ref, try GuestPath(path))
        let before = try? files.readFile(in: ref, at: place, by: deadline).digest
        try files.removeFile(in: ref, at: place, key: "file-\(engine.identifiers.next())", by: deadline)
        note(
            "machine.fileRemoved",
            machine,
            actuation,
            ["path": .string(path), "before": before.map(JSON.string) ?? .null]
        )
    }

    private func guestFiles() throws -> any GuestFiles {
        guard let files = cloud.guestFiles else {
            throw StudioRefusal(
                code: "not-possible",
                "The cloud \(cloud.name) gives no way to reach files in machines."
            )
        }
        return files
    }

    /// Machines are the cloud's and have no identifier of ours: their entries stand under one made from their name.
    private func note(_ action: String, _ machine: StudioMachine, _ actuation: Actuation, _ detail: JSON.Object) {
        var detail = detail
        detail["project"] = .string(machine.project)
        engine.note(
            Entry(
                at: engine.clock.now(),
                actor: actuation.actor,
                channel: actuation.channel,
                action: action,
                object: .init(kind: "machine", id: engine.identifiers.next(), part: machine.name),
                detail: .object(detail),
                requestID: actuation.requestID
            )
        )
    }

    // MARK: Images and requests

    package func images(of project: String, before: Identifier?, limit: Int) throws -> [StudioImage] {
        let costs = try CostBook(engine.store).thisWeek(of: project, at: engine.clock.now())
        return try page(of: project, before: before, limit: limit) { !$0.isInternal }
            .map { try shown($0, costs[$0.id]) }
    }

    package func goldenImages(of project: String) throws -> Set<Identifier> {
        Set(try page(of: project, before: nil, limit: .max) { $0.isGolden }.map(\.id))
    }

    private func page(
        of project: String,
        before: Identifier?,
        limit: Int,
        where isWanted: (Image) -> Bool
    ) throws -> [Image] {
        var images: [Image] = []
        var query = RecordQuery(kind: Image.kind, scope: project, after: before?.description, descending: true)
        while images.count < limit {
            let records = try engine.store.records(query)
            images += records.compactMap(Image.init).filter(isWanted)
            guard records.count == query.limit, let last = records.last else { break }
            query.after = last.key
        }
        return Array(images.prefix(limit))
    }

    package func image(_ id: Identifier) throws -> StudioImage? {
        guard let image = try engine.store.record(Image.kind, id.description).flatMap(Image.init), !image.isInternal
        else { return nil }
        let costs = try CostBook(engine.store).thisWeek(of: image.project, at: engine.clock.now())
        return try shown(image, costs[id])
    }

    package func requests(of projects: Set<String>?, before: Identifier?, limit: Int) throws -> [StudioRequest] {
        var found: [ImageRequest] = []
        for scope in projects.map({ $0.map(Optional.some) }) ?? [nil] {
            let query = RecordQuery(
                kind: ImageRequest.kind,
                scope: scope,
                after: before?.description,
                descending: true,
                limit: limit
            )
            found += try engine.store.records(query).compactMap(ImageRequest.init)
        }
        return try found.sorted { $0.id > $1.id }.prefix(limit).map(shown)
    }

    package func request(_ id: Identifier) throws -> StudioRequest? {
        try engine.store.record(ImageRequest.kind, id.description).flatMap(ImageRequest.init).map(shown)
    }

    func shown(_ image: Image, _ cost: CostSum?) throws -> StudioImage {
        var source = ""
        if let machine = image.sourceMachine { source = machine }
        if let id = image.sourceImage, let record = try engine.store.record(Image.kind, id.description),
            let origin = Image(record)
        {
            source = "\(origin.project)/\(origin.name)"
        }
        var shown = StudioImage(
            id: image.id,
            name: image.name,
            description: image.description,
            project: image.project,
            location: image.location,
            type: image.type,
            state: image.state.rawValue,
            isGolden: image.isGolden,
            source: source,
            cost: cost?.words,
            note: try image.note ?? waitsFor(image),
            digest: image.digest,
            request: image.request,
            createdAt: image.createdAt
        )
        if image.isGolden { shown.sharing = image.sharedWith.map(Sharing.projects) ?? .all }
        return shown
    }

    /// What a requester is told of an image that is not built yet.
    private func waitsFor(_ image: Image) throws -> String? {
        guard image.state == .saved || image.state == .building, let request = image.request,
            let record = try engine.store.record(ImageRequest.kind, request.description),
            let instance = ImageRequest(record)?.instance
        else { return nil }
        let open = try engine.store.tasks(TaskQuery(instance: instance, isOpen: true))
        return open.isEmpty ? nil : "waiting for an engineer"
    }

    func shown(_ request: ImageRequest) throws -> StudioRequest {
        var shown = StudioRequest(
            id: request.id,
            kind: request.kind,
            state: request.state.rawValue,
            project: request.project,
            requester: request.requester,
            image: try image(request.image).map { $0.project == request.project ? $0 : $0.fromOutside },
            instance: request.instance,
            createdAt: request.createdAt,
            note: request.note,
            isOpen: request.state.isOpen
        )
        shown.about = request.about
        shown.pointOfNoReturn = try pointOfNoReturn(request)
        return shown
    }
}
