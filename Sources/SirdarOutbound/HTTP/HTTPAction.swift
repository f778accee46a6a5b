import JSON
package import Logging
import SirdarCore
package import SirdarEngine

/// `call: http`: sends what a step says, and answers with the specification's HTTP response.
///
/// It may be sent more than once for the same call: every attempt carries the same `Idempotency-Key`. What the
/// receiver may do well later is tried again (429, 5xx, no connection); what it says no to is not.
package struct HTTPAction: Action {
    package let signature = ActionSignature(
        name: HTTPCall.action,
        summary: "Calls an address over HTTP that the installation allows, and gives its answer.",
        input: HTTPCall.stored,
        lane: { arguments in Lane("http/\(HTTPCall.host(of: arguments))") }
    )

    private let outbound: Outbound
    private let secrets: any SecretSource
    private let authenticator: Authenticator
    private let log: Logger

    package init(outbound: Outbound, secrets: any SecretSource, log: Logger) {
        self.outbound = outbound
        self.secrets = secrets
        self.log = log
        authenticator = Authenticator(outbound: outbound, secrets: secrets)
    }

    package func perform(_ call: ActionCall) -> ActionOutcome {
        do throws(HTTPTrouble) {
            var filling: Filling
            do throws(SecretTrouble) { filling = try Filling(call.input, secrets) } catch {
                throw HTTPTrouble(error)
            }
            let request = try HTTPArguments(filling.arguments, key: call.key).request(filling.isConfidential)
            let answer = try send(request, &filling, call)
            return try outcome(answer, request, call, filling.redactor)
        } catch {
            let told = HTTPCall.told(call.input)
            let why = error.failure.problem.detail ?? ""
            log.info("a call over http failed", metadata: ["call": "\(told.text)", "why": "\(why)"])
            return .failed(error.failure)
        }
    }

    private func send(
        _ plain: OutboundRequest,
        _ filling: inout Filling,
        _ call: ActionCall
    ) throws(HTTPTrouble) -> OutboundResponse {
        let policy = filling.arguments["authentication"]
        for isFresh in [false, true] {
            var request = plain
            var mayBeStale = false
            if let policy {
                let credentials = try authenticator.credentials(policy, call, isFresh: isFresh, &filling.redactor)
                request.authorize(by: credentials.header)
                mayBeStale = credentials.mayBeStale
            }
            let answer: OutboundResponse
            do throws(OutboundFailure) { answer = try outbound.send(request) } catch {
                throw HTTPTrouble(error, filling.redactor)
            }
            // A token that was kept may have been withdrawn meanwhile: once more with a new one.
            guard answer.status == 401, mayBeStale, !isFresh else { return answer }
        }
        preconditionFailure("a fresh token is not stale")
    }

    private func outcome(
        _ answer: OutboundResponse,
        _ request: OutboundRequest,
        _ call: ActionCall,
        _ redactor: Redactor
    ) throws(HTTPTrouble) -> ActionOutcome {
        let successes = call.input["redirect"]?.asBool == true ? 200...399 : 200...299
        let told = HTTPCall.told(call.input)
        log.info("a call over http", metadata: ["call": "\(told.text)", "status": "\(answer.status)"])
        guard successes.contains(answer.status) else {
            throw HTTPTrouble(status: answer.status, told, RetryAfter.interval(answer.headers, now: call.now))
        }
        let shown = HTTPAnswer(answer, redactor)
        guard let content = shown.content(isRaw: call.input["output"]?.asString == HTTPCall.Output.raw.rawValue) else {
            let what = "\(told["host"]?.asString ?? "The host") says that its answer is JSON, and it is not."
            throw HTTPTrouble(.communication, what, remedy: .permanent)
        }
        return .done([
            "request": HTTPArguments.echo(call.input, request), "statusCode": .number(JSON.Number(answer.status)),
            "headers": shown.headers, "content": content,
        ])
    }
}

extension OutboundRequest {
    fileprivate mutating func authorize(by value: String) {
        headers.removeAll { $0.name.lowercased() == "authorization" }
        headers.append(.init("Authorization", value))
        isConfidential = true
    }
}

/// What a call came to that did not succeed.
struct HTTPTrouble: Error {
    let failure: Failure

    init(_ kind: Problem.Kind, _ detail: String, status: Int? = nil, remedy: Failure.Remedy) {
        var problem = Problem(kind, detail)
        problem.status = status ?? problem.status
        failure = Failure(problem, remedy: remedy)
    }

    init(_ trouble: SecretTrouble) { self.init(.authorization, trouble.detail, remedy: .permanent) }

    init(_ outbound: OutboundFailure, _ redactor: Redactor) {
        let detail = redactor.clean(outbound.detail)
        switch outbound.kind {
        case .refused: self.init(.authorization, detail, remedy: .permanent)
        case .malformed: self.init(.validation, detail, remedy: .permanent)
        case .insecure, .tooLarge: self.init(.communication, detail, status: 502, remedy: .permanent)
        case .unreachable: self.init(.communication, detail, status: 503, remedy: .tryAgain)
        case .broken: self.init(.communication, detail, status: 502, remedy: .tryAgain)
        case .timedOut: self.init(.communication, detail, status: 504, remedy: .tryAgain)
        }
    }

    /// The receiver's own no.
    init(status: Int, _ told: JSON, _ retryAfter: Interval?) {
        let place = "\(told["host"]?.asString ?? "")\(told["path"]?.asString ?? "")"
        let detail = "\(told["method"]?.asString ?? "") \(place) was answered with \(status)."
        let isPassing = status == 429 || (500...599).contains(status)
        let remedy: Failure.Remedy = isPassing ? retryAfter.map { .tryAgainAfter($0) } ?? .tryAgain : .permanent
        self.init(.communication, detail, status: status, remedy: remedy)
    }
}
