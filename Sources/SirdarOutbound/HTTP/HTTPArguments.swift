import JSON
import SirdarCore

/// The arguments of one call, turned into the request that is sent.
struct HTTPArguments {
    private let arguments: JSON
    private let key: String

    static let headersMax = 64
    static let headerBytesMax = 16 << 10
    static let bodyBytesMax = 1 << 20

    init(_ arguments: JSON, key: String) {
        self.arguments = arguments
        self.key = key
    }

    func request(_ isConfidential: Bool) throws(HTTPTrouble) -> OutboundRequest {
        let method = (arguments["method"]?.asString ?? "").uppercased()
        guard HTTPCall.methods.contains(method) else {
            throw Self.wrong("`method` is one of \(HTTPCall.methods.joined(separator: ", "))")
        }
        var request = OutboundRequest(method: method, address: try address())
        request.headers = try headers()
        request.followsRedirects = arguments["redirect"]?.asBool == true
        request.isConfidential = isConfidential
        if let body = arguments["body"], !body.isNull {
            let type = request[header: "content-type"] ?? "application/json"
            request.body = try HTTPBody.bytes(of: body, type: type)
            if request[header: "content-type"] == nil { request.headers.append(.init("Content-Type", type)) }
        }
        guard request.body?.count ?? 0 <= Self.bodyBytesMax else {
            throw Self.wrong("`body` is larger than \(Self.bodyBytesMax >> 10) KiB")
        }
        return request
    }

    static func wrong(_ sentence: String) -> HTTPTrouble { .init(.validation, "\(sentence).", remedy: .permanent) }

    // MARK: Address

    private func address() throws(HTTPTrouble) -> WebAddress {
        let text = arguments["uri"]?.asString ?? ""
        let query = try queryText()
        let joined = query.isEmpty ? text : Self.joined(text, query)
        // The address is not repeated: a secret may be in it.
        do throws(WebAddress.Malformed) { return try WebAddress(joined) } catch {
            throw Self.wrong("`endpoint` is an address that \(error.reason)")
        }
    }

    private static func shownAddress(_ stored: JSON) -> String {
        let text = stored["uri"]?.asString ?? ""
        // A query that cannot be written was told of when the request was made.
        guard let query = try? HTTPArguments(stored, key: "").queryText(), !query.isEmpty else { return text }
        return joined(text, query)
    }

    private static func joined(_ text: String, _ query: String) -> String {
        let whole = text.prefix { $0 != "#" }
        return whole + (whole.contains("?") ? "&" : "?") + query
    }

    private func queryText() throws(HTTPTrouble) -> String {
        var pairs: [String] = []
        for (name, value) in arguments["query"]?.asObject ?? [:] {
            for element in value.asArray ?? [value] where !element.isNull {
                guard let text = element.plainText else {
                    throw Self.wrong("`query.\(name)` is a text, a number, true or false, or a list of these")
                }
                pairs.append("\(name.percentEncoded)=\(text.percentEncoded)")
            }
        }
        return pairs.joined(separator: "&")
    }

    // MARK: Headers

    private func headers() throws(HTTPTrouble) -> [OutboundRequest.Header] {
        var headers: [OutboundRequest.Header] = []
        for (name, value) in arguments["headers"]?.asObject ?? [:] where !value.isNull {
            if let refusal = HTTPCall.refusal(ofHeader: name) { throw Self.wrong("the header `\(name)` \(refusal)") }
            guard let text = value.plainText, text.unicodeScalars.allSatisfy(Self.mayStandInHeader) else {
                throw Self.wrong("the header `\(name)` is one line of text")
            }
            guard headers.first(named: name) == nil else { throw Self.wrong("the header `\(name)` is there twice") }
            headers.append(.init(name, text))
        }
        let size = headers.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count }
        guard headers.count <= Self.headersMax, size <= Self.headerBytesMax else {
            throw Self.wrong(
                "there are more than \(Self.headersMax) headers, or \(Self.headerBytesMax >> 10) KiB of them"
            )
        }
        for (name, value) in [
            ("Accept", "application/json, */*;q=0.5"), ("Idempotency-Key", key), ("User-Agent", "sirdar"),
        ]
        where headers.first(named: name) == nil {
            headers.append(.init(name, value))
        }
        return headers
    }

    private static func mayStandInHeader(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value >= 0x20 && scalar != "\u{7F}"
    }

    // MARK: What is told of it

    /// The specification's HTTP request. It is made of the stored arguments, in which no secret is, and leaves out
    /// what says who the caller is.
    static func echo(_ stored: JSON, _ sent: OutboundRequest) -> JSON {
        let written = stored["headers"]?.asObject ?? [:]
        var headers = JSON.Object()
        for header in sent.headers where !["authorization", "cookie"].contains(header.name.lowercased()) {
            headers[header.name] = written[header.name]?.plainText.map(JSON.string) ?? .string(header.value)
        }
        return [
            "method": .string(sent.method.lowercased()), "uri": .string(shownAddress(stored)),
            "headers": .object(headers),
        ]
    }
}

/// What is sent, by its type.
enum HTTPBody {
    static func bytes(of body: JSON, type: String) throws(HTTPTrouble) -> [UInt8] {
        let name = type.prefix { $0 != ";" }.trimmed.lowercased()
        if isJSON(name) { return body.bytes }
        if name == "application/x-www-form-urlencoded", let fields = body.asObject {
            return Array(try form(fields).utf8)
        }
        guard let text = body.plainText else {
            throw HTTPArguments.wrong("a `body` of the type \(name) is a text")
        }
        return Array(text.utf8)
    }

    static func isJSON(_ name: String) -> Bool { name == "application/json" || name.hasSuffix("+json") }

    static func form(_ fields: JSON.Object) throws(HTTPTrouble) -> String {
        var pairs: [String] = []
        for (name, value) in fields where !value.isNull {
            guard let text = value.plainText else {
                throw HTTPArguments.wrong("`body.\(name)` is a text, a number, true or false: it is sent as a form")
            }
            pairs.append("\(name.percentEncoded)=\(text.percentEncoded)")
        }
        return pairs.joined(separator: "&")
    }
}

extension JSON {
    /// A plain value as it stands in a header or a query; `nil` for a list or a map.
    var plainText: String? {
        switch self {
        case .null: ""
        case .bool(let flag): flag ? "true" : "false"
        case .number(let number): number.description
        case .string(let text): text
        case .array, .object: nil
        }
    }
}

extension StringProtocol {
    var trimmed: String {
        let start = drop { $0 == " " || $0 == "\t" }
        return String(start.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}
