import JSON
import SirdarCore
import SirdarEngine
import Testing

/// What a rehearsal says that cannot go on: what is missing, where, and what to write.
@Suite("Rehearsals that cannot go on")
struct InterruptionTests {
    private static let remove = "\nactions:\n  remove: { output: {} }\n"

    private func interruption(_ answers: String) throws -> Interruption {
        let account = try Theatre.run(Theatre.stage(Theatre.thing), answers)
        #expect(!account.status.isFinal)
        return try #require(account.interruption)
    }

    @Test("a call without an answer")
    func call() throws {
        let interruption = try interruption("")
        #expect(
            interruption.text
                == #"+00:00:00: `make` calls `make` with {"thing":"cup"} (attempt 1), and no answer is written for it."#
        )
        #expect(interruption.advice == ["steps:", "  make: { output: { … } }"])
    }

    @Test("a call after the last answer of its list")
    func usedUp() throws {
        let busy = "{ fails: { detail: Busy., remedy: { tryAgainAfter: PT1H } } }"
        let interruption = try interruption("steps:\n  make: [\(busy)]\n")
        #expect(interruption.text.hasSuffix("(attempt 2), and the answer written under `make` has been given."))
        #expect(interruption.text.hasPrefix("+01:00:0"))
    }

    @Test("an answer of another kind than what is asked for")
    func otherKind() throws {
        let busy = "{ fails: { detail: Busy., remedy: tryAgain } }"
        let interruption = try interruption("steps:\n  make: [\(busy), { decides: giveUp }]\n")
        #expect(
            interruption.text.hasSuffix(
                "(attempt 2), and the next answer written under `make` is the decision `giveUp`."
            )
        )
    }

    @Test("a person's work without an answer, with the outcomes and the fields that there are")
    func task() throws {
        let interruption = try interruption("steps:\n  make: { output: { name: cup } }\n")
        #expect(interruption.text == "+00:00:00: `look` waits for a person, and no answer is written for it.")
        #expect(interruption.advice == ["steps:", "  look: { outcome: good | bad, values: { height: … } }"])
    }

    @Test("a decision without an answer, with what went wrong")
    func decision() throws {
        let interruption = try interruption("steps:\n  make: [{ fails: Broken. }]\n")
        #expect(
            interruption.text.hasPrefix("+00:00:00: `make` gave up and waits for a person's decision (Broken.), and")
        )
        #expect(interruption.advice.last == "    - decides: retry | skip | giveUp")
    }

    @Test("a check and an undo without an answer")
    func checkAndUndo() throws {
        let steps = "steps:\n  make: { output: { name: cup } }\n  look: "
        let check = try interruption(steps + "{ outcome: good, values: { height: 1 } }\n")
        #expect(check.text.contains("the check of `look` calls `check`"))
        #expect(check.advice == ["actions:", "  check: { output: { passed: true } }"])
        let undo = try interruption(steps + "{ fails: { title: late, detail: Too late. } }\n")
        #expect(undo.text.contains("undoing `make` calls `remove`"))
        #expect(undo.advice == ["undo:", "  make: { output: {} }"])
    }

    @Test(
        "what the task's rules refuse, in the sentence that the person would read",
        arguments: [
            ("{ outcome: good, values: { height: 0 } }", "height must be at least 1, and is 0."),
            ("{ outcome: good }", "height is missing."),
            ("{ outcome: good, values: { height: 1 }, ticks: [] }", "Not ticked yet: Take it out."),
            ("{ outcome: good, values: { height: 1 }, by: requester }", "You asked for this yourself"),
        ]
    )
    func refused(_ look: String, _ sentence: String) throws {
        let interruption = try interruption("steps:\n  make: { output: { name: cup } }\n  look: \(look)\n")
        #expect(interruption.text.hasPrefix("The task of `look` refuses what "))
        #expect(interruption.text.contains(sentence), "\(interruption.text)")
    }

    @Test("a wait that nothing ends")
    func stuck() throws {
        let interruption = try interruption("steps:\n  make: { never: true }\n")
        #expect(interruption.text.contains("it waits for `make` (running)"))
    }

    @Test("work that goes round for ever")
    func round() throws {
        let interruption = try interruption(
            "steps:\n  make: { output: {} }\n  look: { outcome: good, values: { height: 1 }, check: false }\n"
        )
        #expect(interruption.text.hasPrefix("More than 20000 things happened"))
    }
}
