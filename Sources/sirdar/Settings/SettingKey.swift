import SirdarCore
import SirdarServer

/// One thing that can be set: its name, what may stand there, what stands there when nobody says, and why it exists.
///
/// It is said by an option (`--worker-slots`), else by the environment (`SIRDAR_WORKER_SLOTS`), else by the file
/// (`workerSlots`), else it is the default.
package struct SettingKey: Sendable {
    package let name: String
    package let kind: Kind
    package let fallback: String
    /// One line, for the help and for the file.
    package let why: String

    package enum Kind: Sendable, Hashable {
        /// `host:port`.
        case address
        case folder
        /// A file, or nothing.
        case file
        /// Addresses and networks, with commas between them, or nothing.
        case networks
        /// Media types, with commas between them.
        case mediaTypes
        /// `https://sirdar.example`, or nothing.
        case origin
        case integer(ClosedRange<Int>)
        case word([String])
    }

    private init(_ name: String, _ kind: Kind, _ fallback: String, _ why: String) {
        self.name = name
        self.kind = kind
        self.fallback = fallback
        self.why = why
    }
}

extension SettingKey {
    /// Says where the file is, and so cannot stand in it.
    static let config = SettingKey(
        "config",
        .folder,
        "config",
        "The folder of sirdar.yaml, of queues, calendars and projects."
    )
    static let listen = SettingKey(
        "listen",
        .address,
        "127.0.0.1:8080",
        "Where to listen. Other machines reach it only when it is one of their addresses."
    )
    static let origin = SettingKey(
        "origin",
        .origin,
        "",
        "How browsers reach the server, as https://sirdar.example; empty: as they say themselves."
    )
    static let trustedProxies = SettingKey(
        "trustedProxies",
        .networks,
        "",
        "Your proxies, as 10.0.0.7, 10.1.0.0/16: their X-Forwarded-For is believed, and nobody else's."
    )
    static let tlsCertificate = SettingKey(
        "tlsCertificate",
        .file,
        "",
        "The certificate with its chain, in PEM; empty: plain HTTP, for a proxy or for this machine."
    )
    static let tlsKey = SettingKey(
        "tlsKey",
        .file,
        "",
        "The certificate's key, in PEM, readable by the server's user only."
    )
    static let requestsPerSecond = SettingKey(
        "requestsPerSecond",
        .integer(0...100_000),
        "100",
        "How fast one person, or one address of whom nobody is known, may ask for long; 0: no limit."
    )
    static let data = SettingKey(
        "data",
        .folder,
        "./data",
        "The folder of everything that is kept. One server at a time holds it."
    )
    static let workflows = SettingKey(
        "workflows",
        .folder,
        "Workflows",
        "The folder of workflow definitions, which are deployed at start."
    )
    static let runbooks = SettingKey(
        "runbooks",
        .folder,
        "Runbooks",
        "The folder of runbooks, which manual steps name."
    )
    static let secrets = SettingKey(
        "secrets",
        .folder,
        "config/secrets",
        "The folder of secrets that workflows use, a file each, readable by the server's user only."
    )
    static let journalKey = SettingKey(
        "journalKey",
        .file,
        "",
        "The key that signs the journal, made at the first start; empty: journal.key in the data folder."
    )
    static let journalAnchor = SettingKey(
        "journalAnchor",
        .file,
        "",
        "Where the journal's checkpoints are kept, best on another disk; empty: beside the data."
    )
    static let attachmentMebibytes = SettingKey(
        "attachmentMebibytes",
        .integer(1...Limits.attachmentMebibytesMax),
        "10",
        "How large one file may be that is attached to a task, in MiB."
    )
    static let attachmentTypes = SettingKey(
        "attachmentTypes",
        .mediaTypes,
        "text/plain, text/csv, text/markdown, application/json, application/pdf, application/zip, application/gzip, "
            + "application/x-tar, application/octet-stream, image/png, image/jpeg, image/webp",
        "Of which types; none of them is ever shown by a browser, but only downloaded."
    )
    static let workerSlots = SettingKey(
        "workerSlots",
        .integer(1...256),
        "8",
        "How many automatic steps are worked on at once; each takes a thread."
    )
    static let laneLimit = SettingKey(
        "laneLimit",
        .integer(1...256),
        "4",
        "How many of them one lane (an action, an account, a region) may take."
    )
    static let coolingOffHours = SettingKey(
        "coolingOffHours",
        .integer(0...2160),
        "24",
        "How long the deletion of a golden image, or of one in use, can be recalled once it is confirmed."
    )
    static let leaseSeconds = SettingKey(
        "leaseSeconds",
        .integer(5...3600),
        "60",
        "How long a worker may be silent before its step is offered again."
    )
    static let sessionIdleMinutes = SettingKey(
        "sessionIdleMinutes",
        .integer(1...10_080),
        "480",
        "After how long without a click somebody must sign in again."
    )
    static let sessionAbsoluteMinutes = SettingKey(
        "sessionAbsoluteMinutes",
        .integer(1...43_200),
        "720",
        "After how long somebody must sign in again in any case."
    )
    static let logLevel = SettingKey(
        "logLevel",
        .word(["trace", "debug", "info", "notice", "warning", "error", "critical"]),
        "notice",
        "What is logged: this and everything worse."
    )
    static let logFormat = SettingKey(
        "logFormat",
        .word(["text", "json"]),
        "text",
        "Lines for people, or a JSON document each for programs."
    )

    /// Those of the file, in its order.
    static let inFile = [
        listen, origin, trustedProxies, tlsCertificate, tlsKey, requestsPerSecond, data, workflows, runbooks, secrets,
        journalKey, journalAnchor, attachmentMebibytes, attachmentTypes,
        workerSlots, laneLimit, leaseSeconds, coolingOffHours,
        sessionIdleMinutes, sessionAbsoluteMinutes, logLevel, logFormat,
    ]
    package static let all = [config] + inFile

    /// The environment variables of clients, which are none of the server's business and no mistakes.
    static let ofClients = ["SIRDAR_URL", "SIRDAR_TOKEN", "SIRDAR_TOKEN_FILE"]

    /// `worker-slots`.
    package var option: String { words(joinedBy: "-").lowercased() }
    /// `SIRDAR_WORKER_SLOTS`.
    package var variable: String { "SIRDAR_" + words(joinedBy: "_").uppercased() }

    private func words(joinedBy separator: String) -> String {
        name.reduce(into: "") { words, letter in
            if letter.isUppercase { words += separator }
            words.append(letter)
        }
    }

    /// What may stand there, in words.
    var bounds: String {
        switch kind {
        case .address: "host:port"
        case .folder: "a folder"
        case .file: "a file, or nothing"
        case .networks: "addresses or networks with commas between them, or nothing"
        case .mediaTypes: "media types with commas between them"
        case .origin: "an address without a path, or nothing"
        case .integer(let range): "\(range.lowerBound) to \(range.upperBound)"
        case .word(let words): words.joined(separator: ", ")
        }
    }

    /// What is wrong with a value, as the rest of a sentence that begins with the value; `nil`: it may stand there.
    func refusal(of text: String) -> String? {
        let isRight =
            switch kind {
            case .address: ListenAddress(text) != nil
            case .folder: !text.isEmpty && !text.utf8.contains(0)
            case .file: !text.utf8.contains(0) && !text.hasSuffix("/")
            case .origin: text.isEmpty || Self.isOrigin(text)
            case .networks: Self.networks(text) != nil
            case .mediaTypes: Self.mediaTypes(text) != nil
            case .integer(let range): Int(text).map(range.contains) == true
            case .word(let words): words.contains(text)
            }
        if isRight { return nil }
        let nearest =
            if case .word(let words) = kind { Suggestion.nearest(to: text, among: words) } else { String?.none }
        return "is `\(text)`, and must be \(bounds)" + (nearest.map { "; did you mean `\($0)`?" } ?? ".")
    }

    /// `nil` when one of them is none. An address is a network of one.
    static func networks(_ text: String) -> [NetworkRange]? {
        let parts = text.split(separator: ",").map { part in String(part.filter { !$0.isWhitespace }) }
        let networks = parts.compactMap { part in
            NetworkRange(part) ?? NetworkRange("\(part)/32") ?? NetworkRange("\(part)/128")
        }
        return networks.count == parts.count ? networks : nil
    }

    /// `nil` when one of them is none, or there is none.
    static func mediaTypes(_ text: String) -> [String]? {
        let types = text.split(separator: ",").map { $0.filter { !$0.isWhitespace }.lowercased() }
        let areTypes = types.allSatisfy { type in
            let parts = type.split(separator: "/", omittingEmptySubsequences: false)
            return parts.count == 2 && parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(isOfType) }
        }
        return areTypes && !types.isEmpty ? types : nil
    }

    private static func isOfType(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || "+-._".utf8.contains(byte)
    }

    private static func isOrigin(_ text: String) -> Bool {
        guard let colon = text.firstRange(of: "://") else { return false }
        let (scheme, host) = (text[..<colon.lowerBound], text[colon.upperBound...])
        return (scheme == "https" || scheme == "http") && !host.isEmpty
            && host.utf8.allSatisfy { (0x21...0x7E).contains($0) && !"/?#@".utf8.contains($0) }
    }
}

/// `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080`.
package struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
    package let host: String
    package let port: Int

    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (0...65_535).contains(port)
        else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty, host.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
        self.host = String(host)
        self.port = port
    }

    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
