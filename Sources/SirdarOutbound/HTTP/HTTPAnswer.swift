import Foundation
import JSON
package import SirdarCore

/// An answer, without the secrets that it may repeat.
struct HTTPAnswer {
    private let body: [UInt8]
    private let redactor: Redactor
    private let type: String
    let headers: JSON

    private static let textTypes = [
        "application/xml", "application/yaml", "application/javascript", "application/x-www-form-urlencoded",
    ]

    init(_ answer: OutboundResponse, _ redactor: Redactor) {
        body = answer.body
        self.redactor = redactor
        type = (answer.headers.first(named: "content-type") ?? "").prefix { $0 != ";" }.trimmed.lowercased()
        var headers = JSON.Object()
        // What signs somebody in does not go into a workflow's data.
        for header in answer.headers where header.name.lowercased() != "set-cookie" {
            let value = redactor.clean(header.value)
            headers[header.name] = .string(headers[header.name]?.asString.map { "\($0), \(value)" } ?? value)
        }
        self.headers = .object(headers)
    }

    /// JSON as the value that it is, text as text, everything else in base 64; `nil` when it is not what it says.
    func content(isRaw: Bool) -> JSON? {
        if isRaw { return .string(base64) }
        if body.isEmpty { return .null }
        // What JSON cannot hold (a key twice) is no JSON.
        if HTTPBody.isJSON(type) { return (try? JSON(parsing: body)).map(redactor.clean) }
        let isText = type.hasPrefix("text/") || type.hasSuffix("+xml") || Self.textTypes.contains(type)
        if isText, let text = String(validating: body, as: UTF8.self) { return .string(redactor.clean(text)) }
        return .string(base64)
    }

    private var base64: String { Data(redactor.clean(body)).base64EncodedString() }
}

/// `Retry-After`: seconds, or a date.
package enum RetryAfter {
    /// Whoever asks for more patience is asked again after this.
    package static let longest = Interval.hours(1)

    package static func interval(_ headers: [OutboundRequest.Header], now: Timestamp) -> Interval? {
        guard let text = headers.first(named: "retry-after")?.trimmed, !text.isEmpty else { return nil }
        if text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            guard let seconds = Int64(text), seconds <= longest.milliseconds / 1000 else { return longest }
            return .seconds(seconds)
        }
        guard let date = date(text) else { return nil }
        return min(max(.zero, date.since(now)), longest)
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// `Wed, 21 Oct 2015 07:28:00 GMT`, the form that HTTP has for dates.
    private static func date(_ text: String) -> Timestamp? {
        let words = text.split(separator: " ")
        guard words.count == 6, words[5] == "GMT", let month = months.firstIndex(of: String(words[2])) else {
            return nil
        }
        let number = month < 9 ? "0\(month + 1)" : "\(month + 1)"
        return Timestamp("\(words[3])-\(number)-\(words[1])T\(words[4])Z")
    }
}
