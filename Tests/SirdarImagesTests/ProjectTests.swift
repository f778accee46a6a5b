import JSON
import SirdarCore
import SirdarEngine
import SirdarImages
import Testing

@Suite("Projects and what would betray one in another's image")
struct ProjectTests {
    private func project(_ code: String, _ second: Int, export: String = "/export/projects") throws -> Project {
        Project(
            code: code,
            title: code,
            location: "london",
            network: try #require(NetworkRange("10.\(second).0.0/16")),
            storage: .init(kind: "nfs", address: "10.\(second).0.20", exportPath: export, mountPoint: "/mnt/projects"),
            manager: .init(kind: "deadline", connection: .remote, address: "10.\(second).0.30", port: 8080)
        )
    }

    @Test("a project is the same after it was written for a workflow and read")
    func roundTrip() throws {
        let project = try project("harrow", 57)
        #expect(Project(json: project.json) == project)
    }

    @Test("the storage step looks for storage values, the manager step for the manager's, the last scan for everything")
    func needles() throws {
        let traces = ProjectTraces(
            of: try project("blackfen", 42, export: "/export/blackfen"),
            besides: try project("harrow", 57)
        )
        #expect(traces.storage == [.address("10.42.0.20"), .path("/export/blackfen")])
        #expect(traces.manager == [.address("10.42.0.30")])
        #expect(
            Set(traces.everything)
                == Set(traces.storage + traces.manager + [.word("blackfen"), .network("10.42.0.0/16")])
        )
    }

    @Test("what both projects share betrays nothing")
    func shared() throws {
        let traces = ProjectTraces(of: try project("blackfen", 42), besides: try project("harrow", 57))
        #expect(traces.storage == [.address("10.42.0.20")])
    }

    @Test("an image's name in the cloud is plain, and ends in its identifier's end")
    func cloudNames() {
        let id = Identifier(milliseconds: 1_795_424_400_000, counter: 1, node: 0)
        let image = Image(
            id: id,
            name: "Comp WS / 2026 – final",
            project: "harrow",
            location: "oregon",
            type: "workstation",
            requester: "p",
            createdAt: id.time
        )
        #expect(image.cloudName == "harrow-comp-ws-2026-final-\(id.suffix)")
    }

    @Test("an image's record is read back as it was written", arguments: Image.State.allCases)
    func records(_ state: Image.State) {
        let id = Identifier(milliseconds: 1_795_424_400_000, counter: 1, node: 0)
        var image = Image(
            id: id,
            name: "ws",
            description: "d",
            project: "harrow",
            location: "oregon",
            type: "workstation",
            state: state,
            requester: "p",
            createdAt: id.time
        )
        image.isGolden = true
        image.sharedWith = ["blackfen"]
        image.ref = ImageRef(location: "oregon", id: "x")
        image.digest = "abc"
        image.storedBytes = 42
        image.request = id
        image.builtAt = id.time
        let change = image.added
        #expect(change.name == (state.freesName ? nil : "ws"))
        let record = Record(
            kind: change.kind,
            key: change.key,
            scope: change.scope,
            name: change.name,
            version: 1,
            body: change.body ?? .null
        )
        #expect(Image(record) == image)
    }
}
