import Foundation
import Logging
import SirdarClouds
import SirdarCore
import SirdarEngine
import SirdarImages
import SirdarOutbound
import SirdarSQLite
import SirdarServer

/// Everything wired: the one place where the parts of the program meet.
struct Program {
    let settings: Settings
    let data: DataDirectory
    let store: any Store
    let cloud: LocalCloud
    let engine: Engine
    let studio: ImageStudio
    let configuration: StudioConfiguration
    let log: Logger

    /// Takes the data folder, reads every file, deploys what is new, and starts nothing yet.
    ///
    /// - Throws: `Misconfigured` with every mistake of every file; `DataDirectory.InUse`.
    static func open(_ settings: Settings) throws -> Program {
        let log = settings.logger("sirdar")
        let configuration = StudioConfiguration.load(folder: settings.config)
        try Misconfigured.check(configuration.files, log)
        let data = try DataDirectory(settings.data)
        let cloud = try openCloud(settings, configuration, log)
        let clock = SystemClock()
        let imageActions = ImageActions(cloud: cloud, projects: configuration.projects).all
        let actions = try imageActions + [openOutbound(settings)]
        let catalog = Catalog.load(
            CatalogFiles(workflows: settings.workflows, runbooks: settings.runbooks, config: settings.config),
            .init(functions: imageActions.map { .init($0.signature) }, today: clock.now())
        )
        try Misconfigured.check(catalog.files, log)
        let secrets = Set(catalog.definitions.values.flatMap(\.workflow.secrets))
        for trouble in SecretFiles(folder: settings.secrets).troubles(secrets.sorted()) { log.warning("\(trouble)") }
        let store = try SQLiteStore(path: "\(settings.data)/sirdar.sqlite", log: log)
        let library = Library()
        let versions = try deploy(catalog, store, library, clock.now(), log)
        let engine = Engine(
            store: store,
            clock: clock,
            library: library,
            actions: actions,
            projections: [ImageProjection(actions: imageActions)],
            settings: settings.engine,
            log: log
        )
        let studio = ImageStudio(
            engine: engine,
            cloud: cloud,
            projects: configuration.projects,
            versions: versions
        )
        return Program(
            settings: settings,
            data: data,
            store: store,
            cloud: cloud,
            engine: engine,
            studio: studio,
            configuration: configuration,
            log: log
        )
    }

    /// The way out, as `config/outbound.yaml` has it.
    private static func openOutbound(_ settings: Settings) throws -> HTTPAction {
        let log = settings.logger("sirdar.outbound")
        let loaded = OutboundRules.load(folder: settings.config)
        try Misconfigured.check([loaded.file].compactMap(\.self), log)
        return HTTPAction(
            outbound: Outbound(rules: loaded.rules),
            secrets: SecretFiles(folder: settings.secrets),
            log: log
        )
    }

    private static func openCloud(
        _ settings: Settings,
        _ configuration: StudioConfiguration,
        _ log: Logger
    ) throws -> LocalCloud {
        let pools = LocalCloudSettings(
            root: "\(settings.data)/clouds/local",
            locations: configuration.locations.map { .init(id: $0.id, label: $0.label) }
        )
        try FileManager.default.createDirectory(
            atPath: pools.root,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        try LocalCloud.makePools(pools)
        return try LocalCloud(pools, tools: Toolbox(), logger: log)
    }

    /// Stores each version that is new, and loads those that instances may still be pinned to.
    ///
    /// - Returns: the version that carries out each kind of request: the newest.
    private static func deploy(
        _ catalog: Catalog,
        _ store: any Store,
        _ library: Library,
        _ now: Timestamp,
        _ log: Logger
    ) throws -> [RequestKind: String] {
        for (name, definition) in catalog.definitions.sorted(by: { $0.key < $1.key }) {
            do {
                _ = try store.deploy(definition.deployment(at: now))
            } catch {
                guard case .versionTaken = error else { throw error }
                throw VersionChanged(name: name.description)
            }
        }
        library.set(queues: catalog.queues)
        library.set(calendars: catalog.calendars)
        for stored in try store.deployments() {
            let decoded = Catalog.decode(stored.deployment, catalog.vocabulary)
            guard let workflow = decoded.workflow else {
                log.error(
                    "the workflow \(stored.deployment.name) \(stored.deployment.version) cannot be read any more"
                )
                continue
            }
            library.add(workflow, number: stored.number, runbooks: Catalog.runbooks(stored.deployment))
        }
        library.set(inForce: try inForce(catalog, library))
        var versions: [RequestKind: String] = [:]
        for kind in RequestKind.allCases {
            let found = catalog.definitions.keys.filter {
                $0.namespace == ImageProjection.namespace && $0.name == "\(kind.rawValue)-image"
            }
            guard let newest = found.map(\.version).max(by: Version.isOlder) else {
                throw MissingWorkflow(name: "\(ImageProjection.namespace)/\(kind.rawValue)-image")
            }
            versions[kind] = newest
        }
        return versions
    }

    /// The newest version of each workflow that there is a file of: its schedule is the one that holds.
    private static func inForce(_ catalog: Catalog, _ library: Library) throws -> Set<Int> {
        let names = Dictionary(grouping: catalog.definitions.keys) { "\($0.namespace)/\($0.name)" }
        let newest = names.values.compactMap { versions in
            versions.max { Version.isOlder($0.version, $1.version) }
        }
        return Set(try newest.map { try library.number($0.namespace, $0.name, $0.version) })
    }

    /// What the demonstration and a new installation need besides: who is there.
    var people: People { People(store) }
}

/// A file was changed without its version.
struct VersionChanged: Error, CustomStringConvertible {
    let name: String

    var description: String {
        "\(name) was deployed before with another content. Give the changed file, or its runbook's, a new version."
    }
}

struct MissingWorkflow: Error, CustomStringConvertible {
    let name: String

    var description: String { "There is no workflow \(name), which requests need. Put it into Workflows/." }
}

/// Files with mistakes: the program does not start with them.
struct Misconfigured: Error, CustomStringConvertible {
    let files: [FileDiagnostics]

    var description: String {
        let lines = files.flatMap { file in file.diagnostics.filter(\.isError).map { $0.text(in: file.file) } }
        return (lines + ["\(lines.count) mistake\(lines.count == 1 ? "" : "s"): nothing was started."])
            .joined(separator: "\n")
    }

    static func check(_ files: [FileDiagnostics], _ log: Logger) throws {
        for file in files {
            for warning in file.diagnostics where !warning.isError { log.warning("\(warning.text(in: file.file))") }
        }
        let wrong = files.filter { $0.diagnostics.contains(where: \.isError) }
        if !wrong.isEmpty { throw Misconfigured(files: wrong) }
    }
}
