import Foundation
import SirdarImages

/// The programs on a demonstration machine: bytes that weigh something, made once and shared by all trees.
///
/// They are seeded noise of which half compresses away, roughly as real programs do.
struct DemoPayload {
    private static let blockBytes = 4 << 20
    private static let programs: [(path: String, share: Int)] = [
        ("/opt/Thinkbox/Deadline10/bin/deadlineworker", 2), ("/opt/Thinkbox/Deadline10/bin/deadlinelauncher", 1),
        ("/opt/hfs20.5/bin/hbatch-bin", 6), ("/opt/hfs20.5/houdini/dso/libHoudiniEngine.so", 9),
        ("/usr/local/Nuke15.1v3/Nuke15.1", 8), ("/usr/local/Nuke15.1v3/libDDImage.so", 6),
    ]

    private let folder: String
    private let bytesEach: [DemoMachine.Kind: Int64]

    init(in scratch: Scratch, bytes: [DemoMachine.Kind: Int64]) throws(CloudError) {
        folder = scratch.folder + "/payload"
        bytesEach = bytes
        try Durable.makeFolder(folder)
        let block = Self.block()
        for (kind, bytes) in bytes {
            for (index, program) in Self.programs.enumerated() {
                let size = bytes * Int64(program.share) / Int64(Self.programs.map(\.share).reduce(0, +))
                try Self.write(size, block, shift: index * 4_099, to: file(kind, index))
            }
        }
    }

    func entries(for kind: DemoMachine.Kind) -> [DiskEntry] {
        guard bytesEach[kind] != nil else { return [] }
        return Self.programs.enumerated().map { index, program in
            DiskEntry(path: program.path, content: .host(file(kind, index)), mode: 0o755, owner: 0, group: 0)
        }
    }

    private func file(_ kind: DemoMachine.Kind, _ index: Int) -> String { "\(folder)/\(kind.rawValue)-\(index)" }

    private static func block() -> [UInt8] {
        var words = [UInt64](repeating: 0x0000_7F45_4C46_0201, count: blockBytes / 8)
        var state: UInt64 = 0x5157_4444
        for index in stride(from: 0, to: words.count, by: 2) {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            words[index] = state ^ (state >> 29)
        }
        return words.withUnsafeBytes { Array($0) }
    }

    private static func write(_ size: Int64, _ block: [UInt8], shift: Int, to path: String) throws(CloudError) {
        let file = try Descriptor(path, O_WRONLY | O_CREAT | O_EXCL)
        var left = size
        var start = shift % block.count
        while left > 0 {
            let count = Int(min(left, Int64(block.count - start)))
            try Durable.write(Array(block[start..<start + count]), to: file)
            left -= Int64(count)
            start = 0
        }
    }
}
