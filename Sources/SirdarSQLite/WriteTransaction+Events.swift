import SirdarCore
import SirdarEngine

// Events, and who listens for them.
extension WriteTransaction {
    mutating func write(_ event: EventWrite) throws(WriteFailure) {
        switch event {
        case .happened(let event, let at, let origin): try insert(event, at, origin)
        case .delivered(let sequence, let reached):
            let statements = statements
            try run { () throws(SQLiteFailure) in try statements.delivered.run(.integer(sequence), .int(reached)) }
        case .listen(let step, let addresses, let after):
            try stopListening(step)
            for (position, address) in addresses.enumerated() { try listen(step, position, address, after) }
        case .stopListening(let step): try stopListening(step)
        }
    }

    private mutating func insert(
        _ event: CloudEvent,
        _ at: Timestamp,
        _ origin: EventOrigin
    ) throws(WriteFailure) {
        var emitter: WorkID?
        if case .step(let step) = origin { emitter = step }
        var body = ByteWriter()
        body.write(event.envelope)
        let statements = statements
        let inserted = try run { () throws(SQLiteFailure) in
            try statements.insertEvent.run(
                .text(event.source),
                .text(event.id),
                .text(event.type),
                .integer(at.milliseconds),
                .optional(emitter?.instance.value),
                .optional(emitter.map { Int64($0.step) }),
                .blob(body.bytes)
            )
        }
        if inserted == 0, origin == .outside { throw failure(.nameTaken(kind: "event", name: event.id)) }
    }

    private mutating func listen(
        _ step: WorkID,
        _ position: Int,
        _ address: EventAddress,
        _ after: Int64?
    ) throws(WriteFailure) {
        let statements = statements
        try run { () throws(SQLiteFailure) in
            try statements.listen.run(
                .integer(step.instance.value),
                .int(step.step),
                .int(position),
                .text(address.topic),
                .text(address.form),
                .text(address.key),
                .optional(after)
            )
        }
    }

    private mutating func stopListening(_ step: WorkID) throws(WriteFailure) {
        let statements = statements
        try run { () throws(SQLiteFailure) in
            try statements.stopListening.run(.integer(step.instance.value), .int(step.step))
        }
    }
}
