import Foundation

extension ConnectionOptions {
    func server(_ environment: [String: String]) throws(Failure) -> ServerAddress {
        if let url { return try ServerAddress(url, from: "--url") }
        if let url = environment["SIRDAR_URL"], !url.isEmpty { return try ServerAddress(url, from: "SIRDAR_URL") }
        return try ServerAddress(ServerAddress.fallback, from: "The default")
    }

    /// Whether somebody said where the server is.
    var isGiven: Bool {
        url != nil || ProcessInfo.processInfo.environment["SIRDAR_URL"].map { !$0.isEmpty } == true
    }

    /// The token to sign in with; `nil` when none was given, which the server then says.
    func token(_ environment: [String: String]) throws(Failure) -> String? {
        if let tokenFile { return try Self.token(inFile: tokenFile) }
        if let token = environment["SIRDAR_TOKEN"], !token.isEmpty {
            return try Self.checked(token, from: "SIRDAR_TOKEN")
        }
        if let file = environment["SIRDAR_TOKEN_FILE"], !file.isEmpty { return try Self.token(inFile: file) }
        return nil
    }

    private static func token(inFile path: String) throws(Failure) -> String {
        let bytes: [UInt8]
        do { bytes = try LocalFile.read(path, bytesMax: 64 << 10) } catch {
            throw Failure(.configuration, sentences: error.sentences)
        }
        let text = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard !text.isEmpty else { throw Failure(.configuration, "\(path) is empty, and should hold a token.") }
        if LocalFile.isOpenToOthers(path) {
            Terminal.say("Others on this machine can read the token in \(path): chmod 600 \(Text.shell(path))")
        }
        return try checked(text, from: path)
    }

    /// A token goes into a header: what could end the header there is refused, and never shown.
    private static func checked(_ token: String, from source: String) throws(Failure) -> String {
        let token = token.trimmingCharacters(in: .whitespacesAndNewlines)
        guard token.utf8.count <= 4096, token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw Failure(.configuration, "What \(source) holds is no token: it has spaces or special characters.")
        }
        return token
    }
}

/// Files on this side.
enum LocalFile {
    /// Reads a file, or standard input when the path is `-`.
    static func read(_ path: String, bytesMax: Int) throws(Failure) -> [UInt8] {
        let file = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw failure("\(path) cannot be read") }
        defer { if file != STDIN_FILENO { close(file) } }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Foundation.read(file, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure("\(path == "-" ? "Standard input" : path) cannot be read") }
            guard count > 0 else { return bytes }
            bytes += chunk[..<count]
            guard bytes.count <= bytesMax else {
                throw Failure(.failed, "\(path) is larger than \(bytesMax >> 10) KiB, and was not read.")
            }
        }
    }

    /// Whether standard input is a person at a terminal.
    static var isTyped: Bool { isatty(STDIN_FILENO) == 1 }

    static func text(_ path: String, bytesMax: Int) throws(Failure) -> String {
        guard let text = String(validating: try read(path, bytesMax: bytesMax), as: UTF8.self) else {
            throw Failure(.failed, "\(path == "-" ? "Standard input" : path) is no text in UTF-8.")
        }
        return text
    }

    static func isOpenToOthers(_ path: String) -> Bool {
        var facts = stat()
        return stat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFREG && facts.st_mode & 0o077 != 0
    }

    /// Writes a file whole or not at all.
    static func write(_ bytes: [UInt8], to path: String) throws(Failure) {
        do { try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic) } catch {
            throw Failure(.failed, "\(path) cannot be written: \(error.localizedDescription)")
        }
    }

    private static func failure(_ what: String) -> Failure {
        Failure(.failed, "\(what): \(String(cString: strerror(errno))).")
    }
}
