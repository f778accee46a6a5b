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
    let versions: Versions
    let configuration: StudioConfiguration
    let notices: NoticePolicy
    let outbound: Outbound
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
        let imageActions = ImageActions(
            cloud: cloud,
            projects: configuration.projects,
            prices: configuration.prices
        ).all
        let outbound = try openOutbound(settings)
        let http = HTTPAction(
            outbound: outbound,
            secrets: SecretFiles(folder: settings.secrets),
            log: settings.logger("sirdar.outbound")
        )
        let actions = imageActions + [http]
        let notices = NoticePolicy.load(folder: settings.config)
        try Misconfigured.check([notices.file].compactMap(\.self), log)
        let files = CatalogFiles(workflows: settings.workflows, runbooks: settings.runbooks, config: settings.config)
        let catalog = Catalog.load(
            files,
            .init(functions: imageActions.map { .init($0.signature) }, today: clock.now())
        )
        try Misconfigured.check(catalog.files, log)
        let secrets = Set(catalog.definitions.values.flatMap(\.workflow.secrets))
        for trouble in SecretFiles(folder: settings.secrets).troubles(secrets.sorted()) { log.warning("\(trouble)") }
        let store = try SQLiteStore(path: "\(settings.data)/sirdar.sqlite", log: log)
        for code in try configuration.projects.takeHandedIn(from: store) {
            log.warning("of the project \(code), config/projects/\(code).yaml holds, not what was handed in for it")
        }
        let library = Library()
        try deploy(catalog, store, library, clock.now(), log)
        var engineSettings = settings.engine
        engineSettings.clouds = [cloud.name]
        engineSettings.locations = configuration.locations.map(\.id)
        let engine = Engine(
            store: store,
            clock: clock,
            library: library,
            actions: actions,
            projections: [ImageProjection(actions: imageActions)],
            settings: engineSettings,
            log: log
        )
        return Program(
            settings: settings,
            data: data,
            store: store,
            cloud: cloud,
            engine: engine,
            studio: ImageStudio(
                engine: engine,
                cloud: cloud,
                projects: configuration.projects,
                prices: configuration.prices
            ),
            versions: Versions(engine: engine, ground: files),
            configuration: configuration,
            notices: notices.policy,
            outbound: outbound,
            log: log
        )
    }

    /// The way out, as `config/outbound.yaml` has it.
    private static func openOutbound(_ settings: Settings) throws -> Outbound {
        let log = settings.logger("sirdar.outbound")
        let loaded = OutboundRules.load(folder: settings.config)
        try Misconfigured.check([loaded.file].compactMap(\.self), log)
        return Outbound(rules: loaded.rules)
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

    /// Stores each version that is new, and loads all that were ever deployed: new instances get the newest, or the one
    /// that was activated, and others may still be pinned to older ones.
    private static func deploy(
        _ catalog: Catalog,
        _ store: any Store,
        _ library: Library,
        _ now: Timestamp,
        _ log: Logger
    ) throws {
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
        // Schedules hold of workflows that there is a file of, and of those that were activated.
        try Versions.restore(library, from: store)
        for name in catalog.definitions.keys { library.takeIntoForce(name.namespace, name.name) }
        for kind in RequestKind.allCases {
            let name = "\(kind.rawValue)-image"
            guard library.current(ImageProjection.namespace, name) != nil else {
                throw MissingWorkflow(name: "\(ImageProjection.namespace)/\(name)")
            }
        }
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
