/// A project of the demonstration studio: what its machines are configured for.
package struct DemoProject: Sendable, Hashable {
    /// How a machine finds its render manager.
    package enum Connection: String, Sendable {
        /// Deadline through its Remote Connection Server: only the manager's address matters.
        case deadlineRemote
        /// Deadline straight to its repository, which lies on the shared storage: changing the storage changes this
        /// too.
        case deadlineDirect
    }

    package let code: String
    package let location: String
    /// In the form 10.42.0.0/16; machines get addresses in it.
    package let network: String
    package let storageAddress: String
    package let exportPath: String
    package let mountPoint: String
    package let connection: Connection
    package let managerAddress: String
    package let managerPort: Int

    package init(
        code: String,
        location: String,
        network: String,
        storage: (address: String, exportPath: String, mountPoint: String),
        manager: (connection: Connection, address: String, port: Int)
    ) {
        self.code = code
        self.location = location
        self.network = network
        (storageAddress, exportPath, mountPoint) = storage
        (connection, managerAddress, managerPort) = manager
    }

    package static let blackfen = DemoProject(
        code: "blackfen",
        location: "london",
        network: "10.42.0.0/16",
        storage: ("10.42.0.20", "/export/projects", "/mnt/projects"),
        manager: (.deadlineRemote, "10.42.0.30", 8080)
    )

    package static let harrow = DemoProject(
        code: "harrow",
        location: "oregon",
        network: "10.57.0.0/16",
        storage: ("10.57.0.20", "/export/projects", "/mnt/projects"),
        manager: (.deadlineRemote, "10.57.0.30", 8080)
    )

    /// The first two numbers of the network.
    var prefix: String { network.split(separator: ".").prefix(2).joined(separator: ".") }
}

/// A machine of the demonstration.
struct DemoMachine: Sendable {
    enum Kind: String, Sendable { case workstation, renderNode }

    let name: String
    let kind: Kind
    let project: DemoProject?
    let address: String?
    let isOn: Bool
    /// Stripped of its identity, as an image's source should be.
    let isGeneralised: Bool

    /// Two workstations and three render nodes; of the nodes, the last one in Oregon still has its identity.
    static func all(of project: DemoProject) -> [DemoMachine] {
        let stations = (1...2).map { number in
            DemoMachine(
                name: "\(project.code)-ws-0\(number)",
                kind: .workstation,
                project: project,
                address: "\(project.prefix).1.1\(number)",
                isOn: number == 2,
                isGeneralised: number == 1
            )
        }
        let nodes = (1...3).map { number in
            DemoMachine(
                name: "\(project.code)-rn-0\(number)",
                kind: .renderNode,
                project: project,
                address: "\(project.prefix).2.1\(number)",
                isOn: number == 2,
                isGeneralised: number != 3 || project.code == DemoProject.blackfen.code
            )
        }
        return stations + nodes
    }

    /// The machine that the golden image is made from: of no project, without any address.
    static let golden = DemoMachine(
        name: "golden-source",
        kind: .renderNode,
        project: nil,
        address: nil,
        isOn: false,
        isGeneralised: true
    )
}
