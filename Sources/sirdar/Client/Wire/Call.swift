import JSON

/// One request to the API.
struct Call: Sendable {
    var method: Method
    var path: String
    var query: [(name: String, value: String)] = []
    var body: Body?
    /// The state that what is changed must be in; else the server refuses.
    var ifMatch: String?
    /// By which the server knows the same request when it comes again.
    var idempotencyKey: String?
    /// What bytes that are sent are.
    var contentType = "application/octet-stream"
    var answerBytesMax = Self.jsonBytesMax

    enum Method: String, Sendable { case get = "GET", post = "POST", put = "PUT", patch = "PATCH", delete = "DELETE" }

    enum Body: Sendable {
        case json(JSON)
        case bytes([UInt8])
    }

    static let jsonBytesMax = 16 << 20
    static let fileBytesMax = 64 << 20

    init(
        _ method: Method,
        _ path: String,
        query: [(name: String, value: String)] = [],
        body: Body? = nil
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.body = body
    }

    /// The path and the query as they go over the wire.
    var target: String {
        guard !query.isEmpty else { return path }
        let pairs = query.map { "\(Self.escaped($0.name))=\(Self.escaped($0.value))" }
        return "\(path)?\(pairs.joined(separator: "&"))"
    }

    /// Percent-encodes everything but the unreserved characters of RFC 3986, so that a name stays one part of a path.
    static func escaped(_ text: String) -> String {
        var escaped: [UInt8] = []
        let digits = Array("0123456789ABCDEF".utf8)
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: escaped.append(byte)
            default: escaped += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        // `.` and `..` would be taken for steps through the path.
        if escaped == [0x2E] { return "%2E" }
        if escaped == [0x2E, 0x2E] { return "%2E%2E" }
        return String(decoding: escaped, as: UTF8.self)
    }
}

/// What the server answered.
struct Reply: Sendable {
    let status: Int
    let bytes: [UInt8]
    var contentType: String?
    var location: String?
    var digest: String?
    var tag: String?
    var retryAfterSeconds: Int?

    var isSuccess: Bool { (200...299).contains(status) }

    /// The document; `nil` when the body is none.
    var json: JSON? {
        // What is no JSON is handled as what it is: an answer of somebody else's.
        try? JSON(parsing: bytes)
    }
}
