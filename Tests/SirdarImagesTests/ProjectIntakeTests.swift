import Foundation
import JSON
import Logging
import SirdarCore
import SirdarEngine
import SirdarImages
import SirdarJournal
import SirdarSQLite
import SirdarTestKit
import Testing

@Suite("Projects that another system hands in")
struct ProjectIntakeTests {
    private static let body: JSON.Object = [
        "title": "Ashdown", "location": "london", "network": "10.60.0.0/16",
        "storage": ["address": "10.60.0.20", "exportPath": "/export"],
        "manager": ["address": "10.60.0.30", "port": 8080, "kind": .null],
    ]

    private static func long(_ count: Int) -> JSON { .string(String(repeating: "a", count: count)) }

    @Test("what is handed in is there at once and in the journal, and said again changes nothing")
    func added() throws {
        let bench = try IntakeBench()
        let intake = try bench.studio.intake(Self.body, of: "ashdown")
        #expect(intake.isNew && intake.changes.count == 13)
        #expect(try bench.studio.projects().map(\.code) == ["blackfen"], "nothing is kept by looking")
        try bench.keep(intake)
        #expect(try bench.studio.projects().map(\.code) == ["ashdown", "blackfen"])
        let again = try bench.studio.intake(Self.body, of: "ashdown")
        #expect(!again.isNew && again.changes.isEmpty)
        try bench.keep(again)
        let entries = try bench.entries()
        #expect(entries.map { $0["action"] } == ["project.added"])
        #expect(entries.first?["detail"]?["after"]?["storage"]?["address"] == "10.60.0.20")
    }

    @Test("a change is told part by part, under the same object of the journal")
    func changed() throws {
        let bench = try IntakeBench()
        try bench.keep(try bench.studio.intake(Self.body, of: "ashdown"))
        var body = Self.body
        body["storage"] = ["address": "10.60.0.21", "exportPath": "/export"]
        let intake = try bench.studio.intake(body, of: "ashdown")
        let change = try #require(intake.changes.first)
        #expect(intake.changes.count == 1 && change.pointer.description == "/storage/address")
        #expect(change.before == "10.60.0.20" && change.after == "10.60.0.21")
        try bench.keep(intake)
        let entries = try bench.entries()
        #expect(entries.map { $0["action"] } == ["project.added", "project.changed"])
        #expect(Set(entries.map { $0["object"]?["id"] }).count == 1)
        #expect(entries.last?["detail"]?["before"]?["storage"]?["address"] == "10.60.0.20")
    }

    @Test("of two who saw the same, the second is told")
    func stale() throws {
        let bench = try IntakeBench()
        let (first, second) = (
            try bench.studio.intake(Self.body, of: "ashdown"), try bench.studio.intake(Self.body, of: "ashdown")
        )
        try bench.keep(first)
        #expect(throws: StoreError.conflict) { try bench.keep(second) }
        #expect(try bench.entries().count == 1)
    }

    @Test("everything that is wrong is told at once, each at its member")
    func wrong() throws {
        let body: JSON.Object = [
            "code": "other", "location": "atlantis", "network": "10.60.0.0/16", "colour": "red",
            "storage": ["address": "10.61.0.20"], "manager": ["address": "10.60.0.30", "port": 99_999],
        ]
        do {
            _ = try IntakeBench().studio.intake(body, of: "ashdown")
            Issue.record("It was taken.")
        } catch let refusal as StudioRefusal {
            #expect(refusal.status == 422)
            #expect(
                Set(refusal.errors.map(\.pointer)) == [
                    "/code", "/location", "/colour", "/storage/address", "/manager/port",
                ]
            )
            #expect(refusal.errors.count == 5, "\(refusal.errors)")
        }
    }

    @Test(
        "what is longer than described is not taken, nor a currency that is none",
        arguments: [
            ("/title", ["title": long(101)]),
            ("/currency", ["currency": "usd"]),
            ("/storage/exportPath", ["storage": ["address": "a", "exportPath": long(1025)]]),
            ("/storage/kind", ["storage": ["address": "a", "kind": long(33)]]),
            ("/manager/address", ["manager": ["address": long(254), "port": 80]]),
        ] as [(String, JSON.Object)]
    )
    func lengths(_ pointer: String, _ wrong: JSON.Object) throws {
        var body = Self.body
        for (key, value) in wrong { body[key] = value }
        let refusal = #expect(throws: StudioRefusal.self) { _ = try IntakeBench().studio.intake(body, of: "ashdown") }
        #expect(refusal?.errors.map(\.pointer) == [pointer], "\(refusal?.errors ?? [])")
    }

    @Test("a project of a file is changed in its file, and holds against one that was handed in")
    func files() throws {
        let bench = try IntakeBench()
        #expect(throws: StudioRefusal.self) { _ = try bench.studio.intake(Self.body, of: "blackfen") }
        try bench.keep(try bench.studio.intake(Self.body, of: "ashdown"))
        let later = Projects([try IntakeBench.project("blackfen")])
        #expect(try later.takeHandedIn(from: bench.store) == [])
        #expect(later["ashdown"]?.storage.address == "10.60.0.20")
        let filed = Projects([try IntakeBench.project("ashdown")])
        #expect(try filed.takeHandedIn(from: bench.store) == ["ashdown"])
        #expect(filed["ashdown"]?.storage.address == "10.42.0.20" && filed.all.count == 1)
    }

    @Test("a project that has machines does not move")
    func moving() throws {
        let bench = try IntakeBench()
        try bench.keep(try bench.studio.intake(Self.body, of: "ashdown"))
        var body = Self.body
        body["location"] = "oregon"
        #expect(try bench.studio.intake(body, of: "ashdown").changes.map(\.pointer.description) == ["/location"])
        bench.world.add(CloudWorld.Machine("as-01", project: "ashdown", type: "workstation"), in: "london")
        #expect(throws: StudioRefusal.self) { _ = try bench.studio.intake(body, of: "ashdown") }
    }
}

private final class IntakeBench {
    let store: SQLiteStore
    let studio: ImageStudio
    let world = CloudWorld(locations: ["london", "oregon"])
    private let folder = FileManager.default.temporaryDirectory.appending(path: "sirdar-intake-\(UUID().uuidString)")
    private static let quiet = Logger(label: "intake", factory: { _ in SwiftLogNoOpLogHandler() })
    private static let actuation = Actuation(actor: .init(id: "inventory", kind: .service), channel: .api)

    init() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        store = try SQLiteStore(path: folder.appending(path: "sirdar.sqlite").path, log: Self.quiet)
        let engine = Engine(store: store, clock: ManualClock(), library: Library(), actions: [], log: Self.quiet)
        let projects = Projects([try Self.project("blackfen")])
        studio = ImageStudio(engine: engine, cloud: ScriptedCloud(world), projects: projects)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    static func project(_ code: String) throws -> Project {
        try Project(
            code: code,
            title: code,
            location: "london",
            network: #require(NetworkRange("10.42.0.0/16")),
            storage: .init(kind: "nfs", address: "10.42.0.20", exportPath: "/export", mountPoint: "/mnt"),
            manager: .init(kind: "deadline", connection: .remote, address: "10.42.0.30", port: 8080)
        )
    }

    func keep(_ intake: ProjectIntake) throws {
        let studio = studio
        try answer { then in studio.keep(intake, by: Self.actuation, then: then) } as Void
    }

    func entries() throws -> [JSON] {
        try store.entries(EntryQuery()).map { try JSON(parsing: $0.entry.canonical) }
    }
}
