import SirdarCore
import SirdarEngine

/// What may be done with a task beside its work, as forms; and what may not, with the reason.
struct OperationContent {
    let name: String
    let label: String
    let button: String
    let isDanger: Bool
    let fields: [Field]
    /// The key that opens it.
    let key: String?

    struct Field {
        let id: String
        let name: String
        let label: String
        let help: String?
        let isOptional: Bool
        let isLine: Bool
        let isText: Bool
        let isChoice: Bool
        let options: [TaskListContent.Choice]
    }

    struct Refused {
        let label: String
        let reason: String
    }

    /// In the order in which they are needed; claiming, starting and completing have places of their own.
    private static let order: [TaskOperation] = [
        .resume, .confirm, .pushBack, .release, .hold, .ask, .comment, .escalate, .delegate, .takeOver, .assign,
        .transfer, .prioritise, .waiveCheck, .skip, .fail, .reopen,
    ]

    static func allowed(_ offers: [TaskOffer], _ task: ManualTask, _ reading: Reading) -> [OperationContent] {
        let allowed = Set(offers.filter(\.isAllowed).map(\.operation))
        return order.filter(allowed.contains).map { OperationContent($0, task, reading) }
    }

    /// Of an ended task only why it is not opened again, and of an open one everything else.
    static func refused(_ offers: [TaskOffer], _ task: ManualTask, _ reading: Reading) throws -> [Refused] {
        try offers.compactMap { offer in
            guard let refusal = offer.refusal, order.contains(offer.operation),
                (offer.operation == .reopen) == task.state.isFinal
            else { return nil }
            // What ended otherwise than by a completion is not opened again, and nobody would expect it.
            if case .ended = refusal { return nil }
            return Refused(label: label(offer.operation), reason: try reading.sentence(refusal))
        }
    }

    private init(_ operation: TaskOperation, _ task: ManualTask, _ reading: Reading) {
        name = operation.rawValue
        label = Self.label(operation)
        button = Self.button(operation)
        isDanger = operation == .fail || operation == .skip
        key = operation == .release ? "e" : nil
        fields = Self.fields(operation, task, reading)
    }

    private static func label(_ operation: TaskOperation) -> String {
        switch operation {
        case .claim: "Claim"
        case .start: "Start"
        case .draft: "Save a draft"
        case .complete: "Complete"
        case .release: "Release…"
        case .fail: "Cannot be done…"
        case .hold: "Put on hold…"
        case .resume: "Resume"
        case .ask: "Ask the requester…"
        case .escalate: "Escalate…"
        case .comment: "Comment…"
        case .attach: "Attach a file…"
        case .confirm: "Confirm"
        case .pushBack: "Push back…"
        case .delegate: "Hand to somebody…"
        case .takeOver: "Take over…"
        case .transfer: "Move to another queue…"
        case .assign: "Assign…"
        case .prioritise: "Change the priority…"
        case .skip: "Skip the step…"
        case .waiveCheck: "Waive the check…"
        case .reopen: "Open again…"
        }
    }

    private static func button(_ operation: TaskOperation) -> String {
        switch operation {
        case .release: "Release to the queue"
        case .fail: "It cannot be done"
        case .hold: "Put on hold"
        case .ask: "Ask"
        case .escalate: "Escalate"
        case .comment: "Comment"
        case .pushBack: "Push back"
        case .delegate: "Hand over"
        case .takeOver: "Take over"
        case .transfer: "Move"
        case .assign: "Assign"
        case .prioritise: "Change"
        case .skip: "Skip"
        case .waiveCheck: "Waive"
        case .reopen: "Open again"
        case .claim, .start, .draft, .complete, .resume, .confirm, .attach: label(operation)
        }
    }

    private static func fields(_ operation: TaskOperation, _ task: ManualTask, _ reading: Reading) -> [Field] {
        switch operation {
        case .claim, .start, .draft, .complete, .resume, .attach: []
        case .release:
            [.text(operation, "note", "Note for whoever is next", isOptional: task.state == .claimed)]
        case .confirm: [.text(operation, "note", "Note", isOptional: true)]
        case .fail: [.text(operation, "text", "Why it cannot be done")]
        case .hold:
            [
                .text(operation, "reason", "Why it rests"),
                .choice(operation, "awaiting", "What it waits for", ["time": "a time", "vendor": "a vendor"]),
                .line(operation, "until", "Until", help: "In how long (PT2H), or when (2026-11-25T14:00:00Z).", true),
            ]
        case .ask: [.text(operation, "text", "What you need to know")]
        case .comment: [.text(operation, "text", "What you want to say")]
        case .escalate:
            [
                .text(operation, "comment", "What should happen"),
                .choice(operation, "priority", "Priority", priorities(above: task.priority), isOptional: true),
            ]
        case .pushBack: [.text(operation, "comment", "What is to be done better")]
        case .delegate, .assign:
            [
                .line(operation, "person", "To whom", help: "The name that they sign in with.", false),
                .text(operation, "note", "Note", isOptional: true),
            ]
        case .takeOver, .waiveCheck: [.text(operation, "reason", "Why")]
        case .reopen: [.text(operation, "reason", "What is not right")]
        case .skip: [.text(operation, "reason", "Why the workflow may go on without it")]
        case .transfer:
            [
                .choice(
                    operation,
                    "queue",
                    "Queue",
                    Dictionary(
                        reading.library.queues.filter { $0.name != task.queue }.map { ($0.name, $0.title) },
                        uniquingKeysWith: { first, _ in first }
                    )
                ), .text(operation, "reason", "Why"),
            ]
        case .prioritise: [.choice(operation, "priority", "Priority", priorities(above: nil))]
        }
    }

    private static func priorities(above least: TaskSpec.Priority?) -> [String: String] {
        let all = TaskSpec.Priority.allCases.filter { least == nil || $0 > least ?? .low }
        return Dictionary(all.map { ($0.name, $0.name) }, uniquingKeysWith: { first, _ in first })
    }
}

extension OperationContent.Field {
    fileprivate static func text(
        _ operation: TaskOperation,
        _ name: String,
        _ label: String,
        isOptional: Bool = false
    ) -> Self {
        Self(
            id: "\(operation.rawValue)-\(name)",
            name: name,
            label: label,
            help: nil,
            isOptional: isOptional,
            isLine: false,
            isText: true,
            isChoice: false,
            options: []
        )
    }

    fileprivate static func line(
        _ operation: TaskOperation,
        _ name: String,
        _ label: String,
        help: String,
        _ isOptional: Bool
    ) -> Self {
        Self(
            id: "\(operation.rawValue)-\(name)",
            name: name,
            label: label,
            help: help,
            isOptional: isOptional,
            isLine: true,
            isText: false,
            isChoice: false,
            options: []
        )
    }

    fileprivate static func choice(
        _ operation: TaskOperation,
        _ name: String,
        _ label: String,
        _ options: [String: String],
        isOptional: Bool = false
    ) -> Self {
        let none = isOptional ? [TaskListContent.Choice(name: "", title: "as it is", isSelected: true)] : []
        return Self(
            id: "\(operation.rawValue)-\(name)",
            name: name,
            label: label,
            help: nil,
            isOptional: isOptional,
            isLine: false,
            isText: false,
            isChoice: true,
            options: none
                + options.sorted { $0.key < $1.key }.map { .init(name: $0.key, title: $0.value, isSelected: false) }
        )
    }
}
