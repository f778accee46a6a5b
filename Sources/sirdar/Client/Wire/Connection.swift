import AsyncHTTPClient
import Foundation
import JSON
import NIOCore
import NIOHTTP1

/// The one way to the server: bounded in time and size, and following no redirect, so that a token goes nowhere else.
struct Connection: Sendable {
    let server: ServerAddress
    private let token: String?
    private let client: HTTPClient

    private static let connectSeconds: Int64 = 5
    private static let answerSeconds: Int64 = 60

    init(server: ServerAddress, token: String?) {
        self.server = server
        self.token = token
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(Self.connectSeconds), read: .seconds(Self.answerSeconds))
        )
        // A refused connection is told at once, not after the time that a connection may take.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.httpVersion = .http1Only
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    func close() async {
        do { try await client.shutdown() } catch {
            // The answer is here already; that a socket did not close in order changes nothing.
        }
    }

    /// What the server would recognise is sent once more when the connection breaks off.
    func send(_ call: Call, mayRepeat: Bool = true) async throws(Failure) -> Reply {
        do {
            let response = try await client.execute(request(call), timeout: .seconds(Self.answerSeconds))
            let body = try await response.body.collect(upTo: call.answerBytesMax)
            return Reply(
                status: Int(response.status.code),
                bytes: Array(body.readableBytesView),
                contentType: response.headers.first(name: "Content-Type"),
                location: response.headers.first(name: "Location"),
                digest: response.headers.first(name: "X-Content-Digest"),
                tag: response.headers.first(name: "ETag").map { $0.filter { $0 != "\"" } },
                retryAfterSeconds: response.headers.first(name: "Retry-After").flatMap { Int($0) }
            )
        } catch is NIOTooManyBytesError {
            throw Failure(.failed, "The answer is larger than \(call.answerBytesMax >> 20) MiB, and was not read.")
        } catch {
            if mayRepeat, call.idempotencyKey != nil, !Self.isUnconnected(error), !Self.isLate(error) {
                return try await send(call, mayRepeat: false)
            }
            throw Failure(.unavailable, sentences: Self.unreachable(server, error))
        }
    }

    /// Sends, and writes what comes into a new file as it comes: it may be larger than memory.
    ///
    /// - Returns: how many bytes there were, or what the server says when it is no success.
    func download(_ call: Call, to path: String) async throws(Failure) -> Result<Int, Refused> {
        let partial = "\(path).partial"
        let file = open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw Failure(.failed, "\(partial) cannot be written: \(Self.lastReason).") }
        let handle = FileHandle(fileDescriptor: file, closeOnDealloc: true)
        defer { unlink(partial) }
        var count = 0
        do {
            let response = try await client.execute(request(call), timeout: .hours(Self.downloadHours))
            guard (200...299).contains(Int(response.status.code)) else {
                let body = try await response.body.collect(upTo: call.answerBytesMax)
                let reply = Reply(status: Int(response.status.code), bytes: Array(body.readableBytesView))
                return .failure(Refused(reply: reply))
            }
            for try await chunk in response.body {
                count += chunk.readableBytes
                try handle.write(contentsOf: Data(chunk.readableBytesView))
            }
            try handle.synchronize()
        } catch let error as CocoaError {
            throw Failure(.failed, "\(partial) could not be written whole: \(error.localizedDescription)")
        } catch {
            throw Failure(.unavailable, sentences: Self.unreachable(server, error))
        }
        // A link never replaces what is there, as a renaming would.
        guard link(partial, path) == 0 else { throw Failure(.failed, "\(path) cannot be made: \(Self.lastReason).") }
        return .success(count)
    }

    /// Sends, and gives the answer as it comes.
    func execute(_ call: Call, timeout: TimeAmount) async throws -> HTTPClientResponse {
        try await client.execute(request(call), timeout: timeout)
    }

    struct Refused: Error { let reply: Reply }

    private static let downloadHours: Int64 = 2
    private static var lastReason: String { String(cString: strerror(errno)) }

    private func request(_ call: Call) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: server.text + call.target)
        request.method = HTTPMethod(rawValue: call.method.rawValue)
        request.headers.add(name: "Accept", value: "application/json, application/problem+json, */*;q=0.1")
        request.headers.add(name: "User-Agent", value: "sirdar/\(ProgramVersion.current)")
        if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        if let digest = call.ifMatch { request.headers.add(name: "If-Match", value: "\"\(digest)\"") }
        if let key = call.idempotencyKey { request.headers.add(name: "Idempotency-Key", value: "\"\(key)\"") }
        switch call.body {
        case .json(let json):
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: json.bytes))
        case .bytes(let bytes):
            request.headers.add(name: "Content-Type", value: call.contentType)
            request.body = .bytes(ByteBuffer(bytes: bytes))
        case nil: break
        }
        return request
    }

    static func unreachable(_ server: ServerAddress, _ error: any Error) -> [String] {
        let text = "\(error)"
        if text.contains("NIOSSL") || text.contains("SSL") {
            return ["No secure connection to \(server) can be made: \(text)."]
        }
        if isLate(error) {
            return [
                "\(server) did not answer within \(answerSeconds) s.",
                "It may have done what was asked: look before you repeat it.",
            ]
        }
        let reason = text.contains("UnknownHost") ? "no such host" : systemReason(text)
        guard isUnconnected(error) else {
            return ["\(server) broke off before its answer was whole. Look what was done before you repeat it."]
        }
        return [
            "Nothing answers at \(server)\(reason.map { " (\($0))" } ?? "").",
            "Start the server there with `sirdar serve`, or set SIRDAR_URL to where it runs.",
        ]
    }

    private static func isLate(_ error: any Error) -> Bool {
        let error = error as? HTTPClientError
        return error == .readTimeout || error == .deadlineExceeded
    }

    /// Whether nothing has been sent.
    private static func isUnconnected(_ error: any Error) -> Bool {
        let text = "\(error)"
        if text.contains("UnknownHost") || "\(type(of: error))" == "NIOConnectionError" { return true }
        return systemReason(text).map(unconnected.contains) == true || error as? HTTPClientError == .connectTimeout
    }

    /// What the system says of a connection that never was.
    private static let unconnected = Set([ECONNREFUSED, ENETUNREACH, EHOSTUNREACH, ETIMEDOUT].map(systemReason))

    /// What the system calls the error whose number stands in the text.
    private static func systemReason(_ text: String) -> String? {
        guard let found = text.firstRange(of: "errno: ") else { return nil }
        return Int32(text[found.upperBound...].prefix { $0.isNumber }).map(systemReason)
    }

    private static func systemReason(_ number: Int32) -> String { String(cString: strerror(number)).lowercased() }
}
