import Foundation
import SirdarCore
import SirdarEngine

/// One client: from the call that completes a task until the next automatic step has run and is durable.
enum Latency {
    static func measure(_ options: Options, _ scratch: Scratch, _ report: Report) throws {
        try measure("", FiveSteps(folder: scratch.folder("latency")), options, scratch, report)
        let ordinary = try FiveSteps(folder: scratch.folder("ordinary"), looksAhead: false)
        try measure("nothing_ahead_", ordinary, options, scratch, report)
    }

    private static func measure(
        _ name: String,
        _ bench: FiveSteps,
        _ options: Options,
        _ scratch: Scratch,
        _ report: Report
    ) throws {
        let count = options.scale(1000, quick: 100)
        let beside = try Beside(scratch.folder("beside"))
        _ = try run(bench, beside, count: 300)
        let samples = try run(bench, beside, count: count)
        // What the limit takes to find, mark and commit, in turns with the engine.
        let c50 = samples.beside.p50
        let c99 = samples.beside.p99
        report.yardstick("\(name)claim_commit_beside_p50_us", c50)
        report.yardstick("\(name)claim_commit_beside_p99_us", c99)
        report.add("complete_acknowledged_\(name)p50_us", samples.acknowledged.p50, limit: c50)
        report.add("complete_acknowledged_\(name)p99_us", samples.acknowledged.p99, limit: c99)
        report.add("complete_to_next_step_\(name)p50_us", samples.next.p50, limit: c50)
        report.add("complete_to_next_step_\(name)p99_us", samples.next.p99, limit: c99)
        if name.isEmpty { report.add("commits_per_completion", samples.commits, limit: 2) }
    }

    private struct Result {
        var acknowledged = Samples()
        var next = Samples()
        var beside = Samples()
        var commits = 0.0
    }

    private static func run(_ bench: FiveSteps, _ beside: Beside, count: Int) throws -> Result {
        var result = Result()
        for _ in 0..<count {
            let task = try waitForTask(bench)
            let begun = DispatchSemaphore(value: 0)
            bench.engine.act(.start, on: task, worker: FiveSteps.worker, by: FiveSteps.operation) { result in
                FiveSteps.expectSuccess(result)
                begun.signal()
            }
            begun.wait()
            let ended = DispatchSemaphore(value: 0)
            let steps = Locked<[Double]>([])
            let before = bench.store.acknowledged
            let counted = Locked(0)
            let watch = Stopwatch()
            bench.store.observe { news in
                switch news {
                case .taskOpened: break
                case .stepEnded:
                    // The first is the completion's own commit, the second that of the step after it.
                    let count = steps.withLock { steps in
                        steps.append(watch.microseconds)
                        return steps.count
                    }
                    if count == 2 { counted.withLock { $0 = bench.store.acknowledged - before } }
                case .instanceEnded: ended.signal()
                }
            }
            bench.finish(task)
            ended.wait()
            bench.store.observe(nil)
            let times = steps.withLock { $0 }
            result.acknowledged.add(times[0])
            result.next.add(times[1])
            result.commits += Double(counted.withLock { $0 }) / Double(count)
            result.beside.add(try beside.claim())
        }
        return result
    }

    private static func waitForTask(_ bench: FiveSteps) throws -> Identifier {
        let opened = Locked<Identifier?>(nil)
        let ready = DispatchSemaphore(value: 0)
        bench.store.observe { news in
            guard case .taskOpened(let task) = news else { return }
            opened.withLock { $0 = task }
            ready.signal()
        }
        bench.start()
        guard ready.wait(timeout: .now() + 30) == .success, let task = opened.withLock({ $0 }) else {
            throw Wrong("no task has opened")
        }
        return task
    }
}
