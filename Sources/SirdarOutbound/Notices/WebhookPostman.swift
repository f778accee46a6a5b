import JSON
import SirdarCore
package import SirdarEngine

/// Gives letters to a room of a chat, by an incoming webhook: through the guard, as every call that leaves the machine.
///
/// The address is a secret: whoever knows it can write into the room. It is in no log and in no trouble.
package struct WebhookPostman: Postman {
    package let channel: Channel
    private let webhook: NoticePolicy.Webhook
    private let outbound: Outbound
    private let secrets: any SecretSource

    package init(_ webhook: NoticePolicy.Webhook, outbound: Outbound, secrets: any SecretSource) {
        self.webhook = webhook
        self.outbound = outbound
        self.secrets = secrets
        channel = .webhook(webhook.name)
    }

    package func carry(_ letter: Letter) throws(PostTrouble) {
        let text: String
        do throws(SecretTrouble) { text = try secrets.value(of: webhook.secret) } catch {
            throw PostTrouble(.unreachable, error.detail)
        }
        guard let address = try? WebAddress(text) else {
            throw PostTrouble(.unreachable, "The secret \(webhook.secret) is no address.")
        }
        var request = OutboundRequest(
            method: "POST",
            address: address,
            headers: [.init("Content-Type", "application/json")],
            body: Self.body(letter, webhook.form).bytes
        )
        request.isConfidential = true
        let response: OutboundResponse
        do throws(OutboundFailure) { response = try outbound.send(request) } catch {
            throw PostTrouble(error.kind == .tooLarge ? .tryAgain : .unreachable, error.detail)
        }
        switch response.status {
        case 200...299: return
        case 429, 500...599: throw PostTrouble(.unreachable, "\(address.host) answered \(response.status).")
        // Gone, or not allowed any more: the next letter fares no better, but somebody may mend the address.
        default: throw PostTrouble(.tryAgain, "\(address.host) answered \(response.status).")
        }
    }

    static func body(_ letter: Letter, _ form: NoticePolicy.Webhook.Form) -> JSON {
        let more = letter.dropped > 0 ? ["And \(letter.dropped) more."] : []
        switch form {
        case .slack:
            let lines = letter.items.map { "<\($0.link)|\(slack($0.heading))>\n\(slack($0.sentence))" }
            return ["text": .string((lines + more).joined(separator: "\n"))]
        case .teams:
            let blocks = letter.items.map { item -> JSON in
                let text = "[\(markdown(item.heading))](\(item.link))\n\n\(markdown(item.sentence))"
                return ["type": "TextBlock", "wrap": true, "text": .string(text)]
            }
            let rest = more.map { line -> JSON in ["type": "TextBlock", "wrap": true, "text": .string(line)] }
            return [
                "type": "message",
                "attachments": [
                    [
                        "contentType": "application/vnd.microsoft.card.adaptive",
                        "content": [
                            "$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard",
                            "version": "1.4", "body": .array(blocks + rest),
                        ],
                    ]
                ],
            ]
        }
    }

    /// Nothing in a title is a mention, a link or a format.
    private static func slack(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("|", with: "¦")
    }

    private static func markdown(_ text: String) -> String {
        String(text.flatMap { "\\`*_{}[]()<>#|~".contains($0) ? ["\\", $0] : [$0] })
    }
}
