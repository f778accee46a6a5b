package import SirdarCore

/// How notices go out; from `config/notifications.yaml`.
package struct NoticePolicy: Sendable, Hashable {
    package var mail: Mail?
    package var webhooks: [Webhook]
    /// How long after a letter the next one to the same person goes at the earliest.
    package var digest: Interval
    /// How old a notice may become that could not be delivered.
    package var giveUpAfter: Interval

    package struct Mail: Sendable, Hashable {
        package let host: String
        package let port: Int
        /// Networks in which the relay may lie; mail goes there unencrypted.
        package let networks: [NetworkRange]
        package let from: String
        /// The address of who has said none, with `{name}` in it; `nil`: such people get no mail.
        package let addresses: String?
        /// What addresses must end with; empty: anything.
        package let domains: [String]

        package init(
            host: String,
            port: Int = 25,
            networks: [NetworkRange] = [],
            from: String,
            addresses: String? = nil,
            domains: [String] = []
        ) {
            self.host = host
            self.port = port
            self.networks = networks
            self.from = from
            self.addresses = addresses
            self.domains = domains
        }
    }

    package struct Webhook: Sendable, Hashable {
        package let name: String
        /// The secret that holds its address.
        package let secret: String
        package let form: Form
        package let kinds: Set<Notice.Kind>
        /// Only tasks of these queues; empty: of all.
        package let queues: Set<String>
        package let digest: Interval

        package enum Form: String, Sendable, Hashable, CaseIterable { case slack, teams }

        package init(
            name: String,
            secret: String,
            form: Form = .slack,
            kinds: Set<Notice.Kind> = Webhook.kindsByDefault,
            queues: Set<String> = [],
            digest: Interval = .minutes(1)
        ) {
            self.name = name
            self.secret = secret
            self.form = form
            self.kinds = kinds
            self.queues = queues
            self.digest = digest
        }

        /// What concerns a team and not one person.
        package static let kindsByDefault: Set<Notice.Kind> = [.atRisk, .overdue, .unroutable, .escalated]

        func wants(_ notice: Notice) -> Bool {
            kinds.contains(notice.kind) && (queues.isEmpty || queues.contains(notice.place))
        }
    }

    package init(
        mail: Mail? = nil,
        webhooks: [Webhook] = [],
        digest: Interval = .minutes(10),
        giveUpAfter: Interval = .days(3)
    ) {
        self.mail = mail
        self.webhooks = webhooks
        self.digest = digest
        self.giveUpAfter = giveUpAfter
    }

    package var sendsNothing: Bool { mail == nil && webhooks.isEmpty }
}

/// An address of mail, as strict as letters need: one `@`, no white space, no control or quoting characters.
package enum MailAddress {
    package static let bytesMax = 254

    package static func isSound(_ text: String) -> Bool {
        let sides = text.split(separator: "@", omittingEmptySubsequences: false)
        guard text.utf8.count <= bytesMax, sides.count == 2, let local = sides.first, let host = sides.last,
            (1...64).contains(local.utf8.count), !host.isEmpty
        else { return false }
        let isPlain = local.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || Array("!#$%&'*+-/=?^_{|}~.".utf8).contains(byte)
        }
        return isPlain && !local.hasPrefix(".") && !local.hasSuffix(".") && WebAddress.isName(host.lowercased())
    }
}

extension NoticePolicy.Mail {
    /// Where somebody's mail goes; `nil` when nobody knows.
    package func address(of person: Person, _ preference: NoticePreference) -> String? {
        let address = preference.address ?? addresses?.replacing("{name}", with: person.name)
        return address.flatMap { accepts($0) ? $0 : nil }
    }

    package func accepts(_ address: String) -> Bool {
        guard MailAddress.isSound(address) else { return false }
        guard !domains.isEmpty, let domain = address.split(separator: "@").last?.lowercased() else {
            return domains.isEmpty
        }
        return domains.contains { $0.lowercased() == domain }
    }
}
