package import SirdarCore

/// The one way out of the machine.
///
/// An address is read strictly; its host, scheme and port must be in the rules; its name is resolved once; each
/// address that it has must be the internet's, or of a network that the rule names; and the connection goes to an
/// address that was checked, whatever the name means a moment later. A redirect is another call, checked as the first.
package struct Outbound: Sendable {
    package let rules: OutboundRules
    private let resolver: any Resolver
    private let transport: any Transport

    package static let redirectsMax = 5
    private static let addressesMax = 4

    package init(
        rules: OutboundRules,
        resolver: any Resolver = SystemResolver(),
        transport: any Transport = NetworkTransport()
    ) {
        self.rules = rules
        self.resolver = resolver
        self.transport = transport
    }

    /// Sends a request, and follows redirects where the request says so. Blocks until the answer is whole.
    package func send(_ request: OutboundRequest) throws(OutboundFailure) -> OutboundResponse {
        var current = request
        for _ in 0...Self.redirectsMax {
            let response = try exchange(current)
            guard request.followsRedirects, let next = try current.following(response) else { return response }
            current = next
        }
        throw OutboundFailure(.refused, "\(request.address.host) redirects more than \(Self.redirectsMax) times.")
    }

    private func exchange(_ request: OutboundRequest) throws(OutboundFailure) -> OutboundResponse {
        let addresses = try check(request.address)
        var last: OutboundFailure?
        for address in addresses.prefix(Self.addressesMax) {
            do throws(OutboundFailure) {
                return try transport.send(Exchange(request: request, to: address, rules: rules))
            } catch {
                // Nothing was sent: the host's other addresses may be tried.
                guard error.kind == .unreachable else { throw error }
                last = error
            }
        }
        throw last ?? OutboundFailure(.unreachable, "\(request.address.host) has no address.")
    }

    /// The addresses that a call may connect to; every one of them has been checked.
    package func check(_ address: WebAddress) throws(OutboundFailure) -> [NetworkAddress] {
        let named = rules.hosts.filter { $0.names(address.host) }
        guard !named.isEmpty else {
            throw OutboundFailure(.refused, "\(address.host) is not among the hosts of config/outbound.yaml.")
        }
        let doors = named.filter { $0.scheme == address.scheme && $0.ports.contains(address.port) }
        guard !doors.isEmpty else {
            let door = "\(address.scheme.rawValue) on port \(address.port)"
            throw OutboundFailure(.refused, "config/outbound.yaml does not allow \(door) at \(address.host).")
        }
        let networks = doors.flatMap(\.networks)
        let found: [NetworkAddress]
        if let literal = address.literal {
            found = [literal]
        } else {
            found = try resolver.addresses(of: address.host)
        }
        for candidate in found where !candidate.isPublic && !networks.contains(where: { $0.contains(candidate) }) {
            throw OutboundFailure(
                .refused,
                "\(address.host) is at \(candidate), which is not on the internet; "
                    + "config/outbound.yaml would have to name its network."
            )
        }
        return found
    }
}

package struct OutboundRequest: Sendable, Hashable {
    package var method: String
    package var address: WebAddress
    package var headers: [Header]
    package var body: [UInt8]?
    package var followsRedirects = false
    /// Whether something in it is for this host's eyes only: then no redirect leads it to another.
    package var isConfidential = false

    package struct Header: Sendable, Hashable {
        package let name: String
        package let value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package init(method: String, address: WebAddress, headers: [Header] = [], body: [UInt8]? = nil) {
        self.method = method
        self.address = address
        self.headers = headers
        self.body = body
    }

    package subscript(header name: String) -> String? { headers.first(named: name) }

    /// The request that a redirect asks for; `nil` when the response is none.
    fileprivate func following(_ response: OutboundResponse) throws(OutboundFailure) -> OutboundRequest? {
        guard [301, 302, 303, 307, 308].contains(response.status),
            let location = response.headers.first(named: "location")
        else { return nil }
        var next = self
        do { next.address = try address.following(location) } catch {
            throw OutboundFailure(.refused, "\(address.host) redirects to an address that \(error.reason).")
        }
        if !next.address.isSameOrigin(as: address) {
            guard !isConfidential else {
                let other = next.address.authority
                throw OutboundFailure(
                    .refused,
                    "\(address.host) redirects to \(other), which must not get what it got."
                )
            }
            next.headers.removeAll { ["authorization", "cookie"].contains($0.name.lowercased()) }
        }
        let keepsMethod = response.status >= 307 || ["GET", "HEAD"].contains(method)
        if !keepsMethod {
            next.method = "GET"
            next.body = nil
            next.headers.removeAll { $0.name.lowercased() == "content-type" }
        }
        return next
    }
}

package struct OutboundResponse: Sendable, Hashable {
    package let status: Int
    package let headers: [OutboundRequest.Header]
    package let body: [UInt8]

    package init(status: Int, headers: [OutboundRequest.Header] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

extension [OutboundRequest.Header] {
    package func first(named name: String) -> String? {
        first { $0.name.lowercased() == name.lowercased() }?.value
    }
}
