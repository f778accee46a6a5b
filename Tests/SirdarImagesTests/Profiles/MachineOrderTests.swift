import JSON
import SirdarCore
import SirdarEngine
import SirdarImages
import SirdarTestKit
import Testing

@Suite("Machines from a build profile")
struct MachineOrderTests {
    private func names(_ prefix: String, _ count: Int, first: Int = 1) -> MachineNames {
        MachineNames(prefix: prefix, first: first, count: count)
    }

    @Test("as many as were asked for are made of the image, off, and each tells its profile and its image")
    func made() throws {
        let bench = try StudioBench()
        let image = try bench.image("comp-ws", disk: ["/etc/motd": "Comp."])
        let profile = try bench.profile("Comp", image)
        let request = try bench.submit(.machines(profile: profile.id, names: names("comp", 12)))
        #expect(request.about == "comp-01 to comp-12, from Comp" && request.project == "blackfen")
        _ = try bench.request(request.id, in: "done")
        let machines = try bench.studio.machines(of: "blackfen")
        #expect(machines.map(\.name) == names("comp", 12).all)
        #expect(machines.allSatisfy { $0.power == "off" && $0.type == "workstation" && $0.project == "blackfen" })
        #expect(machines.allSatisfy { $0.madeFrom?.profileName == "Comp" && $0.madeFrom?.imageName == "comp-ws" })
        #expect(machines.allSatisfy { $0.madeFrom?.request == request.id })
        #expect(bench.world.machines.allSatisfy { $0.disk == ["/etc/motd": "Comp."] })
        #expect(try bench.studio.machines(of: "ridge").isEmpty)
    }

    @Test("a name that is there, in whatever project of the location, is refused before anything is made")
    func namesAreUnique() throws {
        let bench = try StudioBench()
        let image = try bench.image("golden", golden: true)
        let (mine, other) = (try bench.profile("A", image), try bench.profile("B", image, of: "ridge"))
        let first = try bench.submit(.machines(profile: mine.id, names: names("ws", 2)))
        // While the first request is open, its names are taken, made or not.
        let refusal = #expect(throws: StudioRefusal.self) {
            try bench.submit(.machines(profile: other.id, names: names("ws", 3)))
        }
        #expect(refusal?.sentence.hasPrefix("ws-01, ws-02 are there already. Number them from 3 on") == true)
        #expect(refusal?.status == 422 && refusal?.errors.map(\.pointer) == ["/first"])
        _ = try bench.request(first.id, in: "done")
        #expect(throws: StudioRefusal.self) { try bench.submit(.machines(profile: mine.id, names: names("ws", 1))) }
        let second = try bench.submit(.machines(profile: other.id, names: names("ws", 1, first: 3)))
        // The image is another project's, and so is what else there is to know of it.
        #expect(second.image?.name == "golden" && second.image?.sharing == nil && first.image?.sharing == .all)
        _ = try bench.request(second.id, in: "done")
        #expect(try bench.studio.machines(of: "ridge").map(\.name) == ["ws-03"])
    }

    @Test("of a profile that is retired, or whose image cannot be used any more, none are made")
    func unusable() throws {
        let bench = try StudioBench()
        let image = try bench.image("comp")
        let profile = try bench.profile("Comp", image)
        let record = try #require(try bench.store.record(Image.kind, image.id.description))
        var going = image
        going.state = .deletionRequested
        try bench.write([going.changed(from: record)])
        let gone = #expect(throws: StudioRefusal.self) {
            try bench.submit(.machines(profile: profile.id, names: names("x", 1)))
        }
        #expect(gone?.sentence == "The image comp cannot be used: its deletion has been requested.")
        let engine = bench.engine
        let found = try #require(try bench.store.record(BuildProfile.kind, profile.id.description))
        let _: BuildProfile = try answer { then in
            ProfileDesk(engine).retire(found, by: StudioBench.asking, then: then)
        }
        let retired = #expect(throws: StudioRefusal.self) {
            try bench.submit(.machines(profile: profile.id, names: names("x", 1)))
        }
        #expect(retired?.sentence == "The build profile Comp is retired.")
        #expect(bench.world.machines.isEmpty)
    }

    @Test("a request that is given up leaves neither machines nor taken names")
    func givenUp() throws {
        let bench = try StudioBench()
        let image = try bench.image("comp")
        let profile = try bench.profile("Comp", image)
        // The second machine of three cannot be made, and its step waits for a person.
        bench.world.refuse("launch comp-02")
        let request = try bench.submit(.machines(profile: profile.id, names: names("comp", 3)))
        let instance = try #require(request.instance)
        _ = try bench.when { try bench.store.tasks(TaskQuery(instance: instance, isOpen: true)).first }
        #expect(bench.world.machines.map(\.name) == ["comp-01"])
        let (studio, open) = (bench.studio, try #require(try bench.studio.request(request.id)))
        let _: StudioRequest = try answer { then in studio.withdraw(open, by: StudioBench.asking, then: then) }
        _ = try bench.request(request.id, in: "withdrawn")
        #expect(bench.world.machines.isEmpty)
        #expect(try bench.store.records(RecordQuery(kind: PlannedMachine.kind)).isEmpty)
        let again = try bench.submit(.machines(profile: profile.id, names: names("comp", 1)))
        _ = try bench.request(again.id, in: "done")
    }

    @Test("a deletion that was confirmed can be recalled while it cools off, and then no more")
    func coolingOff() throws {
        let bench = try StudioBench()
        let image = try bench.image("golden", golden: true)
        let studio = bench.studio
        let deleting = { () throws -> StudioRequest in
            let request = try bench.submit(.delete(image: image.id, reason: ""))
            #expect(request.pointOfNoReturn == PointOfNoReturn(isPassed: false, at: nil))
            try bench.confirm(try #require(request.instance))
            let until = bench.clock.now().advanced(by: ImageStudio.coolingOffDefault)
            let open = try #require(try studio.request(request.id))
            #expect(open.pointOfNoReturn == PointOfNoReturn(isPassed: false, at: until))
            #expect(try bench.image(image.id).state == .deleting)
            return open
        }
        let first = try deleting()
        bench.clock.advance(by: .hours(23))
        let _: StudioRequest = try answer { then in studio.withdraw(first, by: StudioBench.asking, then: then) }
        _ = try bench.request(first.id, in: "withdrawn")
        #expect(try bench.image(image.id).state == .built && bench.world.images.count == 1)
        // The next one is not recalled in time: the bytes are on their way out, and cannot be had back.
        let second = try deleting()
        bench.world.refuse("deleteDisk \(image.cloudName)")
        bench.clock.advance(by: .hours(24))
        let _: Image = try eventually {
            let image = try bench.image(image.id)
            return image.isDeregistered ? image : nil
        }
        let late = try #require(try studio.request(second.id))
        #expect(late.pointOfNoReturn?.isPassed == true)
        let refusal = #expect(throws: StudioRefusal.self) {
            let _: StudioRequest = try answer { then in studio.withdraw(late, by: StudioBench.asking, then: then) }
        }
        #expect(refusal?.code == "past-no-return")
    }

    @Test("a profile, and machines on the way, are told to whoever deletes the image; others' profiles without names")
    func references() throws {
        let bench = try StudioBench()
        let image = try bench.image("golden", golden: true)
        _ = (try bench.profile("Mine", image), try bench.profile("Theirs", image, of: "ridge"))
        let request = try bench.submit(.delete(image: image.id, reason: ""))
        let instance = try #require(request.instance)
        let references: JSON = try eventually {
            try bench.store.instance(instance)?.context["references"]
        }
        #expect(references["inUse"] == true && references["profiles"] == ["Mine"] && references["foreignProfiles"] == 1)
        #expect(!references.text.contains("Theirs"))
    }
}
