import Foundation
import SirdarEngine

/// Time since it was made, by the clock that nobody sets.
struct Stopwatch: Sendable {
    private let start = Self.now()

    var seconds: Double { Double(Self.now() - start) / 1e9 }
    var microseconds: Double { Double(Self.now() - start) / 1e3 }

    private static func now() -> UInt64 { DispatchTime.now().uptimeNanoseconds }
}

/// Samples, for their quantiles.
struct Samples: Sendable {
    private(set) var values: [Double] = []

    var count: Int { values.count }

    mutating func add(_ value: Double) { values.append(value) }

    func quantile(_ share: Double) -> Double {
        guard !values.isEmpty else { return .nan }
        let sorted = values.sorted()
        return sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
    }

    var p50: Double { quantile(0.5) }
    var p99: Double { quantile(0.99) }
}

/// A folder of this run, removed with it. All databases of a run lie on one disk.
final class Scratch {
    let path: String

    init(in parent: String) throws {
        path = URL(filePath: parent).appending(path: "sirdar-bench-\(getpid())").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// An empty folder for one measurement.
    func folder(_ name: String) throws -> String {
        let folder = URL(filePath: path).appending(path: name).path
        try? FileManager.default.removeItem(atPath: folder)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        return folder
    }

    func remove(_ folder: String) { try? FileManager.default.removeItem(atPath: folder) }
}

/// Counts down on many threads; one waits until nothing is left.
final class Countdown: Sendable {
    private let left: Locked<Int>
    private let done = DispatchSemaphore(value: 0)

    init(_ count: Int) { left = Locked(count) }

    func one() {
        let isOver = left.withLock { left in
            left -= 1
            return left == 0
        }
        if isOver { done.signal() }
    }

    /// - Throws: when it takes longer than `seconds`: a benchmark that hangs says so.
    func wait(_ seconds: Int = 120) throws {
        guard done.wait(timeout: .now() + .seconds(seconds)) == .success else {
            throw Wrong("\(left.withLock { $0 }) of what was begun has not ended within \(seconds) s")
        }
    }
}

/// What `/proc/self` tells of this process.
enum ThisProcess {
    /// Memory in use, in bytes.
    static func memory() -> Double {
        let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
        let pages = text.split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? .nan
        return pages * Double(sysconf(Int32(_SC_PAGESIZE)))
    }

    /// Seconds of processor time so far, of all threads.
    static func processorSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
