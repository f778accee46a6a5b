import Foundation
import JSON
import SirdarCore
import SirdarEngine

/// The figures of a run, in the order in which they were measured, and the yardsticks beside them.
final class Report {
    private var figures: JSON.Object = [:]
    private var yardsticks: JSON.Object = [:]
    private let options: Options

    init(_ options: Options) { self.options = options }

    /// A figure, and what it stands beside. The ratio is left out where there is nothing to stand beside.
    func add(_ name: String, _ value: Double, limit: Double?) {
        var figure: JSON.Object = ["value": Self.number(value)]
        if let limit {
            figure["limit"] = Self.number(limit)
            figure["ratio"] = Self.number(value / limit)
        }
        figures[name] = .object(figure)
        let beside = limit.map { String(format: "  of %.4g: %.3f", $0, value / $0) } ?? ""
        say(String(format: "  %-46@ %12.4g", name as NSString, value) + beside)
    }

    func yardstick(_ name: String, _ value: Double) {
        yardsticks[name] = Self.number(value)
        say(String(format: "  (%@ %.4g)", name as NSString, value))
    }

    func yardstick(_ name: String) -> Double? { yardsticks[name]?.asDouble }

    var text: String {
        var object: JSON.Object = [
            "at": .string(SystemClock().now().description),
            "machine": .string("\(ProcessInfo.processInfo.activeProcessorCount) processors, \(Self.system)"),
            "quick": .bool(options.isQuick),
        ]
        if yardsticks.isEmpty { object["missing"] = "sqlite_limit.c was not found: there are no ratios" }
        for (name, figure) in figures { object[name] = figure }
        object["yardsticks"] = .object(yardsticks)
        return JSON.object(object).pretty
    }

    private static let system = ProcessInfo.processInfo.operatingSystemVersionString

    /// Four digits say all that such a figure can.
    private static func number(_ value: Double) -> JSON {
        guard value.isFinite, let rounded = Double(String(format: "%.4g", value)) else { return .null }
        return .number(JSON.Number(rounded))
    }
}
