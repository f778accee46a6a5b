import SirdarCore
package import SirdarEngine

/// A letter as mail: text and HTML, with the headers by which programs group, recognise and mute it.
///
/// Nothing that comes from a letter can begin a header or end the message: headers are encoded, bodies are base64.
package struct MailMessage: Sendable, Hashable {
    package let from: String
    package let to: String
    private let letter: Letter
    private let domain: String

    package init(_ letter: Letter, from: String) {
        self.letter = letter
        self.from = from
        to = letter.to
        domain = from.split(separator: "@").last.map(String.init) ?? "localhost"
    }

    /// As it goes over the wire after DATA: the final line included. No line of it begins with a dot.
    package var wire: String { (headers + body).joined(separator: "\r\n") + "\r\n.\r\n" }

    private var boundary: String { "sirdar-\(letter.id.filter { $0.isASCII && ($0.isLetter || $0.isNumber) })" }

    private var headers: [String] {
        var headers = [
            "Date: \(Self.date(letter.at))",
            "From: Sirdar <\(from)>",
            "To: <\(to)>",
            "Subject: \(Self.encoded(letter.subject))",
            "Message-ID: <\(letter.id)@\(domain)>",
            "List-Id: Sirdar notifications <notifications.\(domain)>",
            "Auto-Submitted: auto-generated",
            "MIME-Version: 1.0",
            "Content-Type: multipart/alternative; boundary=\"\(boundary)\"",
        ]
        if let mute = letter.mute {
            headers.append("List-Unsubscribe: <\(mute.oneClick)>")
            headers.append("List-Unsubscribe-Post: List-Unsubscribe=One-Click")
        }
        return headers
    }

    private var body: [String] {
        var lines = [""]
        for (type, content) in [("text/plain", letter.text), ("text/html", letter.html)] {
            lines += [
                "--\(boundary)", "Content-Type: \(type); charset=utf-8", "Content-Transfer-Encoding: base64", "",
            ]
            lines += Self.base64(Array(content.utf8), width: 76)
        }
        return lines + ["--\(boundary)--"]
    }

    /// RFC 2047: words of at most 75 characters, each of whole characters.
    private static func encoded(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { (0x20...0x7E).contains($0) } && !text.contains("=?")
        if isPlain, text.utf8.count <= 200 { return text }
        var words: [[UInt8]] = [[]]
        for character in text {
            let bytes = Array(String(character).utf8)
            if (words.last?.count ?? 0) + bytes.count > 42 { words.append([]) }
            words[words.count - 1] += bytes.prefix(42)
        }
        return words.map { "=?utf-8?B?\(base64($0, width: .max).joined())?=" }.joined(separator: "\r\n ")
    }

    /// `Wed, 25 Nov 2026 10:04:00 +0000`.
    private static func date(_ time: Timestamp) -> String {
        let text = Array(time.description)
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let day = days[Int((time.milliseconds / 86_400_000) % 7)]
        let month = Int(String(text[5...6])).map { months[$0 - 1] } ?? ""
        return "\(day), \(String(text[8...9])) \(month) \(String(text[0...3])) \(String(text[11...18])) +0000"
    }

    static func base64(_ bytes: [UInt8], width: Int) -> [String] {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        var lines: [String] = []
        var line = ""
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var bits: UInt32 = 0
            for index in 0..<3 {
                let byte = start + index < bytes.count ? bytes[start + index] : 0
                bits = bits << 8 | UInt32(byte)
            }
            for index in 0..<4 {
                let isPadding = index > group.count
                line.append(isPadding ? "=" : alphabet[Int(bits >> UInt32(18 - 6 * index) & 63)])
            }
            if line.utf8.count >= width {
                lines.append(line)
                line = ""
            }
        }
        return line.isEmpty ? lines : lines + [line]
    }
}
