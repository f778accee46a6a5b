import JSON

/// Why a command did not do what it was asked, in sentences for the person who asked.
struct Failure: Error, Sendable, Hashable {
    let ending: Ending
    /// The first says what is wrong; others add details, each on a line.
    let sentences: [String]

    init(_ ending: Ending, _ sentences: String...) {
        self.ending = ending
        self.sentences = sentences
    }

    init(_ ending: Ending, sentences: [String]) {
        self.ending = ending
        self.sentences = sentences
    }
}

extension Failure {
    /// What an answer that is no success says: `application/problem+json` (RFC 9457), or whatever else came.
    /// `file`: where what was sent stands, if it does not stand on the command line.
    init(_ reply: Reply, from server: ServerAddress, about file: String? = nil) {
        let ending = Ending(status: reply.status)
        if (300...399).contains(reply.status) {
            let target = reply.location.map { " to \($0)" } ?? ""
            self.init(.configuration, "\(server) redirects\(target). Set SIRDAR_URL to where Sirdar itself answers.")
            return
        }
        guard let problem = reply.json, problem["detail"] != nil || problem["title"] != nil else {
            self.init(
                ending == .failed ? .unavailable : ending,
                "\(server) answered \(reply.status), and not as Sirdar does. Is SIRDAR_URL right?"
            )
            return
        }
        self.init(ending, sentences: Self.sentences(problem, file) + Self.advice(reply))
    }

    private static func sentences(_ problem: JSON, _ file: String?) -> [String] {
        let detail = problem["detail"]?.asString ?? problem["title"]?.asString ?? ""
        let errors = problem["errors"]?.asArray ?? []
        let details = errors.compactMap { $0["detail"]?.asString }
        guard !details.isEmpty else { return [detail] }
        let lines = errors.compactMap { error -> String? in
            guard let detail = error["detail"]?.asString else { return nil }
            let pointer = error["pointer"]?.asString ?? ""
            return (file.map { "\($0): \(pointer): " } ?? place(pointer)) + detail
        }
        // The server's detail is often its errors, joined: then each is said once, at its place.
        return detail.isEmpty || detail == details.joined(separator: " ") ? lines : [detail] + lines
    }

    private static func advice(_ reply: Reply) -> [String] {
        switch reply.status {
        case 401:
            ["Set SIRDAR_TOKEN, or give --token-file; a token is made on the page /me, or by `sirdar token create`."]
        case 429, 503: reply.retryAfterSeconds.map { ["Try again in \($0) s."] } ?? []
        default: []
        }
    }

    /// The option of the command line that a JSON Pointer into the request's body stands for.
    private static func place(_ pointer: String) -> String {
        let parts = pointer.split(separator: "/").map(String.init)
        guard let first = parts.first else { return "" }
        switch (first, parts.count) {
        case ("values", 2): return "--value \(parts[1]): "
        // Within a value that is JSON.
        case ("values", 3...): return "--value \(parts[1]) (/\(parts.dropFirst(2).joined(separator: "/"))): "
        case ("values", _): return "--value: "
        case ("ticks", _): return "--tick: "
        case ("q", _): return "--filter: "
        case ("scopes", _): return "--scope: "
        case ("path", _), ("object", _), ("cursor", _), ("kind", _): return ""
        default: return "--\(first.replacing("_", with: "-")): "
        }
    }
}
