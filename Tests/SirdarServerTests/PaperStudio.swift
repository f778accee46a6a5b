import JSON
import SirdarCore
import SirdarEngine
import SirdarImages
import SirdarJournal

/// Two projects on paper: enough of a studio for pages and programs to look at.
final class PaperStudio: Studio {
    private struct State {
        var machines: [StudioMachine]
        var images: [StudioImage]
        var requests: [StudioRequest] = []
        var files: [String: [UInt8]] = ["/etc/fstab": Array("10.42.0.20:/projects /mnt/projects nfs\n".utf8)]
    }

    private let state: Locked<State>
    private static let time = Timestamp(milliseconds: 1_795_000_000_000)

    static func id(_ number: Int64) -> Identifier {
        Identifier(milliseconds: time.milliseconds + number, counter: 0, node: 0)
    }

    static let comp = id(1)
    static let houdini = id(2)
    static let blackfen = id(3)

    init() {
        let machine = { (name: String, project: String, type: String, power: String) in
            StudioMachine(
                name: name,
                project: project,
                location: project == "harrow" ? "oregon" : "dublin",
                type: type,
                power: power,
                os: "linux",
                address: "10.57.0.31",
                imagingRefusal: power == "on" ? "The machine is on. Turn it off first." : nil
            )
        }
        state = Locked(
            State(
                machines: [
                    machine("hw-ws-01", "harrow", "workstation", "off"),
                    machine("hw-rn-01", "harrow", "renderNode", "on"),
                    machine("bf-ws-01", "blackfen", "workstation", "off"),
                ],
                images: [
                    StudioImage(
                        id: Self.comp,
                        name: "comp-ws-2026-11",
                        description: "Nuke and Maya",
                        project: "harrow",
                        location: "oregon",
                        type: "workstation",
                        state: "built",
                        isGolden: true,
                        source: "hw-ws-01",
                        cost: "0.29 USD",
                        createdAt: Self.time
                    ),
                    StudioImage(
                        id: Self.houdini,
                        name: "rn-houdini-20.5",
                        project: "harrow",
                        location: "oregon",
                        type: "renderNode",
                        state: "building",
                        source: "blackfen/rn-houdini",
                        note: "waiting for an engineer",
                        createdAt: Self.time
                    ),
                    StudioImage(
                        id: Self.blackfen,
                        name: "bf-secret",
                        project: "blackfen",
                        location: "dublin",
                        type: "renderNode",
                        state: "built",
                        source: "bf-rn-01",
                        createdAt: Self.time
                    ),
                ]
            )
        )
    }

    func projects() throws -> [StudioProject] {
        [
            StudioProject(code: "blackfen", title: "Blackfen", location: "dublin"),
            StudioProject(code: "harrow", title: "Harrow", location: "oregon"),
        ]
    }

    func intake(_ body: JSON.Object, of code: String) throws -> ProjectIntake {
        throw StudioRefusal(code: "kept-in-file", "On paper, every project is kept in a file.")
    }

    func keep(
        _ intake: ProjectIntake,
        by actuation: Actuation,
        then: @escaping @Sendable (Result<Void, any Error>) -> Void
    ) { then(.success(())) }

    func locations() throws -> [String] { ["dublin", "oregon"] }

    func machines(of project: String) throws -> [StudioMachine] {
        state.withLock { $0.machines.filter { $0.project == project } }
    }

    func machine(named name: String) throws -> StudioMachine? {
        state.withLock { $0.machines.first { $0.name == name } }
    }

    func setPower(on: Bool, of machine: StudioMachine, by actuation: Actuation) throws {
        state.withLock { state in
            for index in state.machines.indices where state.machines[index].name == machine.name {
                state.machines[index].power = on ? "on" : "off"
                state.machines[index].imagingRefusal = on ? "The machine is on. Turn it off first." : nil
            }
        }
    }

    func files(of machine: StudioMachine, in folder: String) throws -> [StudioFile] {
        state.withLock { state in
            state.files.keys.sorted().map { StudioFile(path: $0, kind: "regular", mode: 0o644, bytes: 40) }
        }
    }

    func readFile(of machine: StudioMachine, at path: String) throws -> StudioContent {
        guard let bytes = state.withLock({ $0.files[path] }) else {
            throw StudioRefusal(status: 404, code: "no-such-file", "There is no file \(path).")
        }
        return StudioContent(path: path, bytes: bytes, digest: "digest-\(bytes.count)")
    }

    func writeFile(
        _ bytes: [UInt8],
        of machine: StudioMachine,
        at path: String,
        expecting: String?,
        by actuation: Actuation
    ) throws -> StudioContent {
        state.withLock { $0.files[path] = bytes }
        return StudioContent(path: path, bytes: bytes, digest: "digest-\(bytes.count)")
    }

    func removeFile(of machine: StudioMachine, at path: String, by actuation: Actuation) throws {
        state.withLock { $0.files[path] = nil }
    }

    func images(of project: String, before: Identifier?, limit: Int) throws -> [StudioImage] {
        let all = state.withLock { $0.images.filter { $0.project == project } }
        let older = all.filter { image in before.map { image.id < $0 } ?? true }
        return Array(older.sorted { $0.id > $1.id }.prefix(limit))
    }

    func goldenImages(of project: String) throws -> Set<Identifier> {
        Set(state.withLock { $0.images.filter { $0.project == project && $0.isGolden }.map(\.id) })
    }

    func image(_ id: Identifier) throws -> StudioImage? { state.withLock { $0.images.first { $0.id == id } } }
    let prices = PriceSheet([
        .init(
            location: "oregon",
            from: .zero,
            currency: "USD",
            storage: Money("0.053"),
            machine: Money("0.1"),
            transfer: Money("0.02")
        )
    ])

    private static let gibibyte = Int64(1) << 30

    func estimate(of machine: StudioMachine) throws -> CostEstimate? {
        guard machine.power == "off" else { return nil }
        return CostEstimate(
            measured: 25 * Self.gibibyte,
            upper: 60 * Self.gibibyte,
            method: "on paper",
            in: machine.location,
            prices: prices,
            at: Self.time
        )
    }

    func estimate(ofCopying image: Identifier, to location: String) throws -> CostEstimate? {
        guard let image = try self.image(image), image.state == "built" else { return nil }
        return CostEstimate(
            measured: 25 * Self.gibibyte,
            upper: 25 * Self.gibibyte,
            method: "on paper",
            in: location,
            sentFrom: image.location,
            prices: prices,
            at: Self.time
        )
    }

    func requests(of projects: Set<String>?, before: Identifier?, limit: Int) throws -> [StudioRequest] {
        let seen = state.withLock { $0.requests }.filter { request in
            (projects?.contains(request.project) ?? true) && (before.map { request.id < $0 } ?? true)
        }
        return Array(seen.reversed().prefix(limit))
    }

    func request(_ id: Identifier) throws -> StudioRequest? { state.withLock { $0.requests.first { $0.id == id } } }

    func submit(
        _ wish: Wish,
        by actuation: Actuation,
        then: @escaping @Sendable (Result<StudioRequest, any Error>) -> Void
    ) {
        then(Result { try state.withLock { state in try Self.submit(wish, actuation, &state) } })
    }

    private static func submit(_ wish: Wish, _ actuation: Actuation, _ state: inout State) throws -> StudioRequest {
        let number = Int64(100 + state.requests.count)
        var image: StudioImage?
        var project = ""
        switch wish.what {
        case .create(machine: let name, name: let imageName, let description):
            guard let machine = state.machines.first(where: { $0.name == name }) else { break }
            if let refusal = machine.imagingRefusal { throw StudioRefusal(code: "machine-on", refusal) }
            if state.images.contains(where: { $0.name == imageName }) {
                throw StudioRefusal(
                    status: 409,
                    code: "name-taken",
                    "There is an image \(imageName) already.",
                    errors: [FieldError(pointer: "/name", "There is an image \(imageName) already.")]
                )
            }
            project = machine.project
            image = StudioImage(
                id: id(number + 1000),
                name: imageName,
                description: description,
                project: project,
                location: machine.location,
                type: machine.type,
                state: "saved",
                source: name,
                createdAt: time
            )
            if let image { state.images.append(image) }
        case .copy(image: let id, name: _, location: _), .adapt(image: let id, name: _, project: _),
            .delete(image: let id, reason: _):
            image = state.images.first { $0.id == id }
            project = image?.project ?? ""
        }
        let request = StudioRequest(
            id: id(number),
            kind: wish.kind,
            state: "saved",
            project: project,
            requester: actuation.actor.onBehalfOf ?? actuation.actor.id,
            image: image,
            instance: nil,
            createdAt: time,
            isOpen: true
        )
        state.requests.append(request)
        return request
    }

    func withdraw(
        _ request: StudioRequest,
        by actuation: Actuation,
        then: @escaping @Sendable (Result<StudioRequest, any Error>) -> Void
    ) {
        var withdrawn = request
        withdrawn.state = "withdrawn"
        withdrawn.isOpen = false
        let final = withdrawn
        state.withLock { state in
            for index in state.requests.indices where state.requests[index].id == final.id {
                state.requests[index] = final
            }
        }
        then(.success(final))
    }
}
