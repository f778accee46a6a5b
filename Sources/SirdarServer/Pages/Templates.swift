import Mustache

/// The pages' templates, built into the program. Every value is escaped; only a page's own body is not.
struct Templates: Sendable {
    private let library: MustacheLibrary

    enum Name: String, CaseIterable {
        case layout, signIn, trouble, queue, task, taskList, images, image, machines, ask, requests, story, steps,
            entries
        case journal, explanation, workflows, workflow, diagram, keys, me, badge, time, field, tick, evidence, operation
        case versions, supervision, interface, reset, stops, notices, mute, outgoing, absence, costs, imageCosts
        case profiles, profile, profileForm, machineForm, insight, columns, hours, files
        case people, person, retention
    }

    /// - Throws: when a template cannot be parsed.
    init() throws {
        var library = MustacheLibrary()
        for name in Name.allCases {
            let text = String(decoding: Self.bytes(of: name), as: UTF8.self)
            library.register(try MustacheTemplate(string: text), named: name.rawValue)
        }
        self.library = library
    }

    func render(_ name: Name, _ values: some Any) -> String {
        guard let text = library.render(values, withTemplate: name.rawValue) else {
            preconditionFailure("every template is registered at the start")
        }
        return text
    }

    private static func bytes(of name: Name) -> [UInt8] {
        switch name {
        case .layout: PackageResources.layout_mustache
        case .signIn: PackageResources.signIn_mustache
        case .trouble: PackageResources.trouble_mustache
        case .queue: PackageResources.queue_mustache
        case .task: PackageResources.task_mustache
        case .taskList: PackageResources.taskList_mustache
        case .images: PackageResources.images_mustache
        case .image: PackageResources.image_mustache
        case .machines: PackageResources.machines_mustache
        case .ask: PackageResources.ask_mustache
        case .requests: PackageResources.requests_mustache
        case .story: PackageResources.story_mustache
        case .steps: PackageResources.steps_mustache
        case .entries: PackageResources.entries_mustache
        case .journal: PackageResources.journal_mustache
        case .explanation: PackageResources.explanation_mustache
        case .workflows: PackageResources.workflows_mustache
        case .workflow: PackageResources.workflow_mustache
        case .diagram: PackageResources.diagram_mustache
        case .keys: PackageResources.keys_mustache
        case .me: PackageResources.me_mustache
        case .badge: PackageResources.badge_mustache
        case .time: PackageResources.time_mustache
        case .field: PackageResources.field_mustache
        case .tick: PackageResources.tick_mustache
        case .evidence: PackageResources.evidence_mustache
        case .operation: PackageResources.operation_mustache
        case .versions: PackageResources.versions_mustache
        case .supervision: PackageResources.supervision_mustache
        case .costs: PackageResources.costs_mustache
        case .imageCosts: PackageResources.imageCosts_mustache
        case .profiles: PackageResources.profiles_mustache
        case .profile: PackageResources.profile_mustache
        case .profileForm: PackageResources.profileForm_mustache
        case .machineForm: PackageResources.machineForm_mustache
        case .insight: PackageResources.insight_mustache
        case .columns: PackageResources.columns_mustache
        case .files: PackageResources.files_mustache
        case .hours: PackageResources.hours_mustache
        case .people: PackageResources.people_mustache
        case .person: PackageResources.person_mustache
        case .retention: PackageResources.retention_mustache
        case .interface: PackageResources.interface_mustache
        case .reset: PackageResources.reset_mustache
        case .stops: PackageResources.stops_mustache
        case .notices: PackageResources.notices_mustache
        case .mute: PackageResources.mute_mustache
        case .outgoing: PackageResources.outgoing_mustache
        case .absence: PackageResources.absence_mustache
        }
    }
}
