import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
package import SirdarCore

/// A request whose address was checked, and where its connection goes.
package struct Exchange: Sendable {
    package let request: OutboundRequest
    /// The only address that may be connected to.
    package let to: NetworkAddress
    package let rules: OutboundRules

    package init(request: OutboundRequest, to address: NetworkAddress, rules: OutboundRules) {
        self.request = request
        to = address
        self.rules = rules
    }
}

/// Carries one checked request. A seam, so that tests see what would be connected to, and answer it.
package protocol Transport: Sendable {
    func send(_ exchange: Exchange) throws(OutboundFailure) -> OutboundResponse
}

/// The network, by async-http-client.
///
/// Each exchange has a client of its own, which knows one host at one address, and is closed with it: no connection
/// outlives the check that allowed it, and nothing is left to be shut down. It blocks, and so runs on a slot of the
/// worker pool, never on an event loop.
package struct NetworkTransport: Transport {
    private static let connectSecondsMax: Int64 = 10
    private static let headerBytesMax = 64 << 10

    package init() {}

    package func send(_ exchange: Exchange) throws(OutboundFailure) -> OutboundResponse {
        let address = exchange.request.address
        let limit = TimeAmount.milliseconds(exchange.rules.timeout.milliseconds)
        let connect = min(limit, .seconds(Self.connectSecondsMax))
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: connect, read: limit, write: limit)
        )
        // A refused connection is told at once: what comes next is not the client's to decide.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.httpVersion = .http1Only
        // The name stays the host of the request and of its certificate; the connection goes to the address.
        if address.literal == nil { configuration.dnsOverride = [address.host: exchange.to.description] }
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        defer {
            do { try client.syncShutdown() } catch {
                // The answer is here, or its absence explained: that a socket did not close in order changes nothing.
            }
        }
        do {
            let request = try Self.request(exchange)
            let accumulator = ResponseAccumulator(request: request, maxBodySize: exchange.rules.answerBytesMax)
            let response = try client.execute(request: request, delegate: accumulator, deadline: .now() + limit).wait()
            return try Self.response(response, from: address.host)
        } catch let failure as OutboundFailure { throw failure } catch {
            throw Self.failure(error, address.host)
        }
    }

    private static func request(_ exchange: Exchange) throws -> HTTPClient.Request {
        let address = exchange.request.address
        let request = try HTTPClient.Request(
            url: address.description,
            method: HTTPMethod(rawValue: exchange.request.method),
            headers: HTTPHeaders(exchange.request.headers.map { ($0.name, $0.value) }),
            body: exchange.request.body.map { .bytes($0) }
        )
        // Two readers, one host: else the client would look another name up by itself.
        guard address.literal != nil || request.host == address.host, request.port == address.port else {
            throw OutboundFailure(.malformed, "\(address.host) is not read as one host by everybody.")
        }
        return request
    }

    private static func response(
        _ response: HTTPClient.Response,
        from host: String
    ) throws(OutboundFailure) -> OutboundResponse {
        let size = response.headers.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count }
        guard size <= headerBytesMax else {
            throw OutboundFailure(
                .tooLarge,
                "The headers of \(host)'s answer are larger than \(headerBytesMax >> 10) KiB."
            )
        }
        return OutboundResponse(
            status: Int(response.status.code),
            headers: response.headers.map { OutboundRequest.Header($0.name, $0.value) },
            body: response.body.map { Array($0.readableBytesView) } ?? []
        )
    }

    /// What happened, without a word of what was sent.
    private static func failure(_ error: any Error, _ host: String) -> OutboundFailure {
        if let error = error as? ResponseAccumulator.ResponseTooBigError {
            return OutboundFailure(.tooLarge, "The answer of \(host) is larger than \(error.maxBodySize >> 10) KiB.")
        }
        let kind = "\(type(of: error))"
        if kind.contains("SSL") || "\(error)".contains("SSL") {
            return OutboundFailure(.insecure, "\(host) has no certificate that is trusted here for that name.")
        }
        guard let error = error as? HTTPClientError else {
            let isUnconnected = kind == "NIOConnectionError" || kind == "IOError" && "\(error)".contains("connect")
            return isUnconnected
                ? OutboundFailure(.unreachable, "Nothing answers at \(host).")
                : OutboundFailure(.broken, "The connection to \(host) broke off.")
        }
        switch error {
        case .connectTimeout, .tlsHandshakeTimeout:
            return OutboundFailure(.unreachable, "\(host) did not answer in time.")
        case .readTimeout, .writeTimeout, .deadlineExceeded:
            return OutboundFailure(.timedOut, "\(host) took longer than it may.")
        default: return OutboundFailure(.broken, "The connection to \(host) broke off (\(error.shortDescription)).")
        }
    }
}
