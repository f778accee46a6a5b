import Foundation
import SirdarEngine

/// A relay of mail on the loopback interface that says what a test says, and keeps what it was told.
package final class ScriptedRelay: Sendable {
    package let port: Int
    private let socket: Int32
    private let script: @Sendable (String) -> String
    private let state = Locked<(commands: [String], messages: [String], isStopped: Bool)>(([], [], false))

    package var commands: [String] { state.withLock { $0.commands } }
    package var messages: [String] { state.withLock { $0.messages } }

    /// Takes everything.
    package static let willing: @Sendable (String) -> String = { command in
        switch command.prefix(4) {
        case "": "220 relay.test ready"
        case "EHLO": "250-relay.test\r\n250 8BITMIME"
        case "DATA": "354 go on"
        case "QUIT": "221 bye"
        default: "250 fine"
        }
    }

    /// `script`: the reply to a command, or to the message when it is `.`; to the empty one, the greeting; an empty
    ///   reply closes the connection.
    package init(_ script: @escaping @Sendable (String) -> String = ScriptedRelay.willing) throws {
        self.script = script
        socket = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let file = socket
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(file, $0, length) == 0 && listen(file, 16) == 0 && getsockname(file, $0, &length) == 0
            }
        }
        guard isBound else { throw CocoaError(.featureUnsupported) }
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread.detachNewThread { [self] in serve() }
    }

    package func stop() { state.withLock { $0.isStopped = true } }

    private func serve() {
        defer { close(socket) }
        while true {
            var waiting = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
            while poll(&waiting, 1, 50) == 0 { if state.withLock({ $0.isStopped }) { return } }
            let connection = accept(socket, nil, nil)
            guard connection >= 0 else { return }
            converse(connection)
            close(connection)
        }
    }

    private func converse(_ connection: Int32) {
        var bytes: [UInt8] = []
        guard reply("", connection) else { return }
        var isData = false
        var message = ""
        while let line = line(connection, &bytes) {
            guard isData else {
                state.withLock { $0.commands.append(line) }
                guard reply(line, connection) else { return }
                isData = line == "DATA" && script(line).hasPrefix("354")
                continue
            }
            guard line == "." else {
                message += line + "\n"
                continue
            }
            let whole = message
            state.withLock { $0.messages.append(whole) }
            (isData, message) = (false, "")
            guard reply(".", connection) else { return }
        }
    }

    private func reply(_ command: String, _ connection: Int32) -> Bool {
        let reply = script(command)
        guard !reply.isEmpty else { return false }
        let bytes = Array("\(reply)\r\n".utf8)
        return bytes.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) } > 0
    }

    private func line(_ connection: Int32, _ bytes: inout [UInt8]) -> String? {
        while true {
            if let end = bytes.firstIndex(of: 0x0A) {
                let line = String(decoding: bytes[..<end].filter { $0 != 0x0D }, as: UTF8.self)
                bytes.removeSubrange(...end)
                return line
            }
            var chunk = [UInt8](repeating: 0, count: 4096)
            let count = recv(connection, &chunk, chunk.count, 0)
            guard count > 0 else { return nil }
            bytes += chunk[..<count]
        }
    }
}
