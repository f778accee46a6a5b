import Crypto
import HTTPTypes
import Hummingbird
import JSON
import SirdarEngine

/// What an answer's content is known by: the same for the same bytes, another for any other.
enum ETag {
    static func of(_ text: String) -> String {
        let digest = Array(SHA256.hash(data: Array(text.utf8))).prefix(16)
        return "\"\(Secret.base64url(Array(digest)))\""
    }
}

extension Request {
    /// Holds what is there now to what the asker saw.
    ///
    /// - Returns: whether they said what they saw.
    /// - Throws: that it is another one meanwhile; or, where they must say it, that they did not.
    @discardableResult
    func expectMatch(_ present: JSON, isNeeded: Bool = false) throws(Trouble) -> Bool {
        guard let header = headers[.ifMatch] else {
            if isNeeded { throw .matchNeeded }
            return false
        }
        let tags = header.split(separator: ",").map { String($0).trimmed }
        guard tags.contains("*") || tags.contains(ETag.of(present.text)) else { throw .stale }
        return true
    }
}

extension Trouble {
    static let stale = Trouble(
        status: 412,
        code: "stale",
        title: "Changed meanwhile",
        detail: "Somebody else changed this since you saw it. Load it again and repeat what you meant."
    )
    static let matchNeeded = Trouble(
        status: 428,
        code: "match-needed",
        title: "Say what you saw",
        detail: "Send `If-Match` with the `ETag` that you were answered with, so that nothing of others is lost."
    )
}
