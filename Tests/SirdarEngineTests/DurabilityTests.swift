import Foundation
import JSON
import Logging
import SirdarCore
import SirdarEngine
import SirdarJournal
import SirdarSQLite
import SirdarTestKit
import Testing

@Suite("A process that is killed goes on exactly where it was")
struct DurabilityTests {
    /// A `for` inside a `fork` inside a `try`, with events told and heard, a timer, a retry and an error that is caught.
    private static let steps = """
          - patient:
              try:
                - both:
                    fork:
                      branches:
                        - left:
                            for: { each: n, in: '${ [range(3)] }' }
                            do:
                              - work: { call: note, with: { left: '${ $n }' } }
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
                              - tell: { emit: { event: { with: { type: told, data: '${ $n }' } } } }
                - kept: { set: '${ . }', export: { as: '{ both: . }' } }
                - bad: { raise: { error: { type: 'https://e.org/x', status: 503, title: Busy } } }
              catch:
                do:
                  - mend: { call: note, with: { both: '${ $context.both }', why: '${ $error.title }' } }
          - last: { call: note, with: { was: '${ . }' } }
        """

    private static let actions: [any Action] = [
        EngineBench.note,
        ScriptedAction("tired", retry: RetryPolicy(delay: .seconds(5), attemptsMax: 3)) { call in
            let problem = Problem(.communication, "Not yet.")
            return call.attempt == 1 ? .failed(Failure(problem, remedy: .tryAgain)) : .done(call.input)
        },
    ]

    /// One folder, one instance, and as many lives as it takes.
    private final class Bench {
        let folder = FileManager.default.temporaryDirectory.appending(path: "sirdar-lives-\(UUID().uuidString)")
        let clock = ManualClock()
        let workflow: Workflow
        let id: Identifier
        private(set) var lives = 0
        private(set) var commits = 0

        init() throws {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let decoded = Sample.decode(Sample.definition(DurabilityTests.steps))
            workflow = try #require(decoded.workflow, "\(decoded.lines)")
            id = IdentifierSource(clock: clock).next()
        }

        deinit { try? FileManager.default.removeItem(at: folder) }

        private func open() throws -> SQLiteStore {
            let quiet = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
            return try SQLiteStore(path: folder.appending(path: "sirdar.sqlite").path, log: quiet)
        }

        /// Lives until death, or until the instance has ended: then `true`.
        func live(_ death: MortalStore.Death) throws -> Bool {
            lives += 1
            let sqlite = try open()
            let store = MortalStore(sqlite, dies: death)
            let library = Library()
            library.add(workflow, number: try sqlite.deploy(deployment))
            let engine = Engine(
                store: store,
                clock: clock,
                library: library,
                actions: DurabilityTests.actions,
                log: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
            )
            engine.run()
            defer {
                engine.stop()
                commits = store.commits
            }
            if try sqlite.instance(id) == nil {
                let start = InstanceStart(id: id, workflow: 1, input: [:], origin: Samples.origin)
                engine.start(start, by: EngineBench.operation) { _ in }
            }
            return try eventually {
                if store.died.withLock({ $0 }) { return try sqlite.instance(id)?.status.isFinal ?? false }
                let isOver = try sqlite.instance(id)?.status.isFinal ?? false
                if isOver, try sqlite.events(EventQuery(isPending: true)).isEmpty { return true }
                _ = clock.advanceToNext()
                return nil
            }
        }

        private var deployment: Deployment {
            Deployment(
                namespace: "test",
                name: "sample",
                version: "1.0.0",
                hash: Sample.hash,
                source: "",
                runbooks: [],
                at: ManualClock.start
            )
        }

        /// How it ended, and every line of its story. Two branches may take turns in any order, and their steps be
        /// numbered by it: the lines are told without numbers and times, and sorted.
        func end() throws -> (ending: Instance.Progress, lines: [String]) {
            let store = try open()
            let instance = try #require(try store.instance(id))
            let lines = try store.entries(EntryQuery(object: id, limit: 1000)).flatMap { stored in
                let entry = try JSON(parsing: stored.entry.canonical)
                return (entry["detail"]?["steps"]?.asArray ?? []).map(Self.line)
            }
            #expect(try store.work(of: id).isEmpty && store.dueTimers(at: .distantFuture, limit: 9).isEmpty)
            #expect(try store.listeners(.init(address: .init(topic: "told", form: "", key: ""), sequence: .max)).isEmpty)
            #expect(try store.events(EventQuery()).map { $0.event["data"] } == [0, 1])
            return (instance.progress, lines.sorted())
        }

        private static func line(_ step: JSON) -> String {
            let words = ["at", "is", "attempt", "input", "problem"].map { step[$0]?.text ?? "-" }
            // The output of an event that is told has the step's number and the time in it.
            let output = step["output"].map { $0["data"] ?? $0 }
            return (words + [output?.text ?? "-"]).joined(separator: " ")
        }
    }

    private static func undisturbed() throws -> (end: (ending: Instance.Progress, lines: [String]), commits: Int) {
        let bench = try Bench()
        #expect(try bench.live(.never))
        return (try bench.end(), bench.commits)
    }

    @Test("when it dies after each commit that it makes, the end and the story are the same as without")
    func eachCommit() throws {
        let calm = try Self.undisturbed()
        #expect(calm.end.lines.count > 30)
        let bench = try Bench()
        while try !bench.live(.afterCommit(1)) { try #require(bench.lives < 500) }
        let end = try bench.end()
        #expect(end.ending == calm.end.ending)
        #expect(end.lines == calm.end.lines)
        #expect(bench.lives > 15, "\(bench.lives) lives")
    }

    @Test("whichever of its commits is lost or not answered with it, the end and the story are the same")
    func anyCommit() throws {
        let calm = try Self.undisturbed()
        for number in 1...calm.commits {
            for death in [MortalStore.Death.beforeCommit(number), .afterCommit(number)] {
                let bench = try Bench()
                while try !bench.live(bench.lives == 0 ? death : .never) { try #require(bench.lives < 9) }
                let end = try bench.end()
                #expect(end.ending == calm.end.ending, "\(death)")
                #expect(end.lines == calm.end.lines, "\(death)")
            }
        }
    }
}
