import JSON
import SirdarEngine
import SirdarTestKit
import Testing

/// Completing a task and waiting for its check; showing a task.
@Suite("Tasks")
struct TaskTests {
    /// A task in a state, with a check when one has answered.
    private static func task(_ state: String, outcomes: [JSON] = ["reconfigured"], check: JSON? = nil) -> JSON {
        var task: JSON.Object = [
            "id": "0193", "state": .string(state), "title": "Point bf-builder-07 at the storage", "queue": "storage",
            "fence": 7, "outcomes": .array(outcomes), "instance": "0194", "priority": "normal",
        ]
        task["last_check"] = check
        return .object(task)
    }

    private static let failed: JSON = [
        "result": "failed", "at": "2026-11-23T18:04:05.120Z",
        "output": [
            "summary": "2 traces of blackfen are left.",
            "hits": [
                ["file": "/etc/fstab", "line": 12, "text": "10.42.0.20:/projects /mnt/projects nfs"],
                ["file": "/opt/launcher", "line": nil, "text": "binary, offset 4096"],
            ],
        ],
    ]

    /// Answers completions with `verifying`, and then, after some reads, with how it came out.
    private static func server(reads: Int, then outcome: JSON) throws -> ScriptedServer {
        let left = Locked(reads)
        let isCompleted = Locked(false)
        return try ScriptedServer { request in
            if request.method == "PUT" {
                isCompleted.withLock { $0 = true }
                return .json(task("verifying"))
            }
            guard isCompleted.withLock({ $0 }) else { return .json(task("in_progress")) }
            let isOver = left.withLock { left in
                left -= 1
                return left < 0
            }
            return .json(isOver ? outcome : task("verifying"))
        }
    }

    @Test("completing waits until the check has passed")
    func passed() throws {
        let server = try Self.server(reads: 2, then: Self.task("completed"))
        defer { server.stop() }
        let outcome = try Tool(server).run(
            "task complete 0193 --outcome reconfigured --value a=1 --tick mounts=x --tick fstab"
        )
        #expect(outcome.code == 0, "\(outcome.messages)")
        #expect(outcome.text == "Completed “Point bf-builder-07 at the storage”. It is completed.\n")
        #expect(outcome.messages.contains("Next: sirdar instance show 0194"))
        let sent = try #require(server.requests.first { $0.method == "PUT" })
        #expect(sent.target == "/v1/tasks/0193/completion")
        #expect(
            sent.json == [
                "outcome": "reconfigured", "values": ["a": "1"], "fence": 7,
                "ticks": [["item": "mounts", "evidence": "x"], ["item": "fstab"]],
            ]
        )
        #expect(server.requests.count == 5)
    }

    @Test("a check that fails shows what it found, as a table, and ends with 1")
    func checkFailed() throws {
        let server = try Self.server(reads: 1, then: Self.task("in_progress", check: Self.failed))
        defer { server.stop() }
        let outcome = try Tool(server).run("task complete 0193")
        #expect(outcome.code == 1)
        #expect(outcome.text.contains("Last check: failed, "))
        #expect(
            outcome.text.hasSuffix(
                """
                  summary  2 traces of blackfen are left.
                  hits
                  FILE           LINE  TEXT
                  /etc/fstab       12  10.42.0.20:/projects /mnt/projects nfs
                  /opt/launcher        binary, offset 4096

                """
            ),
            "\(outcome.text)"
        )
        #expect(
            outcome.messages.hasSuffix(
                "The check found something. The task is with you again, with all that you entered.\n"
            )
        )
    }

    @Test("a check that fails is one document for programs, and ends with 1 all the same")
    func checkFailedForPrograms() throws {
        let task = Self.task("in_progress", check: Self.failed)
        let server = try Self.server(reads: 0, then: task)
        defer { server.stop() }
        let outcome = try Tool(server).run("task complete 0193 --json")
        #expect(outcome.code == 1)
        #expect(outcome.json == task)
    }

    @Test("a check that has not answered in time goes on, and the command ends with 69")
    func tooLate() throws {
        let server = try Self.server(reads: 100, then: Self.task("completed"))
        defer { server.stop() }
        let outcome = try Tool(server).run("task complete 0193 --timeout 1")
        #expect(outcome.code == 69)
        #expect(outcome.messages.contains("has not answered after 1 s"))
    }

    @Test("with --no-wait the check is not waited for")
    func noWait() throws {
        let server = try Self.server(reads: 100, then: Self.task("completed"))
        defer { server.stop() }
        let outcome = try Tool(server).run("task complete 0193 --no-wait")
        #expect(outcome.code == 0)
        #expect(outcome.text.contains("It is verifying."))
        #expect(server.requests.count == 2)
    }

    @Test("a server that is away for a moment does not end the waiting")
    func awayMeanwhile() throws {
        let count = Locked(0)
        let server = try ScriptedServer { request in
            let number = count.withLock { count in
                count += 1
                return count
            }
            switch number {
            case 1: return .json(Self.task("in_progress"))
            case 2: return .json(Self.task("verifying"))
            case 3, 4: return .problem(503, "Too busy.")
            default: return .json(Self.task("completed"))
            }
        }
        defer { server.stop() }
        #expect(try Tool(server).run("task complete 0193").code == 0)
    }

    @Test("the outcome is asked for where there are several, and nothing is sent")
    func severalOutcomes() throws {
        let server = try ScriptedServer(.json(Self.task("in_progress", outcomes: ["reconfigured", "cannot do"])))
        defer { server.stop() }
        let outcome = try Tool(server).run("task complete 0193")
        #expect(outcome.code == 64)
        #expect(outcome.messages == "sirdar: Give the outcome: --outcome reconfigured, or --outcome 'cannot do'.\n")
        #expect(!server.requests.contains { $0.method == "PUT" })
    }

    @Test("when nothing waits, task next ends with 3")
    func nothingWaits() throws {
        let server = try ScriptedServer(.nothing)
        defer { server.stop() }
        let outcome = try Tool(server).run("task next --queue storage")
        #expect(outcome.code == 3)
        #expect(outcome.messages == "sirdar: No task waits for you in storage.\n")
    }

    @Test("a task is shown with its form, checklist, runbook and what can be done")
    func show() throws {
        guard case .object(var task) = Self.task("in_progress") else { return }
        task["owner"] = ["id": "p", "name": "operator", "since": "2026-11-23T17:00:00.000Z"]
        task["about"] = ["machine": "bf-builder-07"]
        task["form"] = [
            [
                "name": "storageAddress", "type": "ip", "label": "Shared storage IP", "required": true,
                "within": "10.57.0.0/16",
            ]
        ]
        task["checklist"] = [
            [
                "id": "mounts", "text": "Note the mounts", "required": true, "ticked": true,
                "tick": ["by": "operator", "evidence": "ok"],
            ],
            ["id": "fstab", "text": "Edit fstab", "required": false, "evidence": "text", "ticked": false],
        ]
        task["runbook"] = [
            "name": "r", "title": "Reconfigure storage", "text": "{{x}}", "plain_text": "# Before\n\nLook.\u{1B}[2J",
        ]
        task["operations"] = [["operation": "draft", "allowed": true], ["operation": "complete", "allowed": true]]
        let server = try ScriptedServer(.json(.object(task)))
        defer { server.stop() }
        #expect(
            try Tool(server).run("task show 0193").text == """
                Point bf-builder-07 at the storage
                  task      0193
                  state     in progress
                  queue     storage
                  owner     operator, since 2026-11-23 17:00
                  outcomes  reconfigured
                  instance  0194

                About
                  machine  bf-builder-07

                What to enter (--value)
                  KEY             WHAT               TYPE  NEEDED  HELP
                  storageAddress  Shared storage IP  ip    yes     within 10.57.0.0/16

                Checklist (--tick)
                  DONE  ITEM    WHAT             NEEDED  EVIDENCE        BY
                  [x]   mounts  Note the mounts  yes     ok              operator
                  [ ]   fstab   Edit fstab               asks for: text

                Runbook: Reconfigure storage
                  # Before

                  Look.\u{FFFD}[2J

                You can: save, complete

                """
        )
    }
}
