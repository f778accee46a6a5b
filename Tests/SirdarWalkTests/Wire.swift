import Foundation
import JSON

/// HTTP as it goes over the wire, one request a connection: what a browser or a script sends, nothing added.
struct Wire {
    let port: Int

    struct Answer {
        let status: Int
        let headers: [String: String]
        let body: [UInt8]

        var text: String { String(decoding: body, as: UTF8.self) }
        var json: JSON { get throws { try JSON(parsing: body) } }
    }

    struct Broken: Error { let what: String }

    func send(_ method: String, _ path: String, _ headers: [String: String], _ body: String = "") throws -> Answer {
        let file = try connected()
        defer { close(file) }
        var lines = ["\(method) \(path) HTTP/1.1", "Host: 127.0.0.1:\(port)", "Connection: close"]
        lines += headers.map { "\($0): \($1)" }
        lines += ["Content-Length: \(body.utf8.count)", "", body]
        let bytes = Array(lines.joined(separator: "\r\n").utf8)
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
            guard count > 0 else { throw Broken(what: "not sent: \(path)") }
            sent += count
        }
        var received: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while case let count = read(file, &chunk, chunk.count), count > 0 { received += chunk[..<count] }
        return try Self.parse(received, path)
    }

    private func connected() throws -> Int32 {
        let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        address.sin_port = UInt16(port).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(file, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            close(file)
            throw Broken(what: "nobody listens on \(port)")
        }
        return file
    }

    private static func parse(_ bytes: [UInt8], _ path: String) throws -> Answer {
        let end = Array("\r\n\r\n".utf8)
        guard let split = bytes.firstRange(of: end) else { throw Broken(what: "no answer to \(path)") }
        let lines = String(decoding: bytes[..<split.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        guard let status = lines[0].split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
            throw Broken(what: "no status: \(lines[0])")
        }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmingCharacters(
                in: .whitespaces
            )
        }
        return Answer(status: status, headers: headers, body: Array(bytes[split.upperBound...]))
    }
}

/// Somebody in front of the pages: has signed in, and sends the forms that they have been shown.
struct Visitor {
    let wire: Wire
    private let cookie: String

    /// Signs in as the page's form does.
    init(_ wire: Wire, name: String, password: String) throws {
        self.wire = wire
        let body = Self.encoded([("name", name), ("password", password), ("next", "/queue")])
        let answer = try wire.send("POST", "/sign-in", Self.headers(wire, cookie: nil), body)
        guard answer.status == 303, let cookie = answer.headers["set-cookie"] else {
            throw Wire.Broken(what: "not signed in: \(answer.status)")
        }
        self.cookie = String(cookie.prefix { $0 != ";" })
    }

    func page(_ path: String) throws -> Wire.Answer { try wire.send("GET", path, ["Cookie": cookie]) }

    func post(_ path: String, _ fields: [(String, String)]) throws -> Wire.Answer {
        try wire.send("POST", path, Self.headers(wire, cookie: cookie), Self.encoded(fields))
    }

    /// What a browser says of a form that comes from the same site.
    private static func headers(_ wire: Wire, cookie: String?) -> [String: String] {
        var headers = [
            "Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin",
            "Origin": "http://127.0.0.1:\(wire.port)",
        ]
        headers["Cookie"] = cookie
        return headers
    }

    private static func encoded(_ fields: [(String, String)]) -> String {
        let plain = CharacterSet.alphanumerics.union(CharacterSet(charactersIn: "-._~"))
        return fields.map { name, value in
            [name, value].map { $0.addingPercentEncoding(withAllowedCharacters: plain) ?? "" }.joined(separator: "=")
        }
        .joined(separator: "&")
    }
}
