import Foundation
import JSON
import SirdarCore
import SirdarEngine
import SirdarOutbound
import SirdarTestKit
import Testing

@Suite("Letters by mail and by webhook")
struct NoticeTests {
    private static func letter(to address: String = "ann@studio.example", subject: String = "Overdue: a task") -> Letter
    {
        Letter(
            id: "mail.1-2",
            to: address,
            subject: subject,
            items: [
                .init(
                    kind: .overdue,
                    heading: "Overdue: .a <task> & *more*|",
                    sentence: "This task is overdue.",
                    link: "https://sirdar.example/tasks/1"
                )
            ],
            dropped: 2,
            mute: .init(
                oneClick: "https://sirdar.example/v1/mute?token=t",
                page: "https://sirdar.example/mute?token=t",
                settings: "https://sirdar.example/me/notifications"
            ),
            at: ManualClock.start
        )
    }

    private static func postman(_ relay: ScriptedRelay, host: String = "127.0.0.1") -> MailPostman {
        let mail = NoticePolicy.Mail(host: host, port: relay.port, from: "sirdar@studio.example")
        return MailPostman(mail, host: "sirdar.example", resolver: ScriptedResolver(["relay.studio": [["10.57.0.5"]]]))
    }

    @Test("a letter goes to the relay as text and HTML, with what programs of mail group and mute it by")
    func mail() throws {
        let relay = try ScriptedRelay()
        defer { relay.stop() }
        try Self.postman(relay).carry(Self.letter())
        #expect(
            relay.commands.prefix(4) == [
                "EHLO sirdar.example", "MAIL FROM:<sirdar@studio.example>", "RCPT TO:<ann@studio.example>", "DATA",
            ]
        )
        let message = try #require(relay.messages.first)
        for header in [
            "Date: Mon, 23 Nov 2026 09:00:00 +0000", "To: <ann@studio.example>", "Subject: Overdue: a task",
            "Message-ID: <mail.1-2@studio.example>", "List-Id: Sirdar notifications <notifications.studio.example>",
            "List-Unsubscribe: <https://sirdar.example/v1/mute?token=t>",
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click", "Auto-Submitted: auto-generated",
        ] {
            #expect(message.contains("\(header)\n"), "\(header)")
        }
        let parts = message.components(separatedBy: "Content-Transfer-Encoding: base64\n\n").dropFirst()
        let texts = parts.map { part -> String in
            let lines = part.split(separator: "\n").prefix { !$0.hasPrefix("--") }
            return Data(base64Encoded: lines.joined()).map { String(decoding: $0, as: UTF8.self) } ?? ""
        }
        #expect(
            texts.count == 2 && texts[0].contains("https://sirdar.example/tasks/1") && texts[0].contains("And 2 more.")
        )
        #expect(texts[1].contains("Overdue: .a &lt;task&gt; &amp; *more*|") && texts[1].contains("<html lang=\"en\">"))
    }

    @Test("no subject begins another header, and one in another script is encoded")
    func subjects() throws {
        let relay = try ScriptedRelay()
        defer { relay.stop() }
        let postman = Self.postman(relay)
        try postman.carry(Self.letter(subject: "a\r\nBcc: everybody@studio.example"))
        try postman.carry(Self.letter(subject: String(repeating: "Überfällig: Größe ", count: 8)))
        #expect(relay.messages.allSatisfy { !$0.contains("\nBcc:") })
        let encoded = try #require(relay.messages.last?.components(separatedBy: "Subject: ").last)
        let words = encoded.components(separatedBy: "\nMessage-ID")[0].components(separatedBy: "\n ")
        #expect(words.count > 1 && words.allSatisfy { $0.hasPrefix("=?utf-8?B?") && $0.count <= 75 })
        let text = words.map { Data(base64Encoded: String($0.dropFirst(10).dropLast(2))) ?? Data() }.reduce(Data(), +)
        #expect(String(decoding: text, as: UTF8.self) == String(repeating: "Überfällig: Größe ", count: 8))
    }

    @Test(
        "what the relay says decides whether one letter waits, the channel waits, or it is given up",
        arguments: [
            ("RCPT", "550 no such user", PostTrouble.Kind.refused), ("RCPT", "451 greylisted", .tryAgain),
            (".", "452 too many", .tryAgain), (".", "554 spam", .refused), ("MAIL", "550 not from you", .unreachable),
            ("", "421 go away", .unreachable), ("", "HTTP/1.1 400 what", .unreachable), ("", "", .unreachable),
            ("DATA", "", .tryAgain),
        ]
    )
    func refusals(_ command: String, _ reply: String, _ kind: PostTrouble.Kind) throws {
        let relay = try ScriptedRelay { said in
            let isThis = command.isEmpty || command == "." ? said == command : said.hasPrefix(command)
            return isThis ? reply : ScriptedRelay.willing(said)
        }
        defer { relay.stop() }
        let trouble = #expect(throws: PostTrouble.self) { try Self.postman(relay).carry(Self.letter()) }
        #expect(trouble?.kind == kind, "\(trouble?.detail ?? "")")
    }

    @Test("a relay elsewhere is not spoken to unless its network is named; and no address smuggles a command")
    func guarded() throws {
        let relay = try ScriptedRelay()
        let elsewhere = #expect(throws: PostTrouble.self) {
            try Self.postman(relay, host: "relay.studio").carry(Self.letter())
        }
        #expect(elsewhere?.kind == .unreachable && elsewhere?.detail.contains("10.57.0.5") == true)
        for address in ["ann@studio.example>\r\nRCPT TO:<x@y.example", "ann", "a b@studio.example", "@studio.example"] {
            let trouble = #expect(throws: PostTrouble.self) { try Self.postman(relay).carry(Self.letter(to: address)) }
            #expect(trouble?.kind == .refused)
        }
        #expect(relay.commands.isEmpty)
        relay.stop()
        let gone = try ScriptedRelay()
        gone.stop()
    }

    // MARK: Webhooks

    private struct Secrets: SecretSource {
        func value(of name: String) throws(SecretTrouble) -> String {
            guard name == "room" else { throw SecretTrouble("There is no secret \(name).") }
            return "https://hooks.example.com/services/T/B/very-secret"
        }
    }

    private static func room(
        _ form: NoticePolicy.Webhook.Form = .slack,
        secret: String = "room",
        _ transport: ScriptedTransport
    ) -> WebhookPostman {
        let outbound = Outbound(
            rules: OutboundRules(hosts: [.init("hooks.example.com")]),
            resolver: ScriptedResolver(["hooks.example.com": [["93.184.216.34"]]]),
            transport: transport
        )
        return WebhookPostman(
            .init(name: "support", secret: secret, form: form),
            outbound: outbound,
            secrets: Secrets()
        )
    }

    @Test("a room gets a message in its own form, with nothing in it that is a mention or a format of a title's")
    func rooms() throws {
        let transport = ScriptedTransport()
        try Self.room(.slack, transport).carry(Self.letter())
        try Self.room(.teams, transport).carry(Self.letter())
        let bodies = try transport.exchanges.map { try JSON(parsing: $0.request.body ?? []) }
        let slack = try #require(bodies[0]["text"]?.asString)
        #expect(slack.hasPrefix("<https://sirdar.example/tasks/1|Overdue: .a &lt;task&gt; &amp; *more*¦>\n"))
        let card = bodies[1]["attachments"]?[0]
        #expect(card?["contentType"] == "application/vnd.microsoft.card.adaptive")
        #expect(card?["content"]?["body"]?[0]?["text"]?.asString?.contains("\\<task\\>") == true)
        #expect(transport.exchanges.allSatisfy { $0.request.method == "POST" && !$0.request.followsRedirects })
    }

    @Test("what a room answers, and a secret that is not there, are told without the address")
    func roomTrouble() throws {
        for (status, kind) in [(500, PostTrouble.Kind.unreachable), (429, .unreachable), (404, .tryAgain)] {
            let transport = ScriptedTransport { _ in .init(status: status) }
            let trouble = #expect(throws: PostTrouble.self) { try Self.room(.slack, transport).carry(Self.letter()) }
            #expect(trouble?.kind == kind && trouble?.detail.contains("very-secret") == false)
        }
        let trouble = #expect(throws: PostTrouble.self) {
            try Self.room(.slack, secret: "other", ScriptedTransport()).carry(Self.letter())
        }
        #expect(trouble?.detail == "There is no secret other.")
    }

    // MARK: The file

    private func read(_ text: String) -> (policy: NoticePolicy, mistakes: [String]) {
        let findings = Findings()
        switch YAMLSource.read(text) {
        case .failure(let diagnostic): return (NoticePolicy(), ["\(diagnostic)"])
        case .success(let root):
            let policy = NoticePolicy.read(root, findings)
            return (policy, findings.inOrder.map(\.message))
        }
    }

    @Test("the file says where mail goes and what rooms are told; each mistake is found")
    func file() {
        let (policy, none) = read(
            """
            mail:
              relay: 127.0.0.1
              from: sirdar@studio.example
              addresses: "{name}@studio.example"
              domains: [studio.example]
            digest: PT5M
            webhooks:
              - { name: support, secret: support-room, form: teams, kinds: [overdue], queues: [triage] }
            """
        )
        #expect(none == [] && policy.mail?.port == 25 && policy.digest == .minutes(5))
        #expect(policy.webhooks.first?.form == .teams && policy.webhooks.first?.kinds == [.overdue])
        #expect(policy.mail?.accepts("a@studio.example") == true && policy.mail?.accepts("a@other.example") == false)
        let (_, mistakes) = read(
            """
            mail: { relay: "a b", from: nobody, addresses: x, networks: [10.0.0.1/8], prot: 1 }
            digest: P9D
            webhooks:
              - { name: a, secret: a, kinds: [late] }
              - { name: a, secret: a, form: irc }
            """
        )
        #expect(mistakes.count >= 7, "\(mistakes)")
        #expect(read("").policy.sendsNothing)
    }
}
