import Foundation

/// What SQLite and this disk can do, without any engine: a program that others can run too, compiled as it is.
struct Yardstick {
    private let values: [String: Double]

    /// The value, `nil` when the program was not found.
    subscript(name: String) -> Double? { values[name] }

    static func measure(_ options: Options, _ scratch: Scratch, _ report: Report) throws -> Yardstick {
        guard let source = source() else {
            say("sirdar-bench: THERE IS NO sqlite_limit.c: figures without ratios. Name its folder in SIRDAR_PEERS.")
            return Yardstick(values: [:])
        }
        let folder = try scratch.folder("limit")
        let program = folder + "/sqlite_limit"
        try run("/usr/bin/env", ["cc", "-O2", "-o", program, source, "-lsqlite3"])
        let isSmall = options.isQuick || !options.wants("find")
        say("The limit: \(source)")
        let output = try run(program, [folder, options.scale("2", quick: "0.5")] + (isSmall ? ["quick"] : []))
        var values: [String: Double] = [:]
        for line in output.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count == 2, let value = Double(words[1]) else { continue }
            values[String(words[0])] = value
            report.yardstick(String(words[0]), value)
        }
        scratch.remove(folder)
        return Yardstick(values: values)
    }

    /// `$SIRDAR_PEERS`, or `shared/peers` beside the checkout.
    private static func source() -> String? {
        let here = URL(filePath: FileManager.default.currentDirectoryPath)
        let named = ProcessInfo.processInfo.environment["SIRDAR_PEERS"].map { URL(filePath: $0) }
        let folder = named ?? here.deletingLastPathComponent().appending(path: "shared/peers")
        let path = folder.appending(path: "sqlite_limit.c").path
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }

    /// Runs a program to its end, and answers what it printed.
    @discardableResult
    private static func run(_ path: String, _ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Wrong("\(path) failed: \(process.terminationStatus)") }
        return String(decoding: data, as: UTF8.self)
    }
}
