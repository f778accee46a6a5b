package import JSON

/// `call: http`, as far as the machine knows it.
///
/// The action answers with the whole response; which part of it is the step's output, the definition says. The journal
/// tells method, host, path and status, and nothing else: headers, queries and bodies carry what is nobody's business.
package enum HTTPCall {
    /// The action that performs it.
    package static let action = "http"
    /// The member of the stored arguments that says which secrets are filled in where. Only the machine writes it.
    package static let secretsKey = "secrets"

    package enum Output: String, Sendable, Hashable, CaseIterable {
        /// The content, read by its type.
        case content
        /// The specification's HTTP response: `{ request, statusCode, headers, content }`.
        case response
        /// The content in base 64.
        case raw
    }

    static let keepsArguments = "A call of http is tried again as it is. Leave `input` out, or give the step up."

    /// What the story tells of the arguments.
    package static func told(_ arguments: JSON) -> JSON {
        let uri = arguments["uri"]?.asString ?? ""
        let rest = uri.firstRange(of: "://").map { uri[$0.upperBound...] } ?? uri[...]
        let authority = rest.prefix { !"/?#".contains($0) }
        let host = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? authority
        let path = rest.dropFirst(authority.count).prefix { !"?#".contains($0) }
        return [
            "method": arguments["method"] ?? .null, "host": .string(String(host)),
            "path": .string(path.isEmpty ? "/" : String(path)),
        ]
    }
    /// The host that a call goes to, as far as its stored arguments say it.
    package static func host(of arguments: JSON) -> String { told(arguments)["host"]?.asString ?? "" }
}

extension Node.Call {
    /// The output of a call whose action gave `answer`, and what the story tells of it.
    package func read(_ answer: JSON) -> (output: JSON, told: JSON) {
        guard let http else { return (answer, answer) }
        let told: JSON = ["statusCode": answer["statusCode"] ?? .null]
        switch http {
        case .content, .raw: return (answer["content"] ?? .null, told)
        case .response: return (answer, told)
        }
    }

    /// What an action would have answered whose call gave `output`: for whoever speaks in its place.
    package func answer(giving output: JSON) -> JSON {
        guard let http, http != .response else { return output }
        return ["statusCode": 200, "content": output]
    }

    /// What the story tells of the call's arguments.
    func told(_ arguments: JSON) -> JSON { http == nil ? arguments : HTTPCall.told(arguments) }
}

extension HTTPCall {
    /// The schema of the arguments as the machine has evaluated them, which the action gets.
    package static let stored: JSON = [
        "type": "object", "required": ["method", "uri", "output"], "additionalProperties": false,
        "properties": [
            "method": ["type": "string"], "uri": ["type": "string"], "authentication": ["type": "object"],
            "headers": ["type": ["object", "null"]], "query": ["type": ["object", "null"]], "body": true,
            "output": ["type": "string"], "redirect": ["type": "boolean"], "secrets": ["type": "array"],
        ],
    ]

    package static let methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]

    /// Headers that belong to the connection, and that whoever sends them could use to say two things at once.
    private static let ownHeaders = [
        "connection", "content-length", "expect", "host", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade",
    ]

    /// What is wrong with a header's name, as the rest of a sentence; `nil`: nothing.
    package static func refusal(ofHeader name: String) -> String? {
        let isToken =
            !name.isEmpty
            && name.utf8.allSatisfy { byte in
                (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) || (0x30...0x39).contains(byte)
                    || "!#$%&'*+-.^_`|~".utf8.contains(byte)
            }
        guard isToken, name.utf8.count <= 128 else { return "has a name that no header may have" }
        let small = name.lowercased()
        let isOwn = ownHeaders.contains(small) || small.hasPrefix("proxy-")
        return isOwn ? "is not set by a workflow: it belongs to the connection" : nil
    }
}
