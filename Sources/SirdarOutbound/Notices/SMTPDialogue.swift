package import SirdarEngine

/// What is said to a relay of mail, one reply after the other (RFC 5321). It reaches nothing: it is given what came,
/// and answers what is to be sent.
package struct SMTPDialogue: Sendable {
    private enum Stage { case greeting, hello, sender, recipient, data, message, over }

    private var stage = Stage.greeting
    private let mail: MailMessage
    private let host: String
    /// The lines of a reply that is not whole yet.
    private var lines: [String] = []

    /// The longest line and the most lines of a reply; beyond it the other end is no relay.
    static let lineBytesMax = 1000
    static let linesMax = 100

    package enum Step: Sendable, Hashable {
        /// The reply is not whole.
        case wait
        case send(String)
        /// Delivered: say this and leave.
        case done(String)
        case failed(PostTrouble)
    }

    /// `host`: how we call ourselves.
    package init(_ mail: MailMessage, host: String) {
        self.mail = mail
        self.host = host
    }

    /// A line came, without its end.
    package mutating func received(_ line: String) -> Step {
        guard line.utf8.count <= Self.lineBytesMax, lines.count < Self.linesMax else {
            return .failed(PostTrouble(.unreachable, "What answers there does not speak SMTP."))
        }
        lines.append(line)
        guard let code = Self.code(line) else {
            return .failed(PostTrouble(.unreachable, "What answers there does not speak SMTP."))
        }
        // `250-…` goes on, `250 …` is the last.
        guard line.utf8.count == 3 || line.utf8.dropFirst(3).first == 0x20 else { return .wait }
        defer { lines = [] }
        return replied(code)
    }

    /// The connection was closed, or nothing came in time.
    package func broken(_ why: String) -> PostTrouble {
        // After the message was sent it may have been taken: it is sent again with the same identifier.
        PostTrouble(stage == .greeting ? .unreachable : .tryAgain, why)
    }

    private mutating func replied(_ code: Int) -> Step {
        switch stage {
        case .greeting:
            guard code == 220 else { return refused(code, isChannel: true) }
            stage = .hello
            return .send("EHLO \(host)\r\n")
        case .hello:
            guard code == 250 else { return refused(code, isChannel: true) }
            stage = .sender
            return .send("MAIL FROM:<\(mail.from)>\r\n")
        case .sender:
            guard code == 250 else { return refused(code, isChannel: true) }
            stage = .recipient
            return .send("RCPT TO:<\(mail.to)>\r\n")
        case .recipient:
            guard code == 250 || code == 251 else { return refused(code, isChannel: false) }
            stage = .data
            return .send("DATA\r\n")
        case .data:
            guard code == 354 else { return refused(code, isChannel: false) }
            stage = .message
            return .send(mail.wire)
        case .message:
            guard code == 250 else { return refused(code, isChannel: false) }
            stage = .over
            return .done("QUIT\r\n")
        case .over: return .wait
        }
    }

    /// 4xx passes by itself, 5xx does not; before there is a recipient it is not this letter's fault.
    private func refused(_ code: Int, isChannel: Bool) -> Step {
        let said = lines.map { $0.filter { $0.isASCII && !$0.isNewline } }.joined(separator: " ").prefix(200)
        let detail = "The relay said: \(said)"
        if isChannel { return .failed(PostTrouble(.unreachable, detail)) }
        return .failed(PostTrouble(code >= 500 ? .refused : .tryAgain, detail))
    }

    private static func code(_ line: String) -> Int? {
        let digits = Array(line.utf8.prefix(3))
        guard digits.count == 3, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1) - 0x30 }
    }
}
