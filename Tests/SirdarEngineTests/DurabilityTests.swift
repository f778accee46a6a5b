import JSON
import SirdarCore
import SirdarEngine
import SirdarTestKit
import Testing

@Suite("A process that is killed goes on exactly where it was")
struct DurabilityTests {
    /// A `for` inside a `fork` inside a `try`, with events told and heard, a manual step, timers, a retry, an error
    /// that is caught, and one that is not, so that what was made is undone.
    private static let steps = """
          - patient:
              try:
                - both:
                    fork:
                      branches:
                        - left:
                            for: { each: n, in: '${ [range(3)] }' }
                            do:
                              - make:
                                  call: note
                                  with: { left: '${ $n }' }
                                  metadata: { compensation: { call: note, with: { undo: '${ $output.did.left }' } } }
                              - rest: { wait: PT1S }
                        - right:
                            do:
                              - hear:
                                  listen: { to: { any: [ { with: { type: told } } ], until: 'length == 2' } }
                                  foreach: { do: [ { keep: { call: note, with: { heard: '${ $item }' } } } ] }
                                  timeout: { after: PT1H }
                        - teller:
                            for: { each: n, in: '${ [range(2)] }' }
                            do:
                              - tired: { call: tired, with: { n: '${ $n }' } }
                              - tell:
                                  emit: { event: { with: { type: told, data: '${ $n }' } } }
                                  output: { as: .data }
                        - person:
                            do:
                              - ask:
                                  call: manual
                                  with:
                                    title: Look at it
                                    queue: image-reconfiguration
                                    form: { address: { type: string } }
                                  output: { as: .values }
                                  timeout: { after: P1D }
                - kept: { set: '${ . }', export: { as: '{ both: . }' } }
                - bad: { raise: { error: { type: 'https://e.org/x', status: 503, title: Busy } } }
              catch:
                do:
                  - mend: { call: note, with: { both: '${ $context.both }', why: '${ $error.title }' } }
          - last: { call: note, with: { was: '${ . }' } }
          - over: { raise: { error: { type: 'https://e.org/y', status: 500, title: Over } } }
        """

    private static let actions: [any Action] = [
        EngineBench.note,
        ScriptedAction("tired", retry: RetryPolicy(delay: .seconds(5), attemptsMax: 3)) { call in
            let problem = Problem(.communication, "Not yet.")
            return call.attempt == 1 ? .failed(Failure(problem, remedy: .tryAgain)) : .done(call.input)
        },
    ]

    private static func lives(stopsAfter: @escaping (_ life: Int) -> Int?) throws -> (ending: Ending, lives: Lives) {
        let lives = try Lives(of: steps, actions, stopsAfter: stopsAfter)
        return (try lives.ending(), lives)
    }

    @Test("whichever commit was its last, the end and the story are the same as without")
    func anyCommit() throws {
        let calm = try Self.lives { _ in nil }
        #expect(calm.ending.title == "Over" && calm.ending.events == [0, 1] && calm.ending.left == 0)
        #expect(calm.ending.story.count >= 40 && calm.lives.commits >= 24)
        var killings = 0
        for number in 1...calm.lives.commits {
            let killed = try Self.lives { $0 == 1 ? number : nil }
            #expect(killed.ending.differences(from: calm.ending) == [], "killed after commit \(number)")
            killings += killed.lives.count - 1
        }
        // Which thread is first decides whether two steps are claimed by one commit or by two.
        #expect(killings > calm.lives.commits / 2)
    }

    @Test("when every life is short, the end and the story are the same as without", arguments: 0...2)
    func shortLives(_ seed: Int) throws {
        let calm = try Self.lives { _ in nil }
        // Of several lengths: one that only ever claims work would claim it for ever.
        let killed = try Self.lives { 2 + ($0 * 7 + seed) % 5 }
        #expect(killed.ending.differences(from: calm.ending) == [])
        #expect(killed.lives.count > 4)
    }
}
