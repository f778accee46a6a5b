import Foundation
package import JSON
import SirdarEngine

/// Answers requests on the loopback interface as a test says, and keeps what was asked.
package final class ScriptedServer: Sendable {
    package struct Request: Sendable {
        package let method: String
        /// Path and query, as they came over the wire.
        package let target: String
        package let headers: [String: String]
        package let body: [UInt8]

        package var json: JSON? { try? JSON(parsing: body) }
        package var path: String { String(target.prefix { $0 != "?" }) }
    }

    package struct Answer: Sendable {
        package var status: Int
        package var headers: [String: String]
        package var body: [UInt8]

        package init(status: Int = 200, headers: [String: String] = [:], body: [UInt8] = []) {
            self.status = status
            self.headers = headers
            self.body = body
        }

        package static func json(_ json: JSON, status: Int = 200) -> Answer {
            Answer(status: status, headers: ["Content-Type": "application/json"], body: json.bytes)
        }

        package static func problem(_ status: Int, _ detail: String, errors: [(String, String)] = []) -> Answer {
            var object: JSON.Object = [
                "type": "urn:sirdar:problem:test", "title": "Trouble", "detail": .string(detail),
            ]
            if !errors.isEmpty {
                object["errors"] = .array(errors.map { ["pointer": .string($0.0), "detail": .string($0.1)] })
            }
            return Answer(
                status: status,
                headers: ["Content-Type": "application/problem+json"],
                body: JSON.object(object).bytes
            )
        }

        package static let nothing = Answer(status: 204)
    }

    private static let requestsMax = 200
    private static let headBytesMax = 64 << 10
    private static let bodyBytesMax = 32 << 20

    package var url: String { "http://127.0.0.1:\(listener.port)" }
    private let listener: LoopbackListener
    private let script: @Sendable (Request) -> Answer
    private let received = Locked<[Request]>([])

    package var requests: [Request] { received.withLock { $0 } }

    package init(_ script: @escaping @Sendable (Request) -> Answer) throws {
        self.script = script
        listener = try LoopbackListener()
        listener.serve(atMost: Self.requestsMax) { [self] in answer($0) }
    }

    /// Always the same answer.
    package convenience init(_ answer: Answer) throws { try self.init { _ in answer } }

    package func stop() { listener.stop() }

    private func answer(_ connection: Int32) {
        guard let request = read(connection) else { return }
        received.withLock { $0.append(request) }
        let answer = script(request)
        var head = "HTTP/1.1 \(answer.status) Scripted\r\nConnection: close\r\n"
        if answer.status != 204 { head += "Content-Length: \(answer.body.count)\r\n" }
        for (name, value) in answer.headers { head += "\(name): \(value)\r\n" }
        let bytes = Array("\(head)\r\n".utf8) + answer.body
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
        }
    }

    private func read(_ connection: Int32) -> Request? {
        var bytes: [UInt8] = []
        let end = Array("\r\n\r\n".utf8)
        while bytes.firstRange(of: end) == nil {
            guard bytes.count < Self.headBytesMax, receive(connection, &bytes) else { return nil }
        }
        guard let range = bytes.firstRange(of: end) else { return nil }
        let lines = String(decoding: bytes[..<range.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
        }
        let length = headers["content-length"].flatMap { Int($0) } ?? 0
        while bytes.count < range.upperBound + length {
            guard bytes.count < Self.bodyBytesMax, receive(connection, &bytes) else { return nil }
        }
        let words = (lines.first ?? "").split(separator: " ").map(String.init)
        guard words.count == 3 else { return nil }
        return Request(method: words[0], target: words[1], headers: headers, body: Array(bytes[range.upperBound...]))
    }

    private func receive(_ connection: Int32, _ bytes: inout [UInt8]) -> Bool {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = recv(connection, &chunk, chunk.count, 0)
        guard count > 0 else { return false }
        bytes += chunk[..<count]
        return true
    }
}
