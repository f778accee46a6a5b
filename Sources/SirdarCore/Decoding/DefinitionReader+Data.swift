import JQ
import JSON
import JSONSchema

// What steps and workflows have in common: data in and out, timeouts, durations, schemas.
extension DefinitionReader {
    func readInput(_ node: Located?, from site: Site, of owner: String) -> Workflow.DataIn {
        guard let node, let fields = Fields(node, "`input` of \(owner)", keys: Keys.dataIn.names, findings) else {
            return .none
        }
        return Workflow.DataIn(
            schema: readSchema(fields["schema"]),
            from: fields["from"].flatMap { expressions.transform($0, "`from`", site) }
        )
    }

    func readOutput(_ node: Located?, _ key: String, site: Site) -> Workflow.DataOut {
        guard let node, let fields = Fields(node, "`\(key)`", keys: Keys.dataOut.names, findings) else { return .none }
        return Workflow.DataOut(
            schema: readSchema(fields["schema"]),
            as: fields["as"].flatMap { expressions.transform($0, "`as`", site) }
        )
    }

    private func readSchema(_ node: Located?) -> Schema? {
        guard let node, let fields = Fields(node, "`schema`", keys: Keys.schema.names, findings) else {
            return nil
        }
        if fields.has("resource") {
            findings.error(
                .refused,
                at: fields.keyPlace("resource"),
                "a schema is written here, under `document`, and not fetched"
            )
            return nil
        }
        if let format = fields.text("format"), format != "json", let place = fields["format"]?.place {
            findings.error(.wrongValue, at: place, "the format of a schema is json", allowed: ["json"])
        }
        guard let document = fields.required("document") else { return nil }
        return compileSchema(document)
    }

    private func compileSchema(_ document: Located) -> Schema? {
        do {
            return try Schema(document.json)
        } catch {
            findings.error(.schema, at: document.node(at: error.path).place, "\(error.message)")
            return nil
        }
    }

    // MARK: Time

    /// A timeout: `{ after: … }`, or the name of one that `use` defines.
    func readTimeout(_ node: Located?, site: Site) -> Workflow.Timeout? {
        guard let node else { return nil }
        if let name = node.text {
            guard let timeout = components.timeouts[name] else {
                findings.unknown("timeout", name, in: "`use`", at: node.place, known: components.timeouts.keys)
                return nil
            }
            return readTimeout(timeout, site: site)
        }
        guard let fields = Fields(node, "`timeout`", keys: Keys.timeout.names, findings),
            let after = fields.required("after")
        else {
            return nil
        }
        return Workflow.Timeout(after: readDuration(after, "`after`", site: site))
    }

    /// A duration, which may come from expressions.
    func readDuration(_ node: Located, _ subject: String, site: Site) -> Template {
        let template = expressions.template(node, site)
        guard template.isConstant else {
            if node.members != nil { _ = Fields(node, "a duration", keys: Findings.durationKeys, findings) }
            return template
        }
        _ = findings.interval(node, subject)
        return template
    }

    // MARK: Retries

    /// A retry policy, or the name of one that `use` defines; `ofCall`: of an action, and not of a `try`.
    func readRetry(_ node: Located, locals: [String], ofCall: Bool = false) -> RetryPolicy? {
        if let name = node.text {
            guard let policy = components.retries[name] else {
                findings.unknown("retry policy", name, in: "`use`", at: node.place, known: components.retries.keys)
                return nil
            }
            return readRetry(policy, locals: locals, ofCall: ofCall)
        }
        guard let fields = Fields(node, "a retry policy", keys: Keys.retry.names, findings) else { return nil }
        let site = Site.inside.with(locals)
        let delay = fields.interval("delay") ?? .zero
        var policy = RetryPolicy(delay: delay, delayMax: max(delay, .minutes(5)))
        policy.backoff = readBackoff(fields) ?? .constant
        policy.jitter = readJitter(fields) ?? .none
        readLimit(fields, &policy, ofCall: ofCall)
        policy.when = fields["when"].flatMap { expressions.program($0, "`when`", site) }
        policy.exceptWhen = fields["exceptWhen"].flatMap { expressions.program($0, "`exceptWhen`", site) }
        return policy
    }

    private func readBackoff(_ fields: Fields) -> RetryPolicy.Backoff? {
        let names = RetryPolicy.Backoff.allCases.map(\.rawValue)
        guard let node = fields["backoff"], let backoff = Fields(node, "`backoff`", keys: names, findings) else {
            return nil
        }
        let chosen = RetryPolicy.Backoff.allCases.filter { backoff.has($0.rawValue) }
        for choice in chosen {
            guard let shape = backoff[choice.rawValue], !shape.isNull else { continue }
            _ = Fields(shape, "`\(choice.rawValue)`", keys: [], findings)
        }
        if chosen.count > 1 {
            findings.error(.wrongValue, at: node.place, "`backoff` is one of \(names.joined(separator: ", "))")
        }
        return chosen.first
    }

    private func readJitter(_ fields: Fields) -> RetryPolicy.Jitter? {
        guard let node = fields["jitter"], let jitter = Fields(node, "`jitter`", keys: Keys.jitter.names, findings)
        else {
            return nil
        }
        _ = jitter.required("from")
        _ = jitter.required("to")
        guard let least = jitter.interval("from"), let most = jitter.interval("to") else { return nil }
        if most < least { findings.error(.wrongValue, at: jitter.keyPlace("to"), "`to` is shorter than `from`") }
        return .between(least, most)
    }

    private func readLimit(_ fields: Fields, _ policy: inout RetryPolicy, ofCall: Bool) {
        guard let node = fields["limit"], let limit = Fields(node, "`limit`", keys: Keys.retryLimit.names, findings)
        else {
            return
        }
        policy.durationMax = limit.interval("duration")
        guard let node = limit["attempt"],
            let attempt = Fields(node, "`attempt`", keys: Keys.attemptLimit.names, findings)
        else { return }
        policy.attemptsMax = attempt.int("count", in: 1...1000)
        policy.attemptMax = attempt.interval("duration")
        if ofCall, attempt.has("duration") {
            findings.error(
                .wrongValue,
                at: attempt.keyPlace("duration"),
                "an action is not interrupted: give the step a `timeout`, or put it into a `try` with this policy"
            )
        }
    }
}
