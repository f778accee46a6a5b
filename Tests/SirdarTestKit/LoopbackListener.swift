import Foundation
import SirdarEngine

/// Takes connections on the loopback interface, at a port that was free, one after the other on a thread of its own.
final class LoopbackListener: Sendable {
    let port: Int
    private let socket: Int32
    private let isStopped = Locked(false)

    init() throws {
        socket = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let file = socket
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(file, $0, length) == 0 && listen(file, 64) == 0 && getsockname(file, $0, &length) == 0
            }
        }
        guard isBound else { throw CocoaError(.featureUnsupported) }
        port = Int(UInt16(bigEndian: address.sin_port))
    }

    /// Gives each connection to `body`, at most so many of them, and closes it afterwards.
    func serve(atMost count: Int, _ body: @escaping @Sendable (Int32) -> Void) {
        Thread.detachNewThread { [self] in
            defer { close(socket) }
            for _ in 0..<count {
                var waiting = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
                while poll(&waiting, 1, 50) == 0 { if isStopped.withLock({ $0 }) { return } }
                let connection = accept(socket, nil, nil)
                guard connection >= 0 else { return }
                body(connection)
                close(connection)
            }
        }
    }

    func stop() { isStopped.withLock { $0 = true } }
}
