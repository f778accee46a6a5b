import JSON
import SirdarCore
import SirdarEngine

/// A due step as its row says it.
struct FoundStep {
    let instance: Int64
    let step: Int64
    let task: Int64?
    let node: Int64
    let attempt: Int64
    let action: Int64
    let input: [UInt8]
    let key: String
    let notBefore: Int64
    let fence: Int64
    let lane: Int64

    init(_ columns: Statement.Columns) {
        instance = columns.integer(0)
        step = columns.integer(1)
        task = columns.isNull(2) ? nil : columns.integer(2)
        node = columns.integer(3)
        attempt = columns.integer(4)
        action = columns.integer(5)
        input = columns.bytes(6)
        key = columns.text(7)
        notBefore = columns.integer(8)
        fence = columns.integer(9)
        lane = columns.integer(10)
    }

    /// As it is after the claim: the fence has grown. Unreadable input is given to the action as `null`, which refuses
    /// it.
    func step(action: String, lane: Lane) -> DueStep {
        var reader = ByteReader(input)
        let value = (try? reader.json()) ?? .null
        return DueStep(
            instance: Identifier(value: instance),
            step: Int(step),
            task: task.map(Identifier.init(value:)),
            node: Int(node),
            attempt: Int(attempt),
            action: action,
            lane: lane,
            input: value,
            key: key,
            notBefore: Timestamp(milliseconds: notBefore),
            fence: fence + 1
        )
    }
}
