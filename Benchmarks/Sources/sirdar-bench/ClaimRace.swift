import Foundation
import SirdarCore
import SirdarEngine
import SirdarJournal

/// Many people who take whatever comes first, all at once: how many exclusive claims a second, and none twice.
enum ClaimRace {
    static let claimers = 256

    static func measure(_ options: Options, _ scratch: Scratch, _ report: Report, _ limit: Yardstick) throws {
        let bench = try FiveSteps(folder: scratch.folder("claims"))
        let count = options.scale(10_000, quick: 2000)
        let waiting = Countdown(count)
        let toStart = Locked(count - 256)
        bench.store.observe { news in
            guard case .taskOpened = news else { return }
            if toStart.takeOne() { bench.start() }
            waiting.one()
        }
        for _ in 0..<256 { bench.start() }
        try waiting.wait()
        bench.store.observe(nil)

        let race = Race(bench, Countdown(claimers))
        let watch = Stopwatch()
        for number in 0..<claimers { race.claim("person-\(number)") }
        try race.people.wait()
        let seconds = watch.seconds
        let claimed = race.claimed.withLock { $0 }
        guard Set(claimed).count == claimed.count else { throw Wrong("a task was claimed twice") }
        guard claimed.count == count else { throw Wrong("\(claimed.count) of \(count) tasks were claimed") }
        report.add("exclusive_claims_256_claimers", Double(count) / seconds, limit: limit["group1000_full_per_s"])
    }

    private final class Race: Sendable {
        let claimed = Locked<[Identifier]>([])
        let people: Countdown
        private let bench: FiveSteps
        private let queues = (0..<4).map { DispatchQueue(label: "claimers.\($0)") }

        init(_ bench: FiveSteps, _ people: Countdown) {
            self.bench = bench
            self.people = people
        }

        /// Claims until nothing is left.
        func claim(_ person: String) {
            let worker = Worker(person: person, queues: ["ops"], skills: ["storage"], isSupervisor: false)
            let operation = Actuation(actor: .init(id: person, kind: .person), channel: .api)
            queues[abs(person.hashValue % queues.count)].async {
                self.bench.engine.claimNext(queue: nil, worker: worker, by: operation) { result in
                    switch result {
                    case .success(nil): self.people.one()
                    case .success(let task?):
                        self.claimed.withLock { $0.append(task.id) }
                        self.claim(person)
                    case .failure(let error):
                        if case TaskRefusal.heldBy? = error as? TaskRefusal { return self.claim(person) }
                        preconditionFailure("a claim failed: \(error)")
                    }
                }
            }
        }
    }
}
