import JSON

// A task's changing part as bytes; its description is written once, beside it.
extension ManualTask {
    package static let format = 1

    package var stateBytes: [UInt8] {
        var writer = ByteWriter()
        writer.write(Self.format)
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
        return writer.bytes
    }

    package mutating func restore(version: Int64, stateBytes: [UInt8]) throws(MalformedBytes) {
        var reader = ByteReader(stateBytes)
        guard try reader.int() == Self.format else { throw MalformedBytes("a task of another format") }
        self.version = version
        state = try reader.taskState()
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
    }

    /// Whether a person is among those excluded, without reading the rest: queues are searched by it.
    package static func excludes(_ person: String, specBytes: [UInt8]) throws(MalformedBytes) -> Bool {
        var reader = ByteReader(specBytes)
        guard try reader.int() == format else { throw MalformedBytes("a task of another format") }
        return try reader.exclusions().contains { $0.person == person }
    }

    /// The part that never changes: what opened it.
    package var specBytes: [UInt8] {
        var writer = ByteWriter()
        writer.write(Self.format)
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
        guard try reader.int() == Self.format else { throw MalformedBytes("a task of another format") }
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
        }
    }

    private mutating func write(_ completion: ManualTask.Completion) {
        write(completion.outcome)
        write(completion.values)
        write(completion.by)
        write(completion.at)
    }
}

extension ByteReader {
    fileprivate mutating func taskState() throws(MalformedBytes) -> ManualTask.State {
        switch try int() {
        case 0: return .ready
        case 1: return .claimed
        case 2: return .inProgress
        case 3: return .verifying(try completion())
        case 4: return .completed(try completion())
        case 5:
            let code = try string()
            return .failed(code: code, text: try string())
        case 6: return .cancelled
        case 7: return .expired
        default: throw MalformedBytes("an unknown state of a task")
        }
    }

    private mutating func completion() throws(MalformedBytes) -> ManualTask.Completion {
        let outcome = try string()
        let values = try object()
        let by = try string()
        return .init(outcome: outcome, values: values, by: by, at: try timestamp())
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
