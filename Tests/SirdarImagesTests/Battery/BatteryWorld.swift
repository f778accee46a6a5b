import JSON
import SirdarCore
import SirdarEngine
import SirdarImages
import SirdarTestKit

/// What there is before a run: two projects, and a machine and an image of the first, in the cloud and in the store.
struct BatteryWorld {
    let cloud: CloudWorld
    let projects: Projects
    let machine: CloudWorld.Machine
    /// The image that is there.
    let existing: Image
    /// The image that is to be made, and one in between; each only where the workflow is about it.
    let wanted: Image
    let copy: Image
    let request: ImageRequest
    private let from: Project
    private let target: Project
    private let isHard: Bool
    private let keys: [String]
    private let instance: Identifier

    init(_ battery: BatteryCase, _ identifiers: IdentifierSource, at now: Timestamp) throws {
        isHard = battery.isHard
        keys = battery.inputKeys
        from = try Self.project("blackfen", "london", "10.42", .remote)
        target = try Self.project("harrow", "oregon", "10.57", isHard ? .direct : .remote)
        projects = Projects([from, target])
        cloud = CloudWorld(locations: ["london", "oregon", "frankfurt"])
        if isHard { cloud.paces(looks: 2, hiddenFor: 1) }
        var machine = CloudWorld.Machine("bf-01", project: "blackfen", type: isHard ? "workstation" : "renderNode")
        machine.disk = [
            "/etc/fstab": "10.42.0.20:/export/blackfen /mnt/projects nfs", "/etc/manager": "10.42.0.30:8080",
        ]
        machine.freeSpace = "10.42.0.20"
        if isHard {
            machine.disk["/etc/motd"] = "Welcome to blackfen."
            (machine.isOn, machine.isGeneralised) = (true, false)
        }
        // What is to be golden is clean; a plan says when it is not.
        if keys.contains("sharedWith") { (machine.disk, machine.freeSpace) = (["/etc/motd": "Welcome."], "") }
        self.machine = machine
        let type = machine.type
        let makesImage = keys.contains("source") || keys.contains("machine")
        let staysBuilt = keys.contains("machines") || keys.contains("sharedWith")
        // Adapted without a copy, an image lies where it is to be used.
        let place = keys.contains("copy") && !isHard ? "oregon" : "london"
        let image = { (name: String, project: Project, location: String) in
            Image(
                id: identifiers.next(),
                name: name,
                project: project.code,
                location: location,
                type: type,
                requester: "requester",
                createdAt: now
            )
        }
        var existing = image("existing", from, place)
        existing.state = makesImage || staysBuilt ? .built : .deletionRequested
        existing.isGolden = isHard
        existing.ref = ImageRef(location: place, id: existing.cloudName)
        existing.digest = Self.digest(machine)
        let owner = keys.contains("target") ? target : from
        var wanted = image("wanted", owner, keys.contains("machine") ? "london" : "oregon")
        var copy = image("between", target, "oregon")
        copy.isInternal = true
        instance = identifiers.next()
        request = ImageRequest(
            id: identifiers.next(),
            kind: RequestKind.allCases.first { $0.workflow == battery.workflow.name } ?? .create,
            image: makesImage ? wanted.id : existing.id,
            project: owner.code,
            requester: "requester",
            createdAt: now,
            instance: instance
        )
        wanted.request = request.id
        copy.sourceImage = existing.id
        (self.existing, self.wanted, self.copy) = (existing, wanted, copy)
        addToCloud()
    }

    private func addToCloud() {
        cloud.add(machine, in: "london")
        var image = CloudWorld.Image(existing.cloudName, type: existing.type)
        (image.disk, image.freeSpace) = (machine.disk, machine.freeSpace)
        cloud.add(image, in: existing.location, key: existing.cloudKey)
    }

    private static func digest(_ machine: CloudWorld.Machine) -> String {
        ScriptedCloud.digest(disk: machine.disk, freeSpace: machine.freeSpace)
    }

    private static func project(
        _ code: String,
        _ location: String,
        _ network: String,
        _ connection: Project.Manager.Connection
    ) throws -> Project {
        guard let range = NetworkRange("\(network).0.0/16") else { throw BatteryTrouble("\(network) is no network.") }
        return Project(
            code: code,
            title: code,
            location: location,
            network: range,
            storage: .init(
                kind: "nfs",
                address: "\(network).0.20",
                exportPath: "/export/\(code)",
                mountPoint: "/mnt/projects"
            ),
            manager: .init(kind: "deadline", connection: connection, address: "\(network).0.30", port: 8080)
        )
    }

    // MARK: Starting

    private var hasCopy: Bool { keys.contains("copy") && isHard }
    private var makesImage: Bool { request.image == wanted.id }

    /// The start of an instance, with an input made of what its schema demands.
    func start(_ workflow: Int) throws -> InstanceStart {
        var input = JSON.Object()
        for key in keys { input[key] = try document(key) }
        var records = [request.added, existing.added, existingCosts]
        if makesImage { records.append(wanted.added) }
        if hasCopy { records.append(copy.added) }
        if keys.contains("machines") { records += planned.map { $0.added(over: nil) } }
        return InstanceStart(
            id: instance,
            workflow: workflow,
            input: .object(input),
            origin: .init(request: request.id, requester: "requester", scope: request.project),
            records: records
        )
    }

    /// The machines that are to be made.
    private var planned: [PlannedMachine] {
        ["new-01", "new-02", "new-03"].map { name in
            PlannedMachine(
                location: existing.location,
                name: name,
                project: existing.project,
                request: request.id,
                profile: copy.id,
                image: existing.id
            )
        }
    }

    /// The image that is there costs something, as any that was built.
    private var existingCosts: RecordChange {
        let row = LedgerRow(
            kind: .image,
            project: existing.project,
            location: existing.location,
            image: existing.id,
            label: existing.name,
            from: existing.createdAt,
            rates: .unknown
        )
        return RecordChange(
            kind: LedgerRow.openKind,
            key: Ledger.subject(ofImage: existing.id),
            scope: row.project,
            body: row.body,
            expecting: .absent
        )
    }

    /// What the input of a workflow may ask for, by its name.
    private func document(_ key: String) throws -> JSON {
        switch key {
        case "request": .string(request.id.description)
        case "image": makesImage ? wanted.json : existing.json
        case "source": .object((existing.json.asObject ?? [:]).merging(["project": from.json]))
        case "copy": hasCopy ? copy.json : .null
        case "machine": ["location": "london", "id": .string(machine.name)]
        case "machineName": .string(machine.name)
        case "machineType": .string(machine.type)
        case "location": "oregon"
        case "target": target.json
        case "inOrder": .bool(target.manager.connection == .direct)
        case "golden": .bool(existing.isGolden)
        case "coolingOff": "PT24H"
        case "sharedWith": ["harrow"]
        case "machines": .array(planned.map(\.json))
        default: throw BatteryTrouble("BatteryWorld.document does not know the input `\(key)`. Teach it.")
        }
    }

    // MARK: Names

    /// A text with names in the place of identifiers, which are others in each run.
    func named(_ text: String) -> String {
        var text = text
        for image in [existing, wanted, copy] {
            text = text.replacing(image.id.description, with: image.name).replacing(image.id.suffix, with: image.name)
        }
        return text
    }
}

/// The battery itself cannot go on.
struct BatteryTrouble: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

extension JSON.Object {
    fileprivate func merging(_ other: JSON.Object) -> JSON.Object {
        var whole = self
        for (key, value) in other { whole[key] = value }
        return whole
    }
}
