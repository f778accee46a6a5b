import Foundation
import SirdarCore
import SirdarEngine

/// Durable transitions a second, with so many instances in flight: first all are started until they wait for a
/// person, then all are completed to their end. A transition is a commit that changes an instance or a task: seven in
/// the life of an instance.
enum Throughput {
    static let transitionsToWait = 3
    static let transitionsToEnd = 4

    static func measure(_ options: Options, _ scratch: Scratch, _ report: Report, _ limit: Yardstick) throws {
        let seconds = options.scale(8.0, quick: 1.5)
        for inFlight in options.inFlight {
            // As many as take about so long: all at once a tenth of the limit, one by one almost all of it.
            let serial = limit["serial_full_per_s"] ?? 500
            let expected = min(Double(inFlight) * serial, (limit["group1000_full_per_s"] ?? 50_000) / 10)
            let share = inFlight == 1 ? 0.3 : 1
            let count = max(inFlight, Int(expected * seconds * share) / (transitionsToWait + transitionsToEnd))
            let folder = try scratch.folder("transitions")
            let bench = try FiveSteps(folder: folder)
            if inFlight == 1 {
                try measureOneByOne("transitions_1_in_flight", count, bench, Beside(folder), report)
                let folder = try scratch.folder("ordinary")
                let ordinary = try FiveSteps(folder: folder, looksAhead: false)
                try measureOneByOne(
                    "transitions_1_in_flight_nothing_ahead",
                    count,
                    ordinary,
                    Beside(folder),
                    report
                )
                scratch.remove(folder)
            } else {
                try measure(inFlight, of: count, bench, report, limit)
            }
            scratch.remove(folder)
        }
    }

    /// One instance after the other, in turns with the limit's own serial commits.
    private static func measureOneByOne(
        _ name: String,
        _ count: Int,
        _ bench: FiveSteps,
        _ beside: Beside,
        _ report: Report
    ) throws {
        let turns = 60
        var rates = (engine: Samples(), limit: Samples())
        for turn in 0..<turns + 4 {
            let before = bench.store.acknowledged
            let times = try run(bench, count: max(1, count / turns), inFlight: 1)
            let watch = Stopwatch()
            var done = 0
            while watch.seconds < (times.toWait + times.toEnd) / 2 {
                try beside.commit()
                done += 1
            }
            // The first turns pay for what is new.
            guard turn >= 4 else { continue }
            rates.engine.add(Double(bench.store.acknowledged - before) / (times.toWait + times.toEnd))
            rates.limit.add(Double(done) / watch.seconds)
        }
        // Of many short turns the middle one: a turn that met a build's says nothing of either.
        report.yardstick("serial_full_beside_\(name)_per_s", rates.limit.p50)
        report.add(name, rates.engine.p50, limit: rates.limit.p50)
    }

    private static func measure(
        _ inFlight: Int,
        of count: Int,
        _ bench: FiveSteps,
        _ report: Report,
        _ limit: Yardstick
    ) throws {
        // The first ones pay for caches and for a log that has yet to grow.
        _ = try run(bench, count: max(inFlight, count / 5), inFlight: inFlight)
        let before = bench.store.acknowledged
        let times = try run(bench, count: count, inFlight: inFlight)
        let transitions = bench.store.acknowledged - before
        let whole = Double(transitions) / (times.toWait + times.toEnd)
        let name = "transitions_\(inFlight)_in_flight"
        report.add(name, whole, limit: limit["group1000_full_per_s"])
        report.add(name + "_with_our_rows", whole, limit: report.yardstick("our_rows_group1000_per_s"))
        guard inFlight == 256 else { return }
        let l1000 = limit["group1000_full_per_s"]
        report.add("transitions_to_the_wait", Double(count * transitionsToWait) / times.toWait, limit: l1000)
        report.add("instances_started", Double(count) / times.toWait, limit: l1000)
        report.add("manual_completions", Double(count) / times.toEnd, limit: l1000)
        report.add("transitions_per_instance", Double(transitions) / Double(count), limit: nil)
    }

    private static func run(
        _ bench: FiveSteps,
        count: Int,
        inFlight: Int
    ) throws -> (toWait: Double, toEnd: Double) {
        let tasks = Locked<[Identifier]>([])
        let toStart = Locked(count - inFlight)
        let waiting = Countdown(count)
        bench.store.observe { news in
            guard case .taskOpened(let task) = news else { return }
            tasks.withLock { $0.append(task) }
            if toStart.takeOne() { bench.start() }
            waiting.one()
        }
        let first = Stopwatch()
        for _ in 0..<inFlight { bench.start() }
        try waiting.wait()
        let toWait = first.seconds

        let ended = Countdown(count)
        let left = Locked(Array(tasks.withLock { $0 }.reversed()))
        let people = DispatchQueue(label: "people")
        bench.store.observe { news in
            guard case .instanceEnded = news else { return }
            if let task = left.withLock({ $0.popLast() }) { people.async { bench.complete(task) } }
            ended.one()
        }
        let second = Stopwatch()
        for _ in 0..<inFlight {
            if let task = left.withLock({ $0.popLast() }) { people.async { bench.complete(task) } }
        }
        try ended.wait()
        bench.store.observe(nil)
        return (toWait, second.seconds)
    }
}

extension Locked where Value == Int {
    /// Takes one, if any is left.
    func takeOne() -> Bool {
        withLock { left in
            guard left > 0 else { return false }
            left -= 1
            return true
        }
    }
}
