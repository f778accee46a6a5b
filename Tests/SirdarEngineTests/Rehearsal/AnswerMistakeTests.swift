import SirdarCore
import SirdarEngine
import Testing

/// Mistakes in answers are told once, at their place, with what was meant.
@Suite("Mistakes in answers")
struct AnswerMistakeTests {
    struct Mistake: Sendable, CustomTestStringConvertible {
        let text: String
        let message: String

        init(_ text: String, _ message: String) {
            self.text = text
            self.message = message
        }

        var testDescription: String { text }
    }

    static let mistakes = [
        Mistake("step: {}", "1:1: error[unknown-key]: a file of answers has no `step`; did you mean `steps`?"),
        Mistake("[]", "1:1: error[wrong-type]: a file of answers is a map, and not a list"),
        Mistake("steps: 3", "1:8: error[wrong-type]: `steps` is a map of names, and not a number"),
        Mistake(
            "steps: { lok: { outcome: good } }",
            "1:10: error[unknown-name]: there is no step `lok`; did you mean `look`?"
        ),
        Mistake(
            "actions: { mak: { output: 1 } }",
            "1:12: error[unknown-name]: there is no action `mak`; did you mean `make`?"
        ),
        Mistake(
            "undo: { look: { output: 1 } }",
            "1:9: error[wrong-value]: the step `look` has no `metadata.compensation`, and so needs no answer; allowed "
        ),
        Mistake(
            "steps: { look: { outcome: god } }",
            "1:27: error[unknown-name]: there is no outcome `god`; did you mean `good`?"
        ),
        Mistake(
            "steps: { look: { outcome: good, values: { hight: 1 } } }",
            "1:43: error[unknown-name]: there is no field `hight`; did you mean `height`?"
        ),
        Mistake(
            "steps: { look: { output: 1 } }",
            "1:18: error[unknown-key]: an answer of a manual step has no `output`; allowed here: outcome, "
        ),
        Mistake(
            "steps: { make: {} }",
            "1:16: error[missing-key]: an answer of an automatic step says what comes of it; allowed here: output, "
        ),
        Mistake(
            "steps: { make: { output: 1, never: true } }",
            "1:29: error[wrong-value]: an answer says one thing, and this says `output` and `never`"
        ),
        Mistake("steps: { make: [] }", "1:16: error[wrong-value]: a list of answers has at least one"),
        Mistake(
            "steps: { make: { fails: { remedy: tryagain } } }",
            "1:35: error[unknown-name]: there is no remedy `tryagain`; did you mean `tryAgain`?"
        ),
        Mistake(
            "steps: { make: { fails: { type: comunication } } }",
            "1:33: error[unknown-name]: there is no kind of problem `comunication`; did you mean `communication`?"
        ),
        Mistake(
            "steps: { make: { decides: giveup } }",
            "1:27: error[unknown-name]: there is no decision `giveup`; did you mean `giveUp`?"
        ),
        Mistake(
            "steps: { make: { output: 1, takes: 5 minutes } }",
            "1:36: error[wrong-value]: `takes` is not a duration: write PT30M, or { minutes: 30 }"
        ),
        Mistake(
            "steps: { make: { output: 1, times: 0 } }",
            "1:36: error[wrong-value]: `times` is 0, and must be 1 to 10000"
        ),
        Mistake("cancel: { at: mke }", "1:15: error[unknown-name]: there is no step `mke`; did you mean `make`?"),
        Mistake(
            "cancel: { at: make, is: waitin }",
            "1:25: error[unknown-name]: there is no state of a step `waitin`; did you mean `waiting`?"
        ),
        Mistake("cancel: {}", "1:9: error[missing-key]: `cancel` needs `at`"),
        Mistake(
            "startsAt: yesterday",
            "1:11: error[wrong-value]: `startsAt` is a time since 2020, 2026-01-05T09:00:00Z"
        ),
    ]

    @Test("a check that nothing makes is told")
    func idleCheck() throws {
        let stage = try Theatre.stage(
            Theatre.thing.replacing("verify: { call: check, with: { thing: '${ $context.name }' } }", with: "")
        )
        let piece = RehearsalFiles.Piece(stage: stage, workflow: Theatre.play)
        let text = "steps: { look: { outcome: good, check: true } }"
        guard case .failure(let mistaken) = RehearsalFiles.answers(.init(path: "a", text: text), for: piece) else {
            Issue.record("nothing was told")
            return
        }
        #expect(mistaken.lines == ["a:1:33: error[wrong-value]: this step has no `verify`, and so no check"])
    }

    @Test("each mistake gives one message, at its place", arguments: mistakes)
    func told(_ mistake: Mistake) throws {
        let piece = RehearsalFiles.Piece(stage: try Theatre.stage(Theatre.thing), workflow: Theatre.play)
        guard case .failure(let mistaken) = RehearsalFiles.answers(.init(path: "a", text: mistake.text), for: piece)
        else {
            Issue.record("nothing was told of \(mistake.text)")
            return
        }
        #expect(mistaken.lines.count == 1, "\(mistaken.lines)")
        #expect(mistaken.lines.first?.hasPrefix("a:\(mistake.message)") == true, "\(mistaken.lines)")
    }
}
