import JSON
import SirdarCore
import SirdarEngine
import SirdarImages

struct RequestsContent {
    let rows: [RequestRow]
    let next: String?
    let isEmpty: Bool
}

struct RequestRow {
    let id: String
    let kind: String
    let name: String
    let badge: Badge
    let project: String
    let requester: String
    let time: TimeView
    let note: String?

    init(_ request: StudioRequest, _ reading: Reading) throws {
        id = request.id.description
        kind = Self.word(request.kind)
        name = request.about ?? request.image?.name ?? "–"
        badge = .image(request.state)
        project = request.project
        requester = try reading.name(request.requester)
        time = TimeView(request.createdAt, reading.now)
        note = request.note
    }

    static func word(_ kind: RequestKind) -> String {
        switch kind {
        case .create: "Create image"
        case .copy: "Copy to location"
        case .adapt: "Use in another project"
        case .delete: "Delete image"
        case .machines: "Create machines"
        case .golden: "Mark as golden"
        }
    }
}

/// The whole story of a request or an instance, on one page.
struct StoryContent {
    let id: String
    let token: String
    let title: String
    let badge: Badge
    let facts: [EntryRow.Fact]
    let note: String?
    let mayWithdraw: Bool
    /// A deletion that is taken back is recalled.
    let isDeletion: Bool
    let noReturn: String?
    let questions: [QuestionContent]
    let waits: [WaitRow]
    let hasWaits: Bool
    /// The instance, while it has not ended and may be asked why.
    let explained: String?
    let diagram: DiagramContent?
    let steps: [StepRow]
    let hasSteps: Bool
    let coming: [String]
    let hasComing: Bool
    let ending: [EntryRow.Fact]
    let hasEnding: Bool
    /// What may be done to the instance; `nil` for who may do nothing to it, or once it has ended.
    let supervision: SupervisionContent?
    let entries: [EntryRow]
    let count: Int

    struct WaitRow {
        let title: String
        let sentence: String
        let since: TimeView
        let task: String?
        let instance: String?
    }

    struct StepRow {
        let number: Int
        let title: String
        let kind: String
        let badge: Badge
        let attempts: Int?
        let started: TimeView
        let took: String?
        let actors: String?
        let input: String?
        let output: String?
        let problem: String?
    }

    init(
        _ request: StudioRequest,
        _ reading: Reading,
        _ principal: Principal,
        token: String,
        answer: RefusedAnswer? = nil
    ) throws {
        let instance = try request.instance.flatMap { try reading.store.instance($0) }
        var facts = [
            EntryRow.Fact(key: "Asked by", value: try reading.name(request.requester)),
            EntryRow.Fact(key: "Asked", value: Show.time(request.createdAt)),
            EntryRow.Fact(key: "Project", value: request.project),
        ]
        if let image = request.image {
            if request.about != nil { facts.append(EntryRow.Fact(key: "Image", value: image.name)) }
            facts.append(EntryRow.Fact(key: "Location", value: image.location))
        }
        try self.init(
            id: request.id,
            token: token,
            title: "\(RequestRow.word(request.kind)): \(request.about ?? request.image?.name ?? "–")",
            badge: .image(request.state),
            facts: facts,
            note: request.note,
            noReturn: request.pointOfNoReturn?.sentence,
            isDeletion: request.kind == .delete,
            mayWithdraw: request.isOpen && request.pointOfNoReturn?.isPassed != true
                && principal.may(.withdrawRequest, in: .project(request.project)),
            instance: instance,
            answer: answer,
            reading,
            principal
        )
    }

    init(_ instance: Instance, _ reading: Reading, _ principal: Principal, token: String) throws {
        let workflow = try reading.workflow(of: instance)
        try self.init(
            id: instance.id,
            token: token,
            title: workflow.document.title,
            badge: .instance(instance.status),
            facts: [
                EntryRow.Fact(key: "Asked by", value: try reading.name(instance.origin.requester)),
                EntryRow.Fact(key: "Started", value: Show.time(instance.startedAt)),
                EntryRow.Fact(key: "Project", value: instance.origin.scope),
            ],
            note: nil,
            mayWithdraw: false,
            instance: instance,
            reading,
            principal
        )
    }

    private init(
        id: Identifier,
        token: String,
        title: String,
        badge: Badge,
        facts: [EntryRow.Fact],
        note: String?,
        noReturn: String? = nil,
        isDeletion: Bool = false,
        mayWithdraw: Bool,
        instance: Instance?,
        answer: RefusedAnswer? = nil,
        _ reading: Reading,
        _ principal: Principal
    ) throws {
        self.id = id.description
        self.token = token
        self.title = title
        self.badge = badge
        self.note = note
        self.mayWithdraw = mayWithdraw
        self.isDeletion = isDeletion
        self.noReturn = noReturn
        let story = try instance.map { try reading.story(of: $0) }
        self.facts = facts + Self.facts(story)
        let asked = try instance.map { try reading.questions($0, of: principal) } ?? []
        questions = asked.map { QuestionContent($0, answer) }
        waits = try (story?.steps ?? []).compactMap { try WaitRow($0, reading, principal) }
        let seesTasks = principal.may(.seeTasks)
        diagram = story?.diagram { $0.place(on: "", seesTasks: seesTasks) }
        steps = try (story?.steps ?? []).filter(\.hasRow).map {
            try StepRow($0, reading)
        }
        coming = Self.coming(story)
        ending = Self.ending(story)
        supervision = try instance.flatMap { instance in
            guard !instance.status.isFinal, principal.may(.mendInstance, in: .project(instance.origin.scope)) else {
                return nil
            }
            return SupervisionContent(try reading.supervision(of: instance), token: token)
        }
        let own = try story == nil || instance?.id == id ? [] : reading.entries(of: id)
        let all = ((story?.entries ?? []) + own).sorted { $0.sequence > $1.sequence }
        entries = try all.prefix(200).map { try EntryRow($0, reading) }
        count = all.count
        hasWaits = !waits.isEmpty
        explained = instance.flatMap { $0.status.isFinal ? nil : $0.id.description }
        hasSteps = !steps.isEmpty
        hasComing = !coming.isEmpty
        hasEnding = !ending.isEmpty
    }

    private static func facts(_ story: InstanceStory?) -> [EntryRow.Fact] {
        guard let story else { return [] }
        return [
            EntryRow.Fact(
                key: "Workflow",
                value: "\(story.workflow.document.title) \(story.workflow.document.version)"
            ),
            EntryRow.Fact(key: "Instance", value: story.instance.id.description),
        ]
    }

    /// What the definition still holds, where nothing has been decided that says otherwise.
    private static func coming(_ story: InstanceStory?) -> [String] {
        guard let story, !story.instance.status.isFinal, story.instance.status != .compensating else { return [] }
        return story.shownNodes.filter { node in !story.steps.contains { $0.pointer == node.pointer } }.map(\.title)
    }

    private static func ending(_ story: InstanceStory?) -> [EntryRow.Fact] {
        guard let story, case .ended(let ending) = story.instance.progress else { return [] }
        switch ending {
        case .output(let output):
            return (output.asObject ?? [:]).map {
                EntryRow.Fact(key: Show.capitalised(Show.words($0.key)), value: Show.value($0.value))
            }
        case .problem(let problem):
            return [EntryRow.Fact(key: problem.title, value: problem.detail ?? problem.type)]
        case .cancelled(let reason): return [EntryRow.Fact(key: "Cancelled", value: reason)]
        }
    }
}

extension StoryContent.WaitRow {
    init?(_ step: InstanceStory.Step, _ reading: Reading, _ principal: Principal) throws {
        guard let wait = step.waitsFor else { return nil }
        title = step.title
        sentence = wait.sentence
        since = TimeView(wait.since, reading.now)
        // A link only for whom it opens.
        task = principal.may(.seeTasks) ? wait.task?.description : nil
        instance = wait.instance?.description
    }
}

extension StoryContent.StepRow {
    init(_ step: InstanceStory.Step, _ reading: Reading) throws {
        number = step.number
        title = step.title
        kind = step.kind
        badge = .step(step.phase)
        attempts = step.attempts > 1 ? step.attempts : nil
        started = TimeView(step.startedAt, reading.now)
        took = step.endedAt.map { Show.length($0.since(step.startedAt)) }
        actors = step.actors.isEmpty ? nil : try step.actors.map { try reading.name($0) }.joined(separator: ", ")
        input = step.input.flatMap { $0.isNull ? nil : $0.pretty }
        output = step.output.flatMap { $0.isNull ? nil : $0.pretty }
        problem = step.problem.map { $0["detail"]?.asString ?? $0["title"]?.asString ?? $0.text }
    }
}

extension InstanceStory {
    /// The steps that do something, in the order of the definition. One that stands in two branches of a choice is
    /// shown once: where it has begun, or where it comes first.
    var shownNodes: [Node] {
        let works = workflow.nodes.filter(\.kind.isWork)
        return works.filter { node in
            if steps.contains(where: { $0.pointer == node.pointer }) { return true }
            let namesakes = works.filter { $0.name == node.name }
            let hasBegun = namesakes.contains { other in steps.contains { $0.pointer == other.pointer } }
            return !hasBegun && namesakes.first?.pointer == node.pointer
        }
    }
}
