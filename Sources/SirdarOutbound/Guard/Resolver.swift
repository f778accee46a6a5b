import Foundation
package import SirdarCore

/// Finds the addresses of a name. A seam, so that tests need no network.
package protocol Resolver: Sendable {
    /// In the order in which they are to be tried; may block.
    func addresses(of host: String) throws(OutboundFailure) -> [NetworkAddress]
}

/// The system's resolver.
package struct SystemResolver: Resolver {
    package init() {}

    package func addresses(of host: String) throws(OutboundFailure) -> [NetworkAddress] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let result = getaddrinfo(host, nil, &hints, &list)
        guard result == 0 else {
            throw OutboundFailure(.unreachable, "\(host) has no address: \(String(cString: gai_strerror(result)))")
        }
        defer { freeaddrinfo(list) }
        var addresses: [NetworkAddress] = []
        var next = list
        while let entry = next {
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            let info = entry.pointee
            if getnameinfo(info.ai_addr, info.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0 {
                let name = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
                // One with a zone is of this link, and is no address here.
                if let address = NetworkAddress(name), !addresses.contains(address) { addresses.append(address) }
            }
            next = info.ai_next
        }
        return addresses
    }
}
