import Foundation
import SirdarImages

/// The long work behind an image or a machine: temporary name, fsync, comparison, digest, and the real name last.
///
/// Measured on qemu 7.2: `convert` of a source that was cut short ends with 0 and yields a clean-looking wrong image,
/// and a half-written one passes `check`. So the source's size is compared before and its content after, and an image
/// counts only by its record.
struct ImageWork {
    struct Outcome {
        let storedBytes: Int64
        let digest: String
    }

    let tools: Toolbox
    let pool: Pool
    let locks: [FileLock]
    let deadline: Deadline
    let cancellation: Cancellation
    let report: (Double) -> Void

    /// A machine's raw disk into a compressed image.
    func convert(_ record: ImageRecord) throws(CloudError) -> Outcome {
        guard let machine = record.sourceMachine else {
            throw CloudError(.invalid, "The image's record names no source.")
        }
        let source = pool.disk(machine.id)
        let partial = pool.image(record.id) + ".partial"
        try Durable.remove(partial)
        // `convert` and `compare` pass over holes, and what is a hole is certain only when everything is written.
        try Durable.sync(source)
        let options = ["-p", "-c", "-W", "-m", "4", "-f", "raw", "-O", "qcow2", "-o", "compression_type=zstd"]
        try qemu(["convert"] + options + [source, partial], 0..<0.6, doing: "write the image")
        try Durable.sync(partial)
        try qemu(
            ["compare", "-p", "-f", "raw", "-F", "qcow2", source, partial],
            0.6..<0.85,
            doing: "compare the image with the disk"
        )
        return try publish(partial, record, expecting: nil)
    }

    /// Another pool's image, byte by byte.
    func copy(_ record: ImageRecord, from source: String, _ digest: String) throws(CloudError) -> Outcome {
        let partial = pool.image(record.id) + ".partial"
        try Durable.remove(partial)
        try stream(source, to: partial)
        return try publish(partial, record, expecting: digest)
    }

    /// An image into the raw disk of a new machine.
    func expand(_ image: String, digest: String, to disk: String) throws(CloudError) {
        let found = try Digest.ofFile(image, by: deadline, unless: cancellation) { report($0 * 0.3) }
        guard found == digest else { throw Self.damagedImage }
        let partial = disk + ".partial"
        try Durable.remove(partial)
        try qemu(
            ["convert", "-p", "-f", "qcow2", "-O", "raw", image, partial],
            0.3..<1,
            doing: "write the machine's disk"
        )
        try Durable.sync(partial)
        try Durable.rename(partial, to: disk)
    }

    private func publish(
        _ partial: String,
        _ record: ImageRecord,
        expecting: String?
    ) throws(CloudError) -> Outcome {
        let digest = try Digest.ofFile(partial, by: deadline, unless: cancellation) { report(0.85 + $0 * 0.15) }
        if let expecting, digest != expecting { throw Self.damagedImage }
        let size = try Descriptor(partial, O_RDONLY).size()
        try Durable.rename(partial, to: pool.image(record.id))
        return Outcome(storedBytes: size, digest: digest)
    }

    private func stream(_ source: String, to target: String) throws(CloudError) {
        let from = try Descriptor(source, O_RDONLY)
        let to = try Descriptor(target, O_WRONLY | O_CREAT | O_EXCL)
        let size = try from.size()
        var at: Int64 = 0
        while at < size {
            if cancellation.isCancelled { throw CloudError.cancelled }
            if deadline.hasPassed { throw CloudError.tooLate("copy the image") }
            let bytes = try from.bytes(at: at, 1 << 20)
            guard !bytes.isEmpty else { break }
            try Durable.write(bytes, to: to)
            at += Int64(bytes.count)
            report(0.85 * Double(at) / Double(size))
        }
        try to.sync()
    }

    private func qemu(_ arguments: [String], _ span: Range<Double>, doing what: String) throws(CloudError) {
        let result = try ToolRun.run(tools.qemuImg, arguments, keeping: locks, by: deadline, unless: cancellation) {
            piece in
            guard let percent = Self.percent(piece) else { return }
            report(span.lowerBound + (span.upperBound - span.lowerBound) * percent / 100)
        }
        guard result.status == 0 else { throw CloudError.tool(result, doing: what) }
    }

    /// The last figure of `    (12.34/100%)\r`.
    static func percent(_ piece: UnsafeRawBufferPointer) -> Double? {
        let text = String(decoding: piece, as: UTF8.self)
        guard let slash = text.range(of: "/100%", options: .backwards)?.lowerBound,
            let open = text[..<slash].lastIndex(of: "(")
        else { return nil }
        return Double(text[text.index(after: open)..<slash])
    }

    private static let damagedImage = CloudError(
        .invalid,
        "The image's bytes are not what they were when it was made. Delete it and make it again from its machine."
    )
}
