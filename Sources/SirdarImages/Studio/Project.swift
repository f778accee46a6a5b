package import JSON
package import SirdarCore

/// A customer's isolated environment: one location, one network, its own shared storage and render manager.
package struct Project: Sendable, Hashable {
    package let code: String
    package let title: String
    package let location: String
    package let network: NetworkRange
    package let storage: Storage
    package let manager: Manager
    package let currency: String

    package struct Storage: Sendable, Hashable {
        /// `nfs` or `smb`.
        package let kind: String
        package let address: String
        package let exportPath: String
        package let mountPoint: String

        package init(kind: String, address: String, exportPath: String, mountPoint: String) {
            self.kind = kind
            self.address = address
            self.exportPath = exportPath
            self.mountPoint = mountPoint
        }
    }

    package struct Manager: Sendable, Hashable {
        /// `deadline`, `opencue`, `tractor`, …
        package let kind: String
        /// `remote`: by address and port. `direct`: by a repository that lies on the shared storage, so that the
        /// storage must be right first.
        package let connection: Connection
        package let address: String
        package let port: Int

        package enum Connection: String, Sendable, Hashable, CaseIterable { case remote, direct }

        package init(kind: String, connection: Connection, address: String, port: Int) {
            self.kind = kind
            self.connection = connection
            self.address = address
            self.port = port
        }
    }

    package init(
        code: String,
        title: String,
        location: String,
        network: NetworkRange,
        storage: Storage,
        manager: Manager,
        currency: String = "USD"
    ) {
        self.code = code
        self.title = title
        self.location = location
        self.network = network
        self.storage = storage
        self.manager = manager
        self.currency = currency
    }

    /// What workflows and programs see of it.
    package var json: JSON {
        [
            "code": .string(code), "title": .string(title), "location": .string(location),
            "network": .string(network.description), "currency": .string(currency),
            "storage": [
                "kind": .string(storage.kind), "address": .string(storage.address),
                "exportPath": .string(storage.exportPath), "mountPoint": .string(storage.mountPoint),
            ],
            "manager": [
                "kind": .string(manager.kind), "connection": .string(manager.connection.rawValue),
                "address": .string(manager.address), "port": .number(JSON.Number(manager.port)),
            ],
        ]
    }

    /// Reads what `json` wrote.
    package init?(json: JSON) {
        guard let code = json["code"]?.asString, let location = json["location"]?.asString,
            let network = json["network"]?.asString.flatMap(NetworkRange.init), let storage = json["storage"],
            let manager = json["manager"], let storageAddress = storage["address"]?.asString,
            let managerAddress = manager["address"]?.asString, let port = manager["port"]?.asInt,
            let connection = manager["connection"]?.asString.flatMap(Manager.Connection.init(rawValue:))
        else { return nil }
        self.init(
            code: code,
            title: json["title"]?.asString ?? code,
            location: location,
            network: network,
            storage: Storage(
                kind: storage["kind"]?.asString ?? "nfs",
                address: storageAddress,
                exportPath: storage["exportPath"]?.asString ?? "",
                mountPoint: storage["mountPoint"]?.asString ?? ""
            ),
            manager: Manager(
                kind: manager["kind"]?.asString ?? "deadline",
                connection: connection,
                address: managerAddress,
                port: port
            ),
            currency: json["currency"]?.asString ?? "USD"
        )
    }
}

/// What would betray one project in an image made for another.
package struct ProjectTraces: Sendable, Hashable {
    package let storage: [TraceNeedle]
    package let manager: [TraceNeedle]
    package let everything: [TraceNeedle]

    /// The values of `source` that are not also `target`'s: what both projects share betrays nothing.
    package init(of source: Project, besides target: Project) {
        var storage: [TraceNeedle] = []
        if source.storage.address != target.storage.address { storage.append(Self.host(source.storage.address)) }
        let kept = [target.storage.exportPath, target.storage.mountPoint]
        for path in [source.storage.exportPath, source.storage.mountPoint] where !path.isEmpty && !kept.contains(path) {
            storage.append(.path(path))
        }
        var manager: [TraceNeedle] = []
        if source.manager.address != target.manager.address { manager.append(Self.host(source.manager.address)) }
        self.storage = storage
        self.manager = manager
        var rest: [TraceNeedle] = [.word(source.code)]
        if source.network.address.isIPv4, source.network != target.network {
            rest.append(.network(source.network.description))
        }
        everything = storage + manager + rest
    }

    /// Everything that tells whose an image was: its addresses, what its storage exports, and its code. Where machines
    /// mount it is not looked for: projects agree on that.
    package static func all(of project: Project) -> [TraceNeedle] {
        var needles = [host(project.storage.address), host(project.manager.address), .word(project.code)]
        if !project.storage.exportPath.isEmpty { needles.append(.path(project.storage.exportPath)) }
        if project.network.address.isIPv4 { needles.append(.network(project.network.description)) }
        return needles
    }

    private static func host(_ address: String) -> TraceNeedle {
        NetworkAddress(address) == nil ? .host(address) : .address(address)
    }
}
