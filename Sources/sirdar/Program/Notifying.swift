import Logging
import SirdarCore
import SirdarEngine
import SirdarOutbound

/// What brings notifications to people, as `config/notifications.yaml` has it.
enum Notifying {
    /// `nil` where nothing is to be sent.
    static func notifier(_ program: Program, secret: [UInt8]) throws -> Notifier? {
        let (settings, policy) = (program.settings, program.notices)
        guard !policy.sendsNothing else { return nil }
        let log = settings.logger("sirdar.notices")
        let base = settings.origin ?? settings.address
        var postmen: [any Postman] = []
        if let mail = policy.mail {
            let host = (try? WebAddress(base))?.host ?? ""
            postmen.append(MailPostman(mail, host: host))
        }
        let secrets = SecretFiles(folder: settings.secrets)
        for trouble in secrets.troubles(policy.webhooks.map(\.secret)) { log.warning("\(trouble)") }
        postmen += policy.webhooks.map { WebhookPostman($0, outbound: program.outbound, secrets: secrets) }
        return Notifier(
            engine: program.engine,
            policy: policy,
            postmen: postmen,
            writer: LetterWriter(base: base, seal: MuteSeal(secret: secret)),
            log: log
        )
    }
}
