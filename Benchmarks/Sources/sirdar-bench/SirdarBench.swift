import Foundation

/// `sirdar-bench [--quick] [--only NAME,…] [--in-flight N,…] [--dir FOLDER]`: measures, and prints one JSON object.
///
/// Progress goes to standard error. The yardsticks run in the same folder just before, so that each figure can stand
/// beside what the disk and SQLite could do at that time: figures of two runs are never compared, ratios are.
@main
enum SirdarBench {
    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        do {
            if arguments.first == WaitingChild.mark {
                try WaitingChild.run(Array(arguments.dropFirst()))
            } else {
                try measure(Options(arguments))
            }
        } catch {
            say("sirdar-bench: \(error)")
            exit(1)
        }
    }

    private static func measure(_ options: Options) throws {
        let folder = try Scratch(in: options.folder)
        let report = Report(options)
        let start = Stopwatch()
        let limit = try Yardstick.measure(options, folder, report)
        let groups: [(name: String, run: () throws -> Void)] = [
            ("rows", { try RowsLimit.measure(options, folder, report) }),
            ("transitions", { try Throughput.measure(options, folder, report, limit) }),
            ("latency", { try Latency.measure(options, folder, report) }),
            ("find", { try ClaimFind.measure(options, folder, report, limit) }),
            ("claims", { try ClaimRace.measure(options, folder, report, limit) }),
            ("journal", { try JournalCheck.measure(options, folder, report) }),
            ("disk", { try DiskUse.measure(options, folder, report) }),
            ("waiting", { try Waiting.measure(options, folder, report) }),
        ]
        for group in groups where options.wants(group.name) {
            let watch = Stopwatch()
            try group.run()
            say(String(format: "%@: %.1f s", group.name, watch.seconds))
        }
        report.add("seconds", start.seconds, limit: nil)
        print(report.text)
    }
}

/// What the run is asked for.
struct Options {
    var isQuick = false
    var only: Set<String> = []
    var inFlight = [1, 16, 256, 1000]
    var folder = FileManager.default.temporaryDirectory.path

    init(_ arguments: [String]) throws {
        var rest = arguments[...]
        while let word = rest.popFirst() {
            switch word {
            case "--quick": isQuick = true
            case "--only": only = Set((rest.popFirst() ?? "").split(separator: ",").map(String.init))
            case "--in-flight": inFlight = (rest.popFirst() ?? "").split(separator: ",").compactMap { Int($0) }
            case "--dir": folder = rest.popFirst() ?? folder
            default: throw Wrong("usage: sirdar-bench [--quick] [--only NAME,…] [--in-flight N,…] [--dir FOLDER]")
            }
        }
    }

    func wants(_ name: String) -> Bool { only.isEmpty || only.contains(name) }

    /// One scale for a full run, another for a quick one.
    func scale<Value>(_ full: Value, quick: Value) -> Value { isQuick ? quick : full }
}

/// A sentence on why the run cannot go on.
struct Wrong: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// For people, so on standard error: standard output is for the result.
func say(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }
