import JSON
import SirdarCore
import SirdarEngine
import SirdarImages
import SirdarTestKit
import Testing

@Suite("Golden images")
struct GoldenTests {
    @Test("an image without a trace of its project becomes golden, and is shared with whom was said")
    func marked() throws {
        let bench = try StudioBench()
        let image = try bench.image("standard")
        #expect(try bench.studio.sharedImages(with: ["ridge"]).isEmpty)
        let request = try bench.submit(.golden(image: image.id, projects: ["ridge"]))
        _ = try bench.request(request.id, in: "done")
        let golden = try bench.image(image.id)
        #expect(golden.isGolden && golden.sharedWith == ["ridge"] && golden.state == .built)
        #expect(try bench.studio.sharedImages(with: ["ridge"]).map(\.id) == [image.id])
        let choices = try ProfileBook(bench.store).choices(for: ("ridge", "london"), type: "workstation")
        #expect(choices.map(\.isEligible) == [true])
        let all = try bench.submit(.golden(image: image.id, projects: nil))
        _ = try bench.request(all.id, in: "done")
        #expect(try bench.image(image.id).sharedWith == nil)
    }

    @Test("an image that holds its project's address is refused, with where it was found, and stays as it is")
    func refused() throws {
        let bench = try StudioBench()
        let image = try bench.image("standard", disk: ["/etc/fstab": "10.42.0.20:/x /mnt nfs", "/etc/motd": "Hello."])
        let request = try bench.submit(.golden(image: image.id, projects: nil))
        let failed = try bench.request(request.id, in: "failed")
        #expect(failed.note?.contains("/etc/fstab: 10.42.0.20") == true)
        #expect(try !bench.image(image.id).isGolden)
    }

    @Test("unmarked, another project no longer has it, and a profile of it says so")
    func unmarked() throws {
        let bench = try StudioBench()
        let image = try bench.image("standard", golden: true)
        let profile = try bench.profile("Theirs", image, of: "ridge")
        let studio = bench.studio
        let ended: StudioImage = try answer { then in studio.endGolden(image.id, by: StudioBench.asking, then: then) }
        #expect(!ended.isGolden)
        #expect(try studio.sharedImages(with: ["ridge"]).isEmpty)
        let names = MachineNames(prefix: "x", first: 1, count: 1)
        let refusal = #expect(throws: StudioRefusal.self) {
            try bench.submit(.machines(profile: profile.id, names: names))
        }
        #expect(refusal?.sentence == "The image standard cannot be used: it is not shared with ridge.")
        #expect(throws: StudioRefusal.self) {
            let _: StudioImage = try answer { then in studio.endGolden(image.id, by: StudioBench.asking, then: then) }
        }
    }

    @Test("it is shared with projects that there are, and with one at least")
    func sharing() throws {
        let bench = try StudioBench()
        let image = try bench.image("standard")
        for projects in [["nowhere"], []] {
            let refusal = #expect(throws: StudioRefusal.self) {
                try bench.submit(.golden(image: image.id, projects: projects))
            }
            #expect(refusal?.errors.map(\.pointer) == ["/shared_with"])
        }
    }
}
