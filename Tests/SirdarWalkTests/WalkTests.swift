import Foundation
import JSON
import SirdarTestKit
import Testing

/// The main path, end to end, on real disks and with the built program: a newcomer's first file.
///
/// A requester asks for an image of a machine that is off, then to use that image in another project, in another
/// location. Two engineers point the machine at the project. The server is killed, without warning, at three moments of
/// it, and goes on each time where it was.
@Suite("The walk: from an empty folder to an image adapted for another project")
struct WalkTests {
    @Test("a studio asks for an image, uses it in another project, and every kill is survived")
    func walk() throws {
        let studio = try DemonstrationStudio()
        defer { studio.stop() }
        try studio.serve()

        // A machine that is on is refused, with what to do.
        let refused = try studio.run("requester", "request create --machine blackfen-ws-02 --name no")
        #expect(refused.code == 4)
        #expect(refused.messages.contains("Stop it first (sirdar machine stop blackfen-ws-02)"))

        // A machine that is off becomes an image; the server is killed while it is made.
        let request = try studio.json("requester", "request create --machine blackfen-rn-01 --name rn-walk")
        let source = try #require(request["image"]?["id"]?.asString)
        try studio.kill()
        try studio.serve()
        let built = try studio.image(source, until: "built")
        #expect(built["location"]?.asString == "london" && built["digest"]?.asString?.count == 64)

        // It is to be used in harrow: another location, so it is copied first.
        let adapt = try studio.json("requester", "request adapt --image \(source) --project harrow --name rn-harrow")
        let adapted = try #require(adapt["image"]?["id"]?.asString)
        let instance = try #require(adapt["instance"]?.asString)
        _ = try eventually { try studio.items("operator", "task list").count == 2 ? true : nil }
        try studio.kill()
        try studio.serve()
        try reconfigure(studio)
        try studio.kill()
        try studio.serve()

        let harrow = try studio.image(adapted, until: "built")
        #expect(harrow["project"]?.asString == "harrow" && harrow["location"]?.asString == "oregon")
        try examine(studio, instance)
    }

    /// Two engineers, one the storage and one the render manager.
    private func reconfigure(_ studio: DemonstrationStudio) throws {
        let storage = try studio.json("operator", "task next --queue image-reconfiguration")
        let manager = try studio.json("operator2", "task next --queue image-reconfiguration")
        let (first, second) = (try id(storage), try id(manager))
        #expect(try studio.run("operator2", "task claim \(first)").code == 4, "what one holds, another cannot claim")
        let complete = "task complete \(first) --outcome reconfigured --tick files-edited --tick mounts-noted=read"

        // The address of the wrong project never passes.
        let wrong = try studio.run("operator", "\(complete) --value storageAddress=10.42.0.20")
        #expect(wrong.code == 1 && wrong.messages.contains("10.42.0.20"))

        // Nothing has been edited yet: the check finds the old address, file and line.
        let early = try studio.run("operator", "\(complete) --value storageAddress=10.57.0.20 --json")
        #expect(early.code == 1)
        let check = try #require(try JSON(parsing: early.output)["last_check"])
        #expect(check["result"]?.asString == "failed")
        let findings = check["output"]?["findings"]?.asArray ?? []
        #expect(findings.contains { $0["file"] == "/etc/fstab" && $0["line"]?.asInt == 3 })

        let machine = try #require(storage["machine"]?.asString)
        try edit(studio, machine)
        let right = try studio.json("operator", "\(complete) --value storageAddress=10.57.0.20")
        #expect(right["state"]?.asString == "completed")
        let done = try studio.json(
            "operator2",
            "task complete \(second) --outcome reconfigured --value managerAddress=10.57.0.30 --tick settings-edited "
                + "--tick connection-noted=read"
        )
        #expect(done["state"]?.asString == "completed")
    }

    /// The files on the machine's real disk, as its checks name them.
    private func edit(_ studio: DemonstrationStudio, _ machine: String) throws {
        let files = [
            "/etc/fstab", "/etc/auto.projects", "/etc/hosts", "/var/lib/Thinkbox/Deadline10/deadline.ini",
            "/etc/opencue/rqd.conf", "/var/log/Thinkbox/Deadline10/deadlinelauncher-2026-11-20.log",
        ]
        for file in files {
            let content = try studio.run("operator", "machine file get \(machine) \(file)")
            #expect(content.code == 0, "\(file): \(content.messages)")
            let text = String(decoding: content.output, as: UTF8.self)
                .replacingOccurrences(of: "10.42.0.20", with: "10.57.0.20")
                .replacingOccurrences(of: "10.42.0.30", with: "10.57.0.30")
            let put = try studio.run("operator", "machine file put \(machine) \(file)", input: text)
            #expect(put.code == 0, "\(file): \(put.messages)")
        }
    }

    /// The whole story is there, nothing happened twice, and nothing is left behind.
    private func examine(_ studio: DemonstrationStudio, _ instance: String) throws {
        let story = try studio.json("operator", "instance show \(instance)")
        #expect(story["status"]?.asString == "completed")
        let steps = story["steps"]?.asArray ?? []
        let names = steps.compactMap { $0["name"]?.asString }
        for name in ["copyToLocation", "createMachine", "scanForTraces", "zeroFreeSpace", "searchImage", "recordImage"]
        {
            #expect(names.count { $0 == name } == 1, "\(name) is told once")
        }
        let people = steps.flatMap { $0["actors"]?.asArray ?? [] }.compactMap { $0["name"]?.asString }
        #expect(Set(people) == ["operator", "operator2"])
        #expect(steps.allSatisfy { $0["kind"]?.asString != "automatic" || $0["output"] != nil }, "outputs are told")
        let machines = try studio.items("operator", "machine list --project harrow")
        #expect(!machines.contains { $0["name"]?.asString?.contains("builder") ?? false }, "the builder is removed")
        let left = try studio.files().filter { $0.contains(".part") || $0.contains(".new") }
        #expect(left.isEmpty, "half-made files: \(left)")
        let images = try studio.files().filter { $0.hasSuffix(".qcow2") && $0.contains("/oregon/") }
        #expect(images.count == 1, "the in-between copy is gone: \(images)")
    }

    private func id(_ task: JSON) throws -> String { try #require(task["id"]?.asString) }
}
