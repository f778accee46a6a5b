import JSON
import SirdarCore
import SirdarEngine

/// The right pane: one task, with everything that is needed to do it.
struct TaskContent {
    let id: String
    /// The list's filters, which go along from task to task.
    let query: String
    /// Differs when the task stands otherwise than before; what was typed or ticked is not in it.
    let stamp: String
    let token: String
    let title: String
    let badge: Badge
    let due: DueView?
    let facts: [EntryRow.Fact]
    let about: [EntryRow.Fact]
    let instance: String
    let workflow: String
    let steps: [Progress]
    let diagram: DiagramContent?
    let runbook: Runbook?
    let fields: [FieldContent]
    let hasFields: Bool
    let fence: Int64
    let problem: String?
    let problems: [Problem]
    let check: CheckContent?
    let history: [EntryRow]
    let outcomes: [Outcome]
    let actions: Actions
    let operations: [OperationContent]
    let refused: [OperationContent.Refused]
    let hasRefused: Bool
    let comments: [CommentContent]
    let hasComments: Bool
    let hold: HoldContent?
    let attachments: AttachmentContent
    let isWorkable: Bool
    let result: [EntryRow.Fact]

    struct Progress {
        let title: String
        let badge: Badge
        let isHere: Bool
    }

    struct Runbook {
        let title: String
        let hash: String
        let version: Int
        /// Rendered from Markdown, every text in it escaped.
        let html: String
    }

    struct Item {
        let id: String
        let text: String
        let isRequired: Bool
        let evidence: String?
        /// The evidence is one of the task's files.
        let isFile: Bool
        let files: [TaskListContent.Choice]
        let given: String
        let isTicked: Bool
        let by: String?
        let error: String?
        let isWorkable: Bool
    }

    struct Problem {
        let target: String
        let detail: String
    }

    struct Outcome {
        let name: String
        let label: String
        let isFirst: Bool
    }

    /// What has a place of its own, and why the rest may not be done now.
    struct Actions {
        let claim: Bool
        let start: Bool
        let complete: Bool
        let reason: String?
    }

    struct CommentContent {
        let by: String
        let kind: String?
        let time: TimeView
        let text: String
        let values: [EntryRow.Fact]
    }

    struct HoldContent {
        let sentence: String
        let reason: String
    }
}

extension TaskContent {
    init(
        _ task: ManualTask,
        _ reading: Reading,
        _ principal: Principal,
        token: String,
        query: String,
        templates: Templates,
        settings: Server.Settings,
        typed: FormData?,
        trouble: Trouble?
    ) throws {
        let offers = try reading.offers(task, for: principal.person.worker)
        let isWorkable = offers.contains { $0.operation == .complete && $0.isAllowed }
        let story = try reading.store.instance(task.instance).map { try reading.story(of: $0) }
        let errors = trouble?.errors ?? []
        id = task.id.description
        self.token = token
        self.query = query
        stamp = Self.stamp(task)
        title = task.spec.title
        badge = .task(task.state)
        due = task.state.isFinal ? nil : DueView(task, reading.now)
        facts = try Self.facts(task, reading)
        about = Self.about(task.spec.about) + (try reading.input(ofTriage: task).map(Self.given) ?? [])
        instance = task.instance.description
        workflow = story.map { "\($0.workflow.document.title) \($0.workflow.document.version)" } ?? ""
        steps = story.map { Self.progress($0, task) } ?? []
        let page = "/instances/\(task.instance)"
        diagram = story?.diagram { $0.place(on: page, seesTasks: true) }
        runbook = try Self.runbook(task, reading, templates, typed, errors, isWorkable)
        fields = task.spec.form.fields.map { FieldContent($0, task, typed, errors, isEnabled: isWorkable) }
        hasFields = !fields.isEmpty
        fence = typed?["fence"].flatMap { Int64($0) } ?? task.fence
        problem = trouble.map {
            errors.isEmpty
                ? $0.detail
                : "Not completed yet: \(errors.count == 1 ? "one thing is" : "\(errors.count) things are") not right."
        }
        problems = errors.map { Problem(target: Self.target($0.pointer), detail: $0.detail) }
        check = task.lastCheck.map { CheckContent($0, reading.now) }
        let part = task.id.description
        let own = (story?.entries ?? []).filter { $0.part == part }
        history = try own.reversed().map { try EntryRow($0, reading) }
        outcomes = task.spec.outcomes.enumerated().map { index, name in
            Outcome(
                name: name,
                label: index == 0 ? "Complete: \(Show.words(name))" : Show.capitalised(Show.words(name)),
                isFirst: index == 0
            )
        }
        actions = try Actions(offers, task, reading)
        operations = OperationContent.allowed(offers, task, reading)
        refused = try OperationContent.refused(offers, task, reading)
        hasRefused = !refused.isEmpty
        comments = try Comment.all(of: task.id, reading.store).map { try CommentContent($0, reading) }
        hasComments = !comments.isEmpty
        attachments = try AttachmentContent(task, offers, reading, settings)
        hold = task.hold.map { HoldContent($0, reading.now) }
        self.isWorkable = isWorkable
        result = Self.result(task)
    }

    private static func stamp(_ task: ManualTask) -> String {
        let check = task.lastCheck?.at.description ?? ""
        return "\(task.state.name) \(task.fence) \(task.queue) \(task.priority.name) \(check)"
    }

    private static func facts(_ task: ManualTask, _ reading: Reading) throws -> [EntryRow.Fact] {
        var facts = [
            EntryRow.Fact(key: "Queue", value: reading.queueTitle(task.queue)),
            EntryRow.Fact(key: "Project", value: task.origin.scope),
            EntryRow.Fact(key: "Asked by", value: try reading.name(task.origin.requester)),
        ]
        if let owner = task.owner {
            facts.append(
                EntryRow.Fact(
                    key: "Held by",
                    value: "\(try reading.name(owner.person)), for \(Show.length(reading.now.since(owner.since)))"
                )
            )
        }
        if task.priority != .normal { facts.append(EntryRow.Fact(key: "Priority", value: task.priority.name)) }
        if !task.spec.skills.isEmpty {
            facts.append(EntryRow.Fact(key: "Skills", value: task.spec.skills.joined(separator: ", ")))
        }
        return facts
    }

    private static func about(_ about: JSON) -> [EntryRow.Fact] {
        // The project stands among the facts of every task.
        (about.asObject ?? [:]).filter { $0.key != "project" }.map {
            EntryRow.Fact(key: Show.capitalised(Show.words($0.key)), value: problem($0.value) ?? Show.value($0.value))
        }
    }

    /// A step's error in plain words.
    private static func problem(_ value: JSON) -> String? {
        guard value["type"] != nil, value["status"] != nil, let title = value["title"]?.asString else { return nil }
        return [title, value["detail"]?.asString].compactMap(\.self).joined(separator: ". ")
    }

    private static func given(_ input: JSON) -> [EntryRow.Fact] { [.init(key: "Input", value: Show.value(input))] }

    private static func result(_ task: ManualTask) -> [EntryRow.Fact] {
        guard case .completed(let completion) = task.state else { return [] }
        let outcome = EntryRow.Fact(key: "Outcome", value: Show.words(completion.outcome))
        return [outcome] + completion.values.map { EntryRow.Fact(key: $0.key, value: Show.value($0.value)) }
    }

    /// The steps that do something, in the order of the definition, each with its latest state.
    private static func progress(_ story: InstanceStory, _ task: ManualTask) -> [Progress] {
        story.shownNodes.map { node in
            let latest = story.steps.last { $0.pointer == node.pointer }
            return Progress(
                title: node.title,
                badge: .step(latest?.phase ?? ""),
                isHere: node.index == task.node && !task.state.isFinal
            )
        }
    }

    /// The runbook as it was pinned, its items as boxes to tick and to prove.
    private static func runbook(
        _ task: ManualTask,
        _ reading: Reading,
        _ templates: Templates,
        _ typed: FormData?,
        _ errors: [FieldError],
        _ isWorkable: Bool
    ) throws -> Runbook? {
        guard let runbook = task.runbook.flatMap({ reading.library.runbook($0) }) else { return nil }
        var items: [String: Item] = [:]
        for item in runbook.items { items[item.id] = try Item(item, task, reading, typed, errors, isWorkable) }
        let boxes = items
        let html = try runbook.html(
            values: (task.spec.about.asObject ?? [:]).reduce(into: [:]) { $0[$1.key] = Show.value($1.value) },
            check: { item in boxes[item.id].map { templates.render(.tick, $0) } ?? "" },
            checkEnd: { item in boxes[item.id].map { templates.render(.evidence, $0) } ?? "" }
        )
        return Runbook(
            title: runbook.title,
            hash: String(runbook.hash.hex.prefix(12)),
            version: runbook.version,
            html: html
        )
    }

    /// Where on the page the value stands that an error speaks of.
    private static func target(_ pointer: String) -> String {
        let parts = pointer.split(separator: "/").map(String.init)
        switch parts.first {
        case "values": return "f-\(parts.last ?? "")"
        case "ticks": return "t-\(parts.last ?? "")"
        default: return "work"
        }
    }
}

extension TaskContent.Item {
    init(
        _ item: SirdarEngine.Runbook.Item,
        _ task: ManualTask,
        _ reading: Reading,
        _ typed: FormData?,
        _ errors: [FieldError],
        _ isWorkable: Bool
    ) throws {
        let tick = task.ticks.first { $0.item == item.id }
        id = item.id
        text = item.text
        isRequired = item.isRequired
        evidence = item.evidence.map(Self.asked)
        let given = typed?["evidence.\(item.id)"] ?? tick?.evidence ?? ""
        self.given = given
        isFile = item.evidence == .file
        files = isFile ? try Self.files(task, given, reading) : []
        isTicked = tick != nil || typed?["tick.\(item.id)"] != nil
        by = try tick.map { "\(try reading.name($0.by)), \(Show.ago($0.at, reading.now))" }
        error = errors.first { $0.pointer == "/ticks/\(item.id)" }?.detail
        self.isWorkable = isWorkable
    }

    private static func files(
        _ task: ManualTask,
        _ given: String,
        _ reading: Reading
    ) throws -> [TaskListContent.Choice] {
        let names = try StoredAttachment.all(of: task.id, reading.store).map(\.file.name)
        let none = TaskListContent.Choice(
            name: "",
            title: names.isEmpty ? "attach it below first" : "choose a file",
            isSelected: given.isEmpty
        )
        return [none] + names.map { .init(name: $0, title: $0, isSelected: $0 == given) }
    }

    private static func asked(_ evidence: SirdarEngine.Runbook.Evidence) -> String {
        switch evidence {
        case .text: "in your own words"
        case .value: "the value"
        case .output: "what the command printed"
        case .file: "a file of the task"
        }
    }
}

extension TaskContent.Actions {
    init(_ offers: [TaskOffer], _ task: ManualTask, _ reading: Reading) throws {
        func may(_ operation: TaskOperation) -> Bool {
            offers.contains { $0.operation == operation && $0.isAllowed }
        }
        claim = may(.claim)
        start = may(.start) && !may(.claim)
        complete = may(.complete)
        let first = offers.first { $0.operation == (task.owner == nil ? .claim : .complete) }
        reason = try task.state.isFinal ? nil : first?.refusal.map { try reading.sentence($0) }
    }
}

extension TaskContent.CommentContent {
    init(_ comment: Comment, _ reading: Reading) throws {
        by = try reading.name(comment.comment.by)
        kind =
            switch comment.comment.kind {
            case .comment: nil
            case .note: "note"
            case .question: "question to the requester"
            case .answer: "answer"
            case .pushBack: "pushed back"
            case .escalation: "escalated"
            }
        time = TimeView(comment.at, reading.now)
        text = comment.comment.text
        values = comment.comment.values.map { EntryRow.Fact(key: $0.key, value: Show.value($0.value)) }
    }
}

extension TaskContent.HoldContent {
    init(_ hold: ManualTask.Hold, _ now: Timestamp) {
        let what =
            switch hold.awaiting {
            case .time: "On hold"
            case .vendor: "On hold for a vendor"
            case .requester: "Waiting for the requester's answer; its time does not run"
            }
        let until = hold.until.map { " until \(Show.time($0))" } ?? ""
        sentence = "\(what)\(until), for \(Show.length(now.since(hold.since)))."
        reason = hold.reason
    }
}

/// One field of a form, with what was typed, kept or proposed, and what is wrong with it.
struct FieldContent {
    let id: String
    /// What the identifiers of its error and its help end in.
    let mark: String
    let name: String
    let label: String
    let help: String?
    let hint: String?
    let value: String
    let error: String?
    let isRequired: Bool
    let isEnabled: Bool
    let isText: Bool
    let isLine: Bool
    let isFlag: Bool
    let isChecked: Bool
    let isChoice: Bool
    let options: [TaskListContent.Choice]
    let mode: String
    let describedBy: String?

    init(_ field: Form.Field, _ task: ManualTask, _ typed: FormData?, _ errors: [FieldError], isEnabled: Bool) {
        let kept = task.completion?.values[field.name] ?? task.draft[field.name]
        self.init(field, kept: kept, typed, errors, isEnabled: isEnabled)
    }

    /// `kept`: what was entered before.
    init(_ field: Form.Field, kept: JSON?, _ typed: FormData?, _ errors: [FieldError], isEnabled: Bool) {
        id = "f-\(field.name)"
        mark = field.name
        name = "value.\(field.name)"
        label = field.label
        help = field.help
        hint = field.rules.within.map { "in \($0)" }
        let kept = kept ?? field.initial ?? .null
        let value = typed?["value.\(field.name)"] ?? (kept.isNull ? "" : Show.value(kept))
        self.value = value
        error = errors.first { $0.pointer == "/values/\(field.name)" }?.detail
        isRequired = field.required
        self.isEnabled = isEnabled
        isText = field.kind == .text || field.kind == .json
        isFlag = field.kind == .boolean
        isChoice = field.kind == .choice
        isLine = !isText && !isFlag && !isChoice
        isChecked = ["yes", "true", "on"].contains(value)
        options = field.rules.options.map { .init(name: $0, title: $0, isSelected: $0 == value) }
        mode = field.kind == .integer || field.kind == .port ? "numeric" : "text"
        let describes = (error == nil ? [] : ["e-\(field.name)"]) + (field.help == nil ? [] : ["h-\(field.name)"])
        describedBy = describes.isEmpty ? nil : describes.joined(separator: " ")
    }
}

/// What the automatic check said: passed or not, and where what it found stands.
struct CheckContent {
    let badge: Badge
    let time: TimeView
    let summary: String?
    let facts: [EntryRow.Fact]
    let findings: [Finding]
    let hasFindings: Bool

    struct Finding {
        let file: String
        let line: String
        let text: String
    }

    private static let shownElsewhere: Set<String> = [
        "findings", "hits", "traces", "summary", "detail", "message", "title", "type", "passed",
    ]

    init(_ check: ManualTask.Check, _ now: Timestamp) {
        badge =
            switch check.result {
            case .passed: Badge("✓", "Passed", "green")
            case .failed: Badge("✗", "Found something", "red")
            case .impossible: Badge("▲", "Could not be made", "yellow")
            }
        time = TimeView(check.at, now)
        let output = check.output
        summary =
            output.asString ?? ["summary", "detail", "message", "title"].lazy.compactMap { output[$0]?.asString }.first
        let lists = ["findings", "hits", "traces"].lazy.compactMap { output[$0]?.asArray }.first ?? []
        findings = lists.prefix(200).map { finding in
            Finding(
                file: finding["file"]?.asString ?? finding["path"]?.asString ?? "–",
                line: (finding["line"] ?? finding["offset"]).map(Show.value) ?? "",
                text: (finding["text"] ?? finding["found"]).map(Show.value) ?? Show.value(finding)
            )
        }
        hasFindings = !findings.isEmpty
        facts = (output.asObject ?? [:]).compactMap { key, value in
            guard !Self.shownElsewhere.contains(key) else { return nil }
            return EntryRow.Fact(key: Show.capitalised(Show.words(key)), value: Show.value(value))
        }
    }
}
