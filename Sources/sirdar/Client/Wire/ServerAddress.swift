import Foundation

/// Where the server is: `http://127.0.0.1:8080`, or a path below a host.
struct ServerAddress: Sendable, Hashable, CustomStringConvertible {
    /// Without a slash at its end.
    let text: String
    /// Whether what is sent there can be read on the way: plain HTTP to another machine.
    let isInTheClear: Bool

    static let fallback = "http://127.0.0.1:8080"

    /// The address that `source` (`SIRDAR_URL`, `--url`) names, which a message about a wrong one says.
    init(_ text: String, from source: String) throws(Failure) {
        guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(),
            scheme == "http" || scheme == "https", let host = parts.host, !host.isEmpty
        else {
            throw Failure(.configuration, "\(source) is `\(text)`, which is no address: write \(Self.fallback).")
        }
        guard parts.user == nil, parts.password == nil, parts.query == nil, parts.fragment == nil else {
            throw Failure(
                .configuration,
                "\(source) has more than scheme, host, port and path: write \(Self.fallback)."
            )
        }
        self.text = String(text.trimmingSuffix { $0 == "/" })
        isInTheClear = scheme == "http" && !Self.isLoopback(host)
    }

    private static func isLoopback(_ host: String) -> Bool {
        let bare = host.lowercased().filter { $0 != "[" && $0 != "]" }
        return bare == "localhost" || bare == "::1" || bare.hasPrefix("127.")
    }

    var description: String { text }
}

extension StringProtocol {
    fileprivate func trimmingSuffix(while isDropped: (Character) -> Bool) -> SubSequence {
        var rest = self[...]
        while let last = rest.last, isDropped(last) { rest.removeLast() }
        return rest
    }
}
