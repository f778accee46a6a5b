import SirdarCore
import SirdarEngine
import SirdarOutbound

/// Answers as a test says, and keeps what would have been connected to.
final class ScriptedTransport: Transport {
    private let script: @Sendable (Exchange) throws(OutboundFailure) -> OutboundResponse
    private let seen = Locked<[Exchange]>([])

    init(
        _ script: @escaping @Sendable (Exchange) throws(OutboundFailure) -> OutboundResponse = { _ in .init(status: 200)
        }
    ) {
        self.script = script
    }

    /// Every connect, in order.
    var exchanges: [Exchange] { seen.withLock { $0 } }

    func send(_ exchange: Exchange) throws(OutboundFailure) -> OutboundResponse {
        seen.withLock { $0.append(exchange) }
        return try script(exchange)
    }
}

/// Knows a few names; asked again, it may answer something else.
final class ScriptedResolver: Resolver {
    private let names: Locked<[String: [[String]]]>

    /// Each name with its answers, one list an asking; the last is repeated.
    init(_ names: [String: [[String]]]) { self.names = Locked(names) }

    func addresses(of host: String) throws(OutboundFailure) -> [NetworkAddress] {
        let texts = names.withLock { names -> [String]? in
            guard let answers = names[host], let first = answers.first else { return nil }
            if answers.count > 1 { names[host] = Array(answers.dropFirst()) }
            return first
        }
        guard let texts else { throw OutboundFailure(.unreachable, "\(host) has no address.") }
        return texts.compactMap(NetworkAddress.init)
    }
}
