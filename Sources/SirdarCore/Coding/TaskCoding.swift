import JSON

// A task's changing part as bytes; its description is written once, beside it.
extension ManualTask {
    /// The form of the changing part. 2 adds what follows the queue, 3 the hours; what 1 and 2 wrote is still read.
    package static let stateFormat = 3
    package static let specFormat = 1

    package var stateBytes: [UInt8] {
        var writer = ByteWriter()
        writer.write(Self.stateFormat)
        writer.write(state)
        writer.write(fence)
        writer.write(owner) { writer, owner in
            writer.write(owner.person)
            writer.write(owner.since)
        }
        writer.write(draft)
        writer.write(ticks) { writer, tick in
            writer.write(tick.item)
            writer.write(tick.evidence) { $0.write($1) }
            writer.write(tick.by)
            writer.write(tick.at)
        }
        writer.write(lastCheck) { writer, check in
            writer.write(check.result.rawValue)
            writer.write(check.output)
            writer.write(check.at)
        }
        writer.write(urgency.rawValue)
        writer.write(priority.rawValue)
        writer.write(queue)
        writer.write(waiver) { writer, waiver in
            writer.write(waiver.by)
            writer.write(waiver.at)
        }
        writer.write(dueAt) { $0.write($1) }
        writer.write(atRiskAt) { $0.write($1) }
        writer.write(escalation)
        writer.write(activeAt)
        writer.write(reminders)
        writer.write(hours)
        return writer.bytes
    }

    package mutating func restore(version: Int64, stateBytes: [UInt8]) throws(MalformedBytes) {
        var reader = ByteReader(stateBytes)
        let format = try reader.int()
        guard (1...Self.stateFormat).contains(format) else { throw MalformedBytes("a task of another format") }
        self.version = version
        state = try reader.taskState(format: format)
        fence = try reader.int64()
        owner = try reader.optional { (reader: inout ByteReader) throws(MalformedBytes) in
            let person = try reader.string()
            return Owner(person: person, since: try reader.timestamp())
        }
        draft = try reader.object()
        ticks = try reader.array { (reader: inout ByteReader) throws(MalformedBytes) in try reader.tick() }
        lastCheck = try reader.optional { (reader: inout ByteReader) throws(MalformedBytes) in
            let name = try reader.string()
            guard let result = Check.Result(rawValue: name) else {
                throw MalformedBytes("an unknown result of a check")
            }
            let output = try reader.json()
            return Check(result, output: output, at: try reader.timestamp())
        }
        guard let urgency = Urgency(rawValue: try reader.int()),
            let priority = TaskSpec.Priority(rawValue: try reader.int())
        else { throw MalformedBytes("an unknown urgency or priority") }
        self.urgency = urgency
        self.priority = priority
        queue = try reader.string()
        guard format > 1 else { return }
        waiver = try reader.optional { (reader: inout ByteReader) throws(MalformedBytes) in
            let person = try reader.string()
            return Waiver(by: person, at: try reader.timestamp())
        }
        let moment = { (reader: inout ByteReader) throws(MalformedBytes) in try reader.timestamp() }
        dueAt = try reader.optional(moment)
        atRiskAt = try reader.optional(moment)
        escalation = try reader.int()
        activeAt = try reader.timestamp()
        reminders = try reader.int()
        // Where the time went before it was counted is not known.
        hours = format > 2 ? try reader.hours() : TaskHours(from: activeAt)
    }

    /// Whether a person is among those excluded, without reading the rest: queues are searched by it.
    package static func excludes(_ person: String, specBytes: [UInt8]) throws(MalformedBytes) -> Bool {
        var reader = ByteReader(specBytes)
        guard try reader.int() == specFormat else { throw MalformedBytes("a task of another format") }
        return try reader.exclusions().contains { $0.person == person }
    }

    /// The part that never changes: what opened it.
    package var specBytes: [UInt8] {
        var writer = ByteWriter()
        writer.write(Self.specFormat)
        writer.write(excluded) { writer, exclusion in
            writer.write(exclusion.person)
            writer.write(exclusion.why)
        }
        writer.write(spec.json)
        writer.write(origin.request) { $0.write($1) }
        writer.write(origin.requester)
        writer.write(origin.scope)
        writer.write(createdAt)
        writer.write(dueAt) { $0.write($1) }
        writer.write(atRiskAt) { $0.write($1) }
        writer.write(runbook?.hex) { $0.write($1) }
        return writer.bytes
    }

    /// A task as it was opened, from its columns and its unchanging part.
    package init(
        id: Identifier,
        instance: Identifier,
        step: Int,
        node: Int,
        kind: Kind,
        specBytes: [UInt8]
    ) throws(MalformedBytes) {
        var reader = ByteReader(specBytes)
        guard try reader.int() == Self.specFormat else { throw MalformedBytes("a task of another format") }
        let excluded = try reader.exclusions()
        let spec: TaskSpec
        do { spec = try TaskSpec(json: try reader.json(), at: "") } catch let error as MalformedBytes {
            throw error
        } catch {
            throw MalformedBytes("a task's description: \(error)")
        }
        let request = try reader.optional { (reader: inout ByteReader) throws(MalformedBytes) in
            try reader.identifier()
        }
        let requester = try reader.string()
        let origin = Instance.Origin(request: request, requester: requester, scope: try reader.string())
        let createdAt = try reader.timestamp()
        let moment = { (reader: inout ByteReader) throws(MalformedBytes) in try reader.timestamp() }
        let dueAt = try reader.optional(moment)
        let atRiskAt = try reader.optional(moment)
        let runbook = try reader.optional { (reader: inout ByteReader) throws(MalformedBytes) in try reader.string() }
        self.init(
            id: id,
            instance: instance,
            open: .init(step: step, node: node, kind: kind, spec: spec),
            origin: origin,
            createdAt: createdAt,
            dueAt: dueAt,
            atRiskAt: atRiskAt,
            runbook: runbook.map(ContentHash.init(hex:)),
            excluded: excluded
        )
    }
}

extension ByteWriter {
    fileprivate mutating func write(_ hours: TaskHours) {
        for interval in [hours.waiting, hours.working, hours.onHold, hours.rework] { write(interval.milliseconds) }
        write(hours.returns)
        write(hours.countedUntil)
    }

    fileprivate mutating func write(_ state: ManualTask.State) {
        switch state {
        case .ready: write(0)
        case .claimed: write(1)
        case .inProgress: write(2)
        case .verifying(let completion):
            write(3)
            write(completion)
        case .completed(let completion):
            write(4)
            write(completion)
        case .failed(let code, let text):
            write(5)
            write(code)
            write(text)
        case .cancelled: write(6)
        case .expired: write(7)
        case .unroutable: write(8)
        case .onHold(let hold):
            write(9)
            write(hold)
        case .awaitingReview(let completion):
            write(10)
            write(completion)
        case .skipped(let output):
            write(11)
            write(output)
        }
    }

    private mutating func write(_ hold: ManualTask.Hold) {
        write(hold.awaiting.rawValue)
        write(hold.reason)
        write(hold.until) { $0.write($1) }
        write(hold.since)
        write(hold.wasBegun)
        write(hold.question) { writer, question in
            writer.write(question.text)
            writer.write(question.fields)
        }
    }

    private mutating func write(_ completion: ManualTask.Completion) {
        write(completion.outcome)
        write(completion.values)
        write(completion.by)
        write(completion.at)
        write(completion.review) { writer, skills in writer.write(skills) { $0.write($1) } }
        write(completion.reviewedBy) { $0.write($1) }
    }
}

extension ByteReader {
    fileprivate mutating func hours() throws(MalformedBytes) -> TaskHours {
        var hours = TaskHours(from: .distantFuture)
        hours.waiting = Interval(milliseconds: try int64())
        hours.working = Interval(milliseconds: try int64())
        hours.onHold = Interval(milliseconds: try int64())
        hours.rework = Interval(milliseconds: try int64())
        hours.returns = try int()
        hours.countedUntil = try timestamp()
        return hours
    }

    fileprivate mutating func taskState(format: Int) throws(MalformedBytes) -> ManualTask.State {
        switch try int() {
        case 0: return .ready
        case 1: return .claimed
        case 2: return .inProgress
        case 3: return .verifying(try completion(format))
        case 4: return .completed(try completion(format))
        case 5:
            let code = try string()
            return .failed(code: code, text: try string())
        case 6: return .cancelled
        case 7: return .expired
        case 8: return .unroutable
        case 9: return .onHold(try hold())
        case 10: return .awaitingReview(try completion(format))
        case 11: return .skipped(output: try json())
        default: throw MalformedBytes("an unknown state of a task")
        }
    }

    private mutating func completion(_ format: Int) throws(MalformedBytes) -> ManualTask.Completion {
        let outcome = try string()
        let values = try object()
        let by = try string()
        let at = try timestamp()
        guard format > 1 else { return .init(outcome: outcome, values: values, by: by, at: at) }
        let text = { (reader: inout ByteReader) throws(MalformedBytes) in try reader.string() }
        let review = try optional { (reader: inout ByteReader) throws(MalformedBytes) in try reader.array(text) }
        var completion = ManualTask.Completion(outcome: outcome, values: values, by: by, at: at, review: review)
        completion.reviewedBy = try optional(text)
        return completion
    }

    private mutating func hold() throws(MalformedBytes) -> ManualTask.Hold {
        guard let awaiting = ManualTask.Hold.Awaiting(rawValue: try string()) else {
            throw MalformedBytes("an unknown reason to wait")
        }
        let reason = try string()
        let until = try optional { (reader: inout ByteReader) throws(MalformedBytes) in try reader.timestamp() }
        let since = try timestamp()
        let wasBegun = try bool()
        let question = try optional { (reader: inout ByteReader) throws(MalformedBytes) -> ManualTask.Question in
            let text = try reader.string()
            let fields = try reader.json()
            do { return try ManualTask.Question(text: text, fields: fields) } catch {
                throw MalformedBytes("a question's form: \(error)")
            }
        }
        return .init(
            awaiting: awaiting,
            reason: reason,
            until: until,
            since: since,
            wasBegun: wasBegun,
            question: question
        )
    }

    fileprivate mutating func exclusions() throws(MalformedBytes) -> [ManualTask.Exclusion] {
        try array { (reader: inout ByteReader) throws(MalformedBytes) in
            let person = try reader.string()
            return .init(person: person, why: try reader.string())
        }
    }

    fileprivate mutating func tick() throws(MalformedBytes) -> ManualTask.Tick {
        let item = try string()
        let evidence = try optional { (reader: inout ByteReader) throws(MalformedBytes) in try reader.string() }
        let by = try string()
        return .init(item: item, evidence: evidence, by: by, at: try timestamp())
    }
}
