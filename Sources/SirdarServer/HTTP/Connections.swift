import HTTPTypes
import NIOCore
import NIOHTTPTypes
import SirdarCore
import SirdarEngine

/// How many connections each address has open. One that has too many is let in no more; the others notice nothing.
final class Connections: Sendable {
    let eachMax: Int
    /// Proxies of ours, behind which all the others are.
    private let trusted: [NetworkRange]
    private let open = Locked<[String: Int]>([:])

    init(eachMax: Int = Limits.connectionsOfAddressMax, trusted: [NetworkRange] = []) {
        self.eachMax = eachMax
        self.trusted = trusted
    }

    /// Whether one more is let in; who was let in must `leave`.
    fileprivate func enter(_ address: String) -> Bool {
        if trusted.containsAddress(address) { return true }
        return open.withLock { open in
            guard open[address, default: 0] < eachMax else { return false }
            open[address, default: 0] += 1
            return true
        }
    }

    fileprivate func leave(_ address: String) {
        if trusted.containsAddress(address) { return }
        open.withLock { open in
            let rest = (open[address] ?? 1) - 1
            open[address] = rest > 0 ? rest : nil
        }
    }
}

/// Watches one connection: a request that does not come to its end in time is answered with 408, and the connection
/// closed. What is sent drop by drop holds a connection for a while, and nothing else.
final class ConnectionWatch: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let connections: Connections
    private let headWithin: TimeAmount
    private let bodyWithin: TimeAmount
    private var address: String?
    private var deadline: Scheduled<Void>?
    /// Answers that have not been given to the end; meanwhile nobody is slow but we.
    private var answersDue = 0
    private var isReading = false

    init(
        _ connections: Connections,
        headWithin: TimeAmount = .seconds(Limits.headSeconds),
        bodyWithin: TimeAmount = .seconds(Limits.bodySeconds)
    ) {
        self.connections = connections
        self.headWithin = headWithin
        self.bodyWithin = bodyWithin
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { begin(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        begin(context)
        context.fireChannelActive()
    }

    private func begin(_ context: ChannelHandlerContext) {
        guard address == nil, deadline == nil else { return }
        let from = context.channel.remoteAddress?.ipAddress ?? "local"
        guard connections.enter(from) else { return context.close(promise: nil) }
        address = from
        expect(within: headWithin, context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        if let address { connections.leave(address) }
        address = nil
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            answersDue += 1
            isReading = true
            expect(within: bodyWithin, context)
        case .body: break
        case .end:
            isReading = false
            deadline?.cancel()
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) {
            answersDue -= 1
            // The next request may be long in coming; the rest of one that is answered already may not.
            if answersDue == 0, !isReading { expect(within: .seconds(Limits.idleSeconds), context) }
        }
        context.write(data, promise: promise)
    }

    private func expect(within time: TimeAmount, _ context: ChannelHandlerContext) {
        deadline?.cancel()
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        deadline = context.eventLoop.scheduleTask(in: time) {
            let (watch, context) = bound.value
            watch.give(up: context)
        }
    }

    private func give(up context: ChannelHandlerContext) {
        // What is answered already is not answered again.
        if isReading, answersDue == 0 { return context.close(promise: nil) }
        let head = HTTPResponse(status: .requestTimeout, headerFields: [.connection: "close", .contentLength: "0"])
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        context.close(promise: nil)
    }
}
