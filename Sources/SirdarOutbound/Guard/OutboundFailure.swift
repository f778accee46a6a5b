/// Why a call that leaves the machine came to nothing, in words that name no secret.
package struct OutboundFailure: Error, Sendable, Hashable {
    package let kind: Kind
    package let detail: String

    package enum Kind: Sendable, Hashable {
        /// The rules do not allow it.
        case refused
        /// It cannot be sent as it is.
        case malformed
        /// Nobody was reached, and nothing was sent.
        case unreachable
        /// The connection broke; what was sent may have had its effect.
        case broken
        case timedOut
        /// There is no secure connection: a certificate that is not trusted, or is another's.
        case insecure
        /// The answer is larger than it may be.
        case tooLarge
    }

    package init(_ kind: Kind, _ detail: String) {
        self.kind = kind
        self.detail = detail
    }
}
