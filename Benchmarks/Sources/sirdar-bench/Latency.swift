import Foundation
import SirdarCore
import SirdarEngine

/// One client: from the call that completes a task until the next automatic step has run and is durable.
enum Latency {
    static func measure(_ options: Options, _ scratch: Scratch, _ report: Report, _ limit: Yardstick) throws {
        let bench = try FiveSteps(folder: scratch.folder("latency"))
        let count = options.scale(1000, quick: 100)
        _ = try run(bench, count: 300)
        let samples = try run(bench, count: count)
        let c50 = limit["claim_commit_1000_p50_us"]
        let c99 = limit["claim_commit_1000_p99_us"]
        report.add("complete_acknowledged_p50_us", samples.acknowledged.p50, limit: c50)
        report.add("complete_acknowledged_p99_us", samples.acknowledged.p99, limit: c99)
        report.add("complete_to_next_step_p50_us", samples.next.p50, limit: c50)
        report.add("complete_to_next_step_p99_us", samples.next.p99, limit: c99)
        report.add("commits_per_completion", samples.commits, limit: 2)
    }

    private static func run(
        _ bench: FiveSteps,
        count: Int
    ) throws -> (acknowledged: Samples, next: Samples, commits: Double) {
        var acknowledged = Samples()
        var next = Samples()
        var commits = 0
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
            acknowledged.add(times[0])
            next.add(times[1])
            commits += counted.withLock { $0 }
        }
        return (acknowledged, next, Double(commits) / Double(count))
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
