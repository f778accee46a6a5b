import JSON
import SirdarCore
import SirdarEngine
import SirdarTestKit
import Testing

@Suite("A process that is killed goes on exactly where it was")
struct DurabilityTests {
    /// A `for` inside a `fork` inside a `try`, with events told and heard, a manual step, timers, a retry, an error that
    /// is caught, and one that is not, so that what was made is undone.
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
        for number in 1...calm.lives.commits {
            let killed = try Self.lives { $0 == 1 ? number : nil }
            #expect(killed.ending.differences(from: calm.ending) == [], "killed after commit \(number)")
            #expect(killed.lives.count == 2, "killed after commit \(number)")
        }
    }

    @Test("when no life is longer than a few commits, the end and the story are the same as without", arguments: 2...4)
    func shortLives(_ commits: Int) throws {
        let calm = try Self.lives { _ in nil }
        let killed = try Self.lives { _ in commits }
        #expect(killed.ending.differences(from: calm.ending) == [])
        #expect(killed.lives.count >= calm.lives.commits / commits)
    }
}
