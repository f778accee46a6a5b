import Foundation
import Glibc
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import SirdarEngine
import SirdarServer
import Testing

/// What no browser sends, on a bare socket to a server that listens.
@Suite("Slow, huge, smuggled and malformed HTTP gets a 4xx, and costs the others nothing")
struct HostileTests {
    static let malformed: [(name: String, text: String)] = [
        (
            "both lengths",
            "POST /v1/claims HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        ),
        ("two lengths", "POST /v1/claims HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}x"),
        ("a list of lengths", "POST /v1/claims HTTP/1.1\r\nHost: a\r\nContent-Length: 2, 3\r\n\r\n{}x"),
        ("a negative length", "POST /v1/claims HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n"),
        ("a length with a sign", "POST /v1/claims HTTP/1.1\r\nHost: a\r\nContent-Length: +2\r\n\r\n{}"),
        ("an unknown coding", "POST /v1/claims HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
        (
            "a coding behind chunked",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"
        ),
        ("a wrong chunk", "POST /sign-in HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n"),
        ("a folded header", "GET /version HTTP/1.1\r\nHost: a\r\nX-One: b\r\n c\r\n\r\n"),
        ("a space before the colon", "GET /version HTTP/1.1\r\nHost : a\r\n\r\n"),
        ("no colon", "GET /version HTTP/1.1\r\nHost\r\n\r\n"),
        ("a null in a header", "GET /version HTTP/1.1\r\nHost: a\r\nX-One: b\0c\r\n\r\n"),
        ("two hosts", "GET /version HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
        ("no host", "GET /version HTTP/1.1\r\n\r\n"),
        ("another protocol", "SSH-2.0-OpenSSH_9.2\r\n\r\n"),
        ("another version", "GET /version HTTP/3.9\r\nHost: a\r\n\r\n"),
        ("a line that is none", "GET\r\n\r\n"),
        ("bytes", "\u{1}\u{2}\u{3}\u{4}\r\n\r\n"),
        (
            "a long header",
            "GET /version HTTP/1.1\r\nHost: a\r\nX-One: \(String(repeating: "b", count: 10_000))\r\n\r\n"
        ),
        ("many headers", "GET /version HTTP/1.1\r\nHost: a\r\n\((0..<150).map { "X-\($0): b\r\n" }.joined())\r\n"),
        ("a long address", "GET /\(String(repeating: "a", count: 5_000)) HTTP/1.1\r\nHost: a\r\n\r\n"),
        ("an empty method", " / HTTP/1.1\r\nHost: a\r\n\r\n"),
    ]

    @Test("each is answered with a 4xx and nothing else, and the server goes on")
    func malformedRequests() async throws {
        let bench = try ServerBench()
        try await bench.server.application(host: "127.0.0.1", port: 0).test(.live) { client in
            let port = try #require(client.port)
            for (name, text) in Self.malformed {
                let answers = try await Self.send(text, to: port)
                // The head of some is refused before their body is found to be wrong too.
                #expect(!answers.isEmpty && answers.allSatisfy { $0.hasPrefix("4") }, "\(name): \(answers)")
                let calm = try await client.get("/version")
                #expect(calm.status == .ok)
            }
        }
    }

    @Test("what follows a smuggled request on its connection is not looked at")
    func smuggled() async throws {
        let bench = try ServerBench()
        try await bench.server.application(host: "127.0.0.1", port: 0).test(.live) { client in
            let port = try #require(client.port)
            let second = "GET /version HTTP/1.1\r\nHost: a\r\n\r\n"
            for (name, text) in Self.malformed.prefix(8) {
                let answers = try await Self.send(text + second, to: port)
                #expect(!answers.contains { $0.hasPrefix("2") }, "\(name): \(answers)")
            }
        }
    }

    @Test("a head that does not come, and a body that does not come, are given up; others are answered meanwhile")
    func slow() async throws {
        let bench = try ServerBench { settings in
            settings.headSeconds = 1
            settings.bodySeconds = 1
        }
        let token = try bench.token(of: try bench.operatorPerson())[.authorization] ?? ""
        try await bench.server.application(host: "127.0.0.1", port: 0).test(.live) { client in
            let port = try #require(client.port)
            let begun = [
                "GET /version HTTP/1.1\r\nHost:", "",
                "POST /v1/claims HTTP/1.1\r\nHost: a\r\nAuthorization: \(token)\r\nContent-Length: 1000\r\n\r\n{",
            ]
            async let slow = withThrowingTaskGroup(of: [String].self) { group in
                for index in 0..<60 { group.addTask { try await Self.send(begun[index % 3], to: port) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            for _ in 0..<20 {
                let calm = try await client.get("/version")
                #expect(calm.status == .ok)
            }
            let answers = try await slow
            #expect(answers.count == 60 && answers.allSatisfy { $0 == ["408"] }, "\(Set(answers))")
        }
    }

    @Test("one address has so many connections, and no more")
    func many() async throws {
        let bench = try ServerBench { $0.headSeconds = 60 }
        try await bench.server.application(host: "127.0.0.1", port: 0).test(.live) { client in
            let port = try #require(client.port)
            let sockets = try (0..<300).map { _ in try Socket(port) }
            defer { sockets.forEach { $0.close() } }
            let answered = sockets.count { socket in
                socket.write("GET /version HTTP/1.1\r\nHost: a\r\n\r\n")
                return socket.readSome().hasPrefix("HTTP/1.1 200")
            }
            // The test's own client has one.
            #expect(answered == 255)
        }
    }

    /// The statuses of what is answered until the connection is closed.
    private static func send(_ text: String, to port: Int) async throws -> [String] {
        try await withCheckedThrowingContinuation { continuation in
            let thread = Thread {
                continuation.resume(
                    with: Result {
                        let socket = try Socket(port)
                        defer { socket.close() }
                        socket.write(text)
                        return statuses(socket.readAll())
                    }
                )
            }
            thread.start()
        }
    }

    private static func statuses(_ answer: String) -> [String] {
        answer.components(of: "HTTP/1.1 ").map { String($0.prefix(3)) }
    }
}

/// A connection to this machine, and what goes over it, byte by byte.
private struct Socket {
    private let descriptor: Int32

    struct Refused: Error {}

    init(_ port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        // Nothing here waits for longer than a server that gives up may take.
        var patience = timeval(tv_sec: 4, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        guard descriptor >= 0, result == 0 else { throw Refused() }
    }

    func write(_ text: String) {
        let bytes = Array(text.utf8)
        _ = bytes.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    }

    /// Until the other end closes, or says nothing for long.
    func readAll() -> String {
        var all: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = recv(descriptor, &chunk, chunk.count, 0)
            guard count > 0 else { break }
            all += chunk.prefix(count)
        }
        return String(decoding: all, as: UTF8.self)
    }

    /// What comes next; empty when the other end has closed.
    func readSome() -> String {
        var chunk = [UInt8](repeating: 0, count: 4096)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        return String(decoding: chunk.prefix(max(0, count)), as: UTF8.self)
    }

    func close() { _ = Glibc.close(descriptor) }
}
