import Foundation
import SirdarCore
import SirdarEngine

/// Many instances that wait for a person: what they cost while they do, and how soon after `kill -9` the first of them
/// can be gone on with.
enum Waiting {
    static func measure(_ options: Options, _ scratch: Scratch, _ report: Report) throws {
        let folder = try scratch.folder("waiting")
        let count = options.scale(100_000, quick: 5000)
        let filling = try Child([WaitingChild.mark, "fill", folder, String(count)])
        let words = try filling.line(within: 180).split(separator: " ").compactMap { Double($0) }
        guard words.count == 3 else { throw Wrong("the process that fills the store has ended") }
        report.add("memory_bytes_per_waiting_instance", words[0], limit: 64)
        report.add("memory_mib_with_all_waiting", words[1] / 1_048_576, limit: 64)
        report.add("processor_ms_a_second_while_waiting", words[2], limit: nil)
        filling.kill()
        var recovered = Samples()
        for _ in 0..<options.scale(5, quick: 3) {
            let watch = Stopwatch()
            let child = try Child([WaitingChild.mark, "recover", folder])
            let answer = try child.line(within: 60)
            recovered.add(watch.seconds)
            child.kill()
            guard let memory = Double(answer) else { throw Wrong("the process that recovers has ended") }
            if recovered.count == 1 { report.add("memory_mib_after_recovery", memory / 1_048_576, limit: 64) }
        }
        report.add("recovery_to_first_completion_s", recovered.p50, limit: 0.15)
        report.add("recovery_to_first_completion_max_s", recovered.quantile(1), limit: 0.15)
        scratch.remove(folder)
    }

    /// This program once more, in another process; its answer is one line.
    private final class Child {
        private let process = Process()
        private let output = Pipe()

        init(_ arguments: [String]) throws {
            process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
            process.arguments = arguments
            process.standardOutput = output
            try process.run()
        }

        func line(within seconds: Int) throws -> String {
            let descriptor = output.fileHandleForReading.fileDescriptor
            var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&wait, 1, Int32(seconds) * 1000) == 1 else { throw Wrong("no answer within \(seconds) s") }
            let data = output.fileHandleForReading.availableData
            return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        }

        /// As a crash would.
        func kill() {
            Foundation.kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
    }
}

/// The processes that are killed.
enum WaitingChild {
    static let mark = "--waiting-child"
    private static let idleSeconds = 3

    static func run(_ arguments: [String]) throws {
        guard arguments.count >= 2 else { throw Wrong("\(mark) is for this program's own use") }
        switch arguments[0] {
        case "fill": try fill(arguments[1], count: Int(arguments.last ?? "") ?? 0)
        case "recover": try recover(arguments[1])
        default: throw Wrong("\(mark) is for this program's own use")
        }
    }

    /// Fills the store, and tells: bytes of memory for each instance that waits, bytes in all, and milliseconds of
    /// processor time a second while all wait.
    private static func fill(_ folder: String, count: Int) throws {
        let bench = try FiveSteps(folder: folder)
        // Caches are full by now: what comes on top is what waiting costs.
        let few = count / 2
        try wait(for: few, bench)
        sleep(1)
        let before = ThisProcess.memory()
        try wait(for: count - few, bench)
        sleep(1)
        let after = ThisProcess.memory()
        let processor = ThisProcess.processorSeconds()
        sleep(UInt32(idleSeconds))
        let used = (ThisProcess.processorSeconds() - processor) * 1000 / Double(idleSeconds)
        answer("\(max(0, after - before) / Double(count - few)) \(after) \(used)")
        withExtendedLifetime(bench) { while true { sleep(60) } }
    }

    private static func wait(for count: Int, _ bench: FiveSteps) throws {
        let opened = Countdown(count)
        let left = Locked(count - 256)
        bench.store.observe { news in
            guard case .taskOpened = news else { return }
            if left.takeOne() { bench.start() }
            opened.one()
        }
        for _ in 0..<256 { bench.start() }
        try opened.wait()
        bench.store.observe(nil)
    }

    /// Opens what a killed process has left, and claims and completes one task.
    private static func recover(_ folder: String) throws {
        let bench = try FiveSteps(folder: folder)
        let completed = Countdown(1)
        bench.engine.claimNext(queue: nil, worker: FiveSteps.worker, by: FiveSteps.operation) { result in
            guard case .success(let task?) = result else { preconditionFailure("no task waits: \(result)") }
            let intent = TaskIntent.complete(outcome: "done", values: FiveSteps.payload, ticks: [], fence: nil)
            bench.engine.act(intent, on: task.id, worker: FiveSteps.worker, by: FiveSteps.operation) { result in
                FiveSteps.expectSuccess(result)
                completed.one()
            }
        }
        try completed.wait()
        answer("\(ThisProcess.memory())")
        withExtendedLifetime(bench) { while true { sleep(60) } }
    }

    private static func answer(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }
}
