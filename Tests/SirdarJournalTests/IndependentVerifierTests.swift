import Foundation
import SirdarJournal
import Testing

/// The same format, read by another program in another language by another cryptographic library.
@Suite("An independent verifier agrees")
struct IndependentVerifierTests {
    private static let trees = 1000

    @Test("a thousand random journals, whole and changed, are judged alike in Python")
    func agreement() throws {
        let python = try Python()
        let seed = SystemRandomNumberGenerator().seed
        var random = SeededRandom(seed: seed)
        let folder = FileManager.default.temporaryDirectory.appending(path: "sirdar-bundles-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var expected: [String] = []
        var vouched = 0
        for number in 0..<Self.trees {
            let sample = try Sample(&random)
            for (bytes, ending) in [(sample.bundle, "whole"), (sample.changed(&random), "changed")] {
                let path = folder.appending(path: "\(number).\(ending)").path
                try Data(bytes).write(to: URL(filePath: path))
                try Data(sample.journal.signer.key.text.utf8).write(to: URL(filePath: path + ".key"))
                if let since = sample.since { try Data(since.utf8).write(to: URL(filePath: path + ".since")) }
                expected.append(sample.judge(bytes))
            }
            if expected[expected.count - 2] != "refused" { vouched += 1 }
        }
        let paths = (0..<Self.trees).flatMap { number in
            ["whole", "changed"].map { folder.appending(path: "\(number).\($0)").path }
        }
        let answers = try python.run(script: "verify_bundle.py", paths)
        #expect(answers.count == expected.count)
        for (index, (answer, ours)) in zip(answers, expected).enumerated() where answer != ours {
            Issue.record("\(paths[index]): Python says \(answer), Swift says \(ours); seed \(seed)")
        }
        #expect(vouched == Self.trees && expected.count { $0 == "refused" } > Self.trees / 4, "seed \(seed)")
    }

    @Test("it is short enough to be read in one sitting")
    func length() throws {
        let text = try String(contentsOf: Python.folder.appending(path: "verify_bundle.py"), encoding: .utf8)
        #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count <= 120)
        #expect(text.split(separator: "\n").count { !$0.allSatisfy(\.isWhitespace) } < 100)
    }

    /// A journal, a part of it as a bundle, and perhaps a checkpoint that was kept.
    private struct Sample {
        let journal: SampleJournal
        let bundle: [UInt8]
        let since: String?
        private let isCovered: Bool

        init(_ random: inout SeededRandom) throws {
            let count = Int.random(in: 1...40, using: &random)
            let sizes = (0..<3).map { _ in Int64.random(in: 1...Int64(count), using: &random) }
            journal = try SampleJournal(count, checkpoints: sizes)
            let largest = sizes.max() ?? 1
            let first = Int64.random(in: 1...largest, using: &random)
            let last = Int64.random(in: first...Int64(count), using: &random)
            isCovered = last <= largest
            bundle = try journal.bundle(first, last, size: largest)
            since = Bool.random(using: &random) ? journal.checkpoints[largest] : nil
        }

        func changed(_ random: inout SeededRandom) -> [UInt8] {
            var bytes = bundle
            let place = Int.random(in: bytes.indices, using: &random)
            // What nothing vouches for yet may be anything, and is read more or less strictly.
            switch isCovered ? Int.random(in: 0..<4, using: &random) : 3 {
            case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 1: bytes.removeLast(bytes.count - place)
            case 2: bytes.remove(at: place)
            default:
                // Erased: the lines of names and free text are gone.
                let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
                bytes = Array(lines.filter { $0.first != 0x2B }.joined(separator: [0x0A]))
            }
            return bytes
        }

        func judge(_ bytes: [UInt8]) -> String {
            guard let verdict = try? journal.verify(bytes, since: since.map { [$0] } ?? []) else { return "refused" }
            let numbers = [
                verdict.first, verdict.last, Int64(verdict.checkpoints), Int64(verdict.erased), verdict.uncovered,
            ]
            return "ok \(numbers.map(String.init).joined(separator: " "))"
        }
    }
}

/// A Python that has the library; a machine without it has not been set up, and the test says so.
private struct Python {
    private let path: String

    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Verifier")

    struct Missing: Error, CustomStringConvertible {
        var description: String { "No python3 with `cryptography` was found: scripts/setup.sh test installs it." }
    }

    init() throws {
        let candidates = ["/usr/bin/python3", "/usr/local/bin/python3"]
        guard let path = candidates.first(where: { (try? Self.run($0, ["-c", "import cryptography"]).status) == 0 })
        else { throw Missing() }
        self.path = path
    }

    /// The lines that a script prints.
    func run(script: String, _ arguments: [String]) throws -> [String] {
        let answer = try Self.run(path, [Self.folder.appending(path: script).path] + arguments)
        #expect(answer.status == 0)
        return answer.output.split(separator: "\n").map(String.init)
    }

    private static func run(_ path: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        if arguments.first == "-c" { process.standardError = FileHandle.nullDevice }
        try process.run()
        let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: data, as: UTF8.self))
    }
}
