import NIOCore
import NIOPosix
package import SirdarCore
package import SirdarEngine

/// Gives letters to a relay of mail, unencrypted and without a password: so only to one on this machine, or in a
/// network of yours that the configuration names.
package struct MailPostman: Postman {
    package let channel = Channel.mail
    private let mail: NoticePolicy.Mail
    private let resolver: any Resolver
    /// How we call ourselves, from the base address.
    private let host: String
    private let timeout: TimeAmount

    package init(
        _ mail: NoticePolicy.Mail,
        host: String,
        resolver: any Resolver = SystemResolver(),
        timeout: Interval = .seconds(30)
    ) {
        self.mail = mail
        self.resolver = resolver
        self.host = WebAddress.isName(host.lowercased()) ? host : "sirdar.local"
        self.timeout = .milliseconds(timeout.milliseconds)
    }

    package func carry(_ letter: Letter) throws(PostTrouble) {
        guard MailAddress.isSound(letter.to), mail.accepts(letter.to) else {
            throw PostTrouble(.refused, "\(letter.to) is no address that mail may go to.")
        }
        let dialogue = SMTPDialogue(MailMessage(letter, from: mail.from), host: host)
        var last: PostTrouble?
        for address in try addresses() {
            do throws(PostTrouble) { return try speak(dialogue, to: address) } catch {
                guard error.kind == .unreachable else { throw error }
                last = error
            }
        }
        throw last ?? PostTrouble(.unreachable, "\(mail.host) has no address.")
    }

    /// Every one is checked, and one that was checked is connected to, whatever the name means a moment later.
    private func addresses() throws(PostTrouble) -> [NetworkAddress] {
        let found: [NetworkAddress]
        if let literal = NetworkAddress(mail.host) {
            found = [literal]
        } else {
            do throws(OutboundFailure) { found = try resolver.addresses(of: mail.host) } catch {
                throw PostTrouble(.unreachable, error.detail)
            }
        }
        let allowed = mail.networks + Self.thisMachine
        for address in found where !allowed.contains(where: { $0.contains(address) }) {
            throw PostTrouble(
                .unreachable,
                "\(mail.host) is at \(address): mail is not encrypted, and goes there only when "
                    + "config/notifications.yaml names its network."
            )
        }
        return Array(found.prefix(4))
    }

    private static let thisMachine = ["127.0.0.0/8", "::1/128"].compactMap(NetworkRange.init)

    private func speak(_ dialogue: SMTPDialogue, to address: NetworkAddress) throws(PostTrouble) {
        let outcome: PostTrouble?
        do {
            let loop = MultiThreadedEventLoopGroup.singleton.next()
            let promise = loop.makePromise(of: PostTrouble?.self)
            let bootstrap = ClientBootstrap(group: loop).connectTimeout(min(timeout, .seconds(10)))
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(SMTPHandler(dialogue, promise))
                    }
                }
            let connection = bootstrap.connect(host: address.description, port: mail.port)
            connection.whenFailure { _ in
                promise.succeed(PostTrouble(.unreachable, "Nothing answers at \(address), port \(mail.port)."))
            }
            let deadline = loop.scheduleTask(in: timeout) {
                promise.succeed(dialogue.broken("The relay took longer than \(timeout.nanoseconds / 1_000_000_000) s."))
            }
            outcome = try promise.futureResult.wait()
            deadline.cancel()
            connection.whenSuccess { channel in channel.close(promise: nil) }
        } catch {
            throw PostTrouble(.unreachable, "The relay could not be reached.")
        }
        if let outcome { throw outcome }
    }
}

/// Cuts what comes into lines, and says what the dialogue says. Everything happens on its channel's event loop.
private final class SMTPHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var dialogue: SMTPDialogue
    private let promise: EventLoopPromise<PostTrouble?>
    private var rest: [UInt8] = []

    init(_ dialogue: SMTPDialogue, _ promise: EventLoopPromise<PostTrouble?>) {
        self.dialogue = dialogue
        self.promise = promise
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        rest += unwrapInboundIn(data).readableBytesView
        while let end = rest.firstIndex(of: 0x0A) {
            var line = rest[..<end]
            if line.last == 0x0D { line.removeLast() }
            let text = String(decoding: line, as: UTF8.self)
            rest.removeSubrange(...end)
            guard follow(dialogue.received(text), context) else { return }
        }
        guard rest.count <= SMTPDialogue.lineBytesMax else {
            return end(PostTrouble(.unreachable, "What answers there does not speak SMTP."), context)
        }
    }

    private func follow(_ step: SMTPDialogue.Step, _ context: ChannelHandlerContext) -> Bool {
        switch step {
        case .wait: return true
        case .send(let text):
            context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(string: text)), promise: nil)
            return true
        case .done(let text):
            context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(string: text)), promise: nil)
            end(nil, context)
            return false
        case .failed(let trouble):
            end(trouble, context)
            return false
        }
    }

    private func end(_ trouble: PostTrouble?, _ context: ChannelHandlerContext) {
        promise.succeed(trouble)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        promise.succeed(dialogue.broken("The relay closed the connection."))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end(dialogue.broken("The connection to the relay broke off."), context)
    }
}
