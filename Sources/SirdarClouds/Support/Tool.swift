import CLinux
import Glibc
import SirdarImages

/// What a program said and how it ended.
struct ToolResult: Sendable {
    let status: Int32
    let output: [UInt8]
    let errors: String

    var text: String { String(decoding: output, as: UTF8.self) }
}

/// One run of a program: no shell, a fixed environment, a deadline, a cap on what it may say.
///
/// Why not swift-subprocess: it is asynchronous, and it closes every descriptor but the standard ones in the child. A
/// tool that works on a disk must inherit the disk's lock, so that the lock outlives a killed server for as long as
/// the tool does; and the thread that waits here is a Dispatch thread of ours, which may block. Both take one
/// `posix_spawn`.
struct ToolRun: ~Copyable {
    static let outputBytesMax = 8 << 20
    static let errorBytesMax = 64 << 10

    private let name: String
    private let child: pid_t
    private let outputs: Descriptor
    private let complaints: Descriptor
    private let deadline: Deadline
    private let cancellation: Cancellation?

    /// Runs a program to its end. `keeping` are locks that must last as long as the program does. `onOutput` gets
    /// what it writes piece by piece; then nothing of it is kept. A cancellation kills it within a fifth of a second.
    static func run(
        _ executable: String,
        _ arguments: [String],
        keeping locks: [FileLock] = [],
        by deadline: Deadline,
        unless cancellation: Cancellation? = nil,
        onOutput: ((UnsafeRawBufferPointer) -> Void)? = nil
    ) throws(CloudError) -> ToolResult {
        guard !deadline.hasPassed else { throw CloudError.tooLate("run \(executable)") }
        let run = try ToolRun(executable, arguments, keeping: locks, by: deadline, unless: cancellation)
        return try run.finish(onOutput)
    }

    private init(
        _ executable: String,
        _ arguments: [String],
        keeping locks: [FileLock],
        by deadline: Deadline,
        unless cancellation: Cancellation?
    ) throws(CloudError) {
        self.cancellation = cancellation
        name = executable.split(separator: "/").last.map(String.init) ?? executable
        self.deadline = deadline
        let output = try Self.pipe()
        let errors = try Self.pipe()
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output.write.number, 1)
        posix_spawn_file_actions_adddup2(&actions, errors.write.number, 2)
        let kept = Self.inherit(locks, &actions)
        posix_spawn_file_actions_addclosefrom_np(&actions, kept)
        child = try Self.spawn(executable, arguments, &actions)
        outputs = output.read
        complaints = errors.read
    }

    /// Hands the locks to the child as 3 and up; answers the first number after them, from which everything is closed.
    ///
    /// They go by way of numbers above all of theirs, so that none overwrites another. What lies between must not stay
    /// open: the server's listening socket, held by an orphan, would keep the next server from its address.
    private static func inherit(_ locks: [FileLock], _ actions: inout posix_spawn_file_actions_t) -> Int32 {
        let above = max(3 + Int32(locks.count), (locks.map(\.descriptor.number).max() ?? 0) + 1)
        for (index, lock) in locks.enumerated() {
            posix_spawn_file_actions_adddup2(&actions, lock.descriptor.number, above + Int32(index))
        }
        for index in 0..<Int32(locks.count) {
            posix_spawn_file_actions_adddup2(&actions, above + index, 3 + index)
        }
        return 3 + Int32(locks.count)
    }

    private static func spawn(
        _ executable: String,
        _ arguments: [String],
        _ actions: inout posix_spawn_file_actions_t
    ) throws(CloudError) -> pid_t {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        posix_spawnattr_setpgroup(&attributes, 0)
        var argv: [UnsafeMutablePointer<CChar>?] = ([executable] + arguments).map { strdup($0) } + [nil]
        let settings = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", "TZ=UTC"]
        var environment: [UnsafeMutablePointer<CChar>?] = settings.map { strdup($0) } + [nil]
        defer { for text in argv + environment { free(text) } }
        var child = pid_t()
        let status = posix_spawn(&child, executable, &actions, &attributes, &argv, &environment)
        guard status == 0 else { throw CloudError.system(status, doing: "run \(executable)") }
        return child
    }

    private static func pipe() throws(CloudError) -> (read: Descriptor, write: Descriptor) {
        var ends: [Int32] = [0, 0]
        guard pipe2(&ends, O_CLOEXEC) == 0 else { throw CloudError.system(errno, doing: "make a pipe") }
        return (Descriptor(taking: ends[0]), Descriptor(taking: ends[1]))
    }

    private consuming func finish(_ onOutput: ((UnsafeRawBufferPointer) -> Void)?) throws(CloudError) -> ToolResult {
        var output: [UInt8] = []
        var errors: [UInt8] = []
        do throws(CloudError) {
            try collect(&output, &errors, onOutput)
            let status = try wait()
            return ToolResult(status: status, output: output, errors: String(decoding: errors, as: UTF8.self))
        } catch {
            kill(-child, SIGKILL)
            var status: Int32 = 0
            while waitpid(child, &status, 0) < 0, errno == EINTR {}
            throw error
        }
    }

    private borrowing func collect(
        _ output: inout [UInt8],
        _ errors: inout [UInt8],
        _ onOutput: ((UnsafeRawBufferPointer) -> Void)?
    ) throws(CloudError) {
        var polled = [outputs, complaints].map { pollfd(fd: $0.number, events: Int16(POLLIN), revents: 0) }
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        while polled.contains(where: { $0.fd >= 0 }) {
            let patience = min(try millisecondsLeft(), cancellation == nil ? .max : 200)
            guard poll(&polled, nfds_t(polled.count), patience) >= 0 || errno == EINTR else {
                throw CloudError.system(errno, doing: "listen to \(name)")
            }
            for index in polled.indices where polled[index].fd >= 0 && polled[index].revents != 0 {
                let count = read(polled[index].fd, &piece, piece.count)
                if count <= 0 {
                    if count == 0 || errno != EINTR { polled[index].fd = -1 }
                } else if index == 1 {
                    errors.append(contentsOf: piece.prefix(min(count, Self.errorBytesMax - errors.count)))
                } else if let onOutput {
                    piece.withUnsafeBytes { onOutput(UnsafeRawBufferPointer(rebasing: $0.prefix(count))) }
                } else {
                    output.append(contentsOf: piece.prefix(count))
                }
            }
            guard output.count <= Self.outputBytesMax else {
                throw CloudError(.invalid, "\(name) answered more than \(Self.outputBytesMax >> 20) MiB.")
            }
        }
    }

    private borrowing func wait() throws(CloudError) -> Int32 {
        var status: Int32 = 0
        while true {
            let ended = waitpid(child, &status, WNOHANG)
            if ended == child { break }
            guard ended == 0 || errno == EINTR else { throw CloudError.system(errno, doing: "wait for \(name)") }
            _ = try millisecondsLeft()
            usleep(1_000)
        }
        let signal = status & 0x7f
        guard signal == 0 else {
            throw CloudError(.transient, "\(name) was stopped from outside.", detail: "signal \(signal)")
        }
        return (status >> 8) & 0xff
    }

    private borrowing func millisecondsLeft() throws(CloudError) -> Int32 {
        if cancellation?.isCancelled == true { throw CloudError.cancelled }
        let left = deadline.remaining
        guard left > .zero else { throw CloudError.tooLate("run \(name)") }
        let (seconds, attoseconds) = left.components
        return Int32(clamping: min(seconds, 1_000_000) * 1_000 + attoseconds / 1_000_000_000_000_000 + 1)
    }
}
