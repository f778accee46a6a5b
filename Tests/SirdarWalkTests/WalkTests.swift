import Foundation
import JSON
import SirdarTestKit
import Testing

/// The main path, end to end, on real disks and with the built program: a newcomer's first file.
///
/// A requester asks by a script for an image of a machine that is off, then by the command line to use that image in
/// another project, in another location. Two engineers point the machine at the project, one by command line and
/// script, the other by the pages. The server is killed, without warning, at three moments of
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
        let wish: JSON = ["kind": "create", "machine": "blackfen-rn-01", "name": "rn-walk"]
        let asked = try studio.call("requester", "POST", "/v1/requests", wish)
        #expect(asked.status == 201)
        let request = try asked.json
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
        let kept = try prove(studio)
        try backUp(studio, instance)
        try proveAgain(studio, kept)
    }

    /// Two engineers, one the storage and one the render manager.
    private func reconfigure(_ studio: DemonstrationStudio) throws {
        let storage = try studio.call("operator", "POST", "/v1/claims", ["queue": "image-reconfiguration"]).json
        let visitor = try studio.visitor("operator2")
        let next = try visitor.post("/queue/next", [("queue", "image-reconfiguration")])
        #expect(next.status == 303)
        let first = try id(storage)
        let second = String(try #require(next.headers["location"]).dropFirst("/tasks/".count).prefix { $0 != "#" })
        #expect(try studio.run("operator2", "task claim \(first)").code == 4, "what one holds, another cannot claim")
        // One item is ticked by a script, the other with the completion.
        let tick = try studio.call("operator", "PUT", "/v1/tasks/\(first)/ticks/mounts-noted", ["evidence": "read"])
        #expect(tick.status == 200)
        let complete = "task complete \(first) --outcome reconfigured --tick files-edited"

        // The address of the wrong project never passes.
        let wrong = try studio.run("operator", "\(complete) --value storageAddress=10.42.0.20")
        #expect(wrong.code == 1 && wrong.messages.contains("10.42.0.20"))

        // Nothing has been edited yet: the check finds the old address, file and line, whichever way it was completed.
        let early = try studio.call(
            "operator",
            "PUT",
            "/v1/tasks/\(first)/completion",
            [
                "outcome": "reconfigured", "values": ["storageAddress": "10.57.0.20"],
                "ticks": [["item": "files-edited"]],
            ]
        )
        #expect((200...202).contains(early.status))
        let check = try eventually { () -> JSON? in
            let task = try studio.json("operator", "task show \(first)")
            guard task["state"]?.asString == "in_progress", let check = task["last_check"] else { return nil }
            return .some(check)
        }
        let again = try studio.run("operator", "\(complete) --value storageAddress=10.57.0.20 --json")
        let checkedAgain = try JSON(parsing: again.output)["last_check"]
        #expect(again.code == 1 && checkedAgain?["result"]?.asString == "failed")
        #expect(check["result"]?.asString == "failed")
        let findings = check["output"]?["findings"]?.asArray ?? []
        #expect(findings.contains { $0["file"] == "/etc/fstab" && $0["line"]?.asInt == 3 })

        let machine = try #require(storage["machine"]?.asString)
        try edit(studio, machine)
        let right = try studio.json("operator", "\(complete) --value storageAddress=10.57.0.20")
        #expect(right["state"]?.asString == "completed")
        try completeByPage(studio, visitor, second)
    }

    /// As a browser without scripts would: forms that were shown, sent as they were filled in.
    private func completeByPage(_ studio: DemonstrationStudio, _ visitor: Visitor, _ task: String) throws {
        let page = try visitor.page("/tasks/\(task)")
        #expect(page.status == 200 && page.text.contains("Complete"))
        for name in ["value.managerAddress", "tick.settings-edited", "evidence.connection-noted"] {
            #expect(page.text.contains("name=\"\(name)\""), "the form asks for \(name)")
        }
        let saved = try visitor.post("/tasks/\(task)/draft", [("tick.settings-edited", "on")])
        #expect(saved.status == 303)
        let fields = [
            ("outcome", "reconfigured"), ("tick.settings-edited", "on"), ("tick.connection-noted", "on"),
            ("evidence.connection-noted", "read"),
        ]
        let wrong = try visitor.post("/tasks/\(task)/complete", fields + [("value.managerAddress", "10.42.0.30")])
        #expect(wrong.status == 422 && wrong.text.contains("10.42.0.30"), "what was typed is still there")
        let right = try visitor.post("/tasks/\(task)/complete", fields + [("value.managerAddress", "10.57.0.30")])
        #expect(right.status == 303)
        _ = try eventually { () -> Bool? in
            try studio.json("operator2", "task show \(task)")["state"]?.asString == "completed" ? true : nil
        }
    }

    /// An auditor takes the journal away and verifies it with nothing but the public key and what was kept elsewhere.
    ///
    /// - Returns: the public key.
    private func prove(_ studio: DemonstrationStudio) throws -> String {
        let bundle = studio.path("journal.sirdar")
        let denied = try studio.run("operator", "journal export -o \(bundle)")
        #expect(denied.code == 5 && !FileManager.default.fileExists(atPath: bundle))
        let made = try studio.run("auditor", "journal export -o \(bundle)")
        #expect(made.code == 0, "\(made.messages)")
        let findings = try studio.json("auditor", "doctor")["findings"]?.asArray ?? []
        let seal = findings.first { $0["name"] == "seal" }?["detail"]?.asString ?? ""
        let key = String(try #require(seal.split(separator: " ").last).dropLast())
        let kept = studio.path("data/journal-checkpoints.txt")
        let verified = try studio.run("auditor", "journal verify \(bundle) --key \(key) --since \(kept)")
        #expect(verified.code == 0, "\(seal) \(verified.messages)")
        #expect(String(decoding: verified.output, as: UTF8.self).contains("It agrees with the checkpoint of"))
        return key
    }

    /// After a backup was gone back to, the journal goes on and all is sound; what was kept before shows it.
    private func proveAgain(_ studio: DemonstrationStudio, _ key: String) throws {
        let examination = try studio.run("auditor", "doctor")
        #expect(examination.code == 0, "\(examination.messages)")
        let restored = try studio.items("auditor", "journal list --action store.restored")
        #expect(restored.count == 1 && restored.first?["detail"]?["checkpoint"]?.asString?.contains("\n") == true)
        let aside = try #require(restored.first?["detail"]?["checkpoints_aside"]?.asString)
        let bundle = studio.path("restored.sirdar")
        #expect(try studio.run("auditor", "journal export -o \(bundle)").code == 0)
        let verified = try studio.run("auditor", "journal verify \(bundle) --key \(key)")
        #expect(verified.code == 0, "\(verified.messages)")
        let old = try studio.run("auditor", "journal verify \(bundle) --key \(key) --since \(aside)")
        #expect(FileManager.default.fileExists(atPath: aside) && old.code == 1, "\(old.messages)")
    }

    /// The running server gives a copy of everything, and a folder that it holds is not restored into.
    private func backUp(_ studio: DemonstrationStudio, _ instance: String) throws {
        let copy = studio.path("copy.sqlite")
        let denied = try studio.run("operator", "backup \(copy)")
        #expect(denied.code == 5 && !FileManager.default.fileExists(atPath: copy))
        let made = try studio.run("admin", "backup \(copy)")
        #expect(made.code == 0, "\(made.messages)")
        #expect(try studio.run("admin", "backup \(copy)").code == 1, "a backup never overwrites")
        // What is sealed after the backup is lost with going back to it; the second covers the entry of the first.
        for name in ["one", "two"] {
            #expect(try studio.run("auditor", "journal export -o \(studio.path(name))").code == 0)
        }
        let held = try studio.run("admin", "restore \(copy)")
        #expect(held.code != 0 && held.messages.contains("in use"))
        try studio.kill()
        let restored = try studio.run("admin", "restore \(copy)")
        #expect(restored.code == 0, "\(restored.messages)")
        try studio.serve()
        #expect(try studio.json("operator", "instance show \(instance)")["status"]?.asString == "completed")
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
