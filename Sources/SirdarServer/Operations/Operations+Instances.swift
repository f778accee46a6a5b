import JSON
import SirdarCore
import SirdarEngine

// Instances, and what supervisors do to them; workflows and their versions.
extension Operation {
    static let listInstances = look(
        "listInstances",
        "Instances of the projects that you see, the newest first.",
        [.text("state", "`open` or `ended`; both when nothing is said.")] + .paging,
        .page(of: .Instance)
    )
    static let readInstance = look("readInstance", "An instance and its story.", .named(.InstanceStory))
    static let cancelInstance = act(
        "cancelInstance",
        "Cancels an instance. What began is undone.",
        .needed(["reason": .words()]),
        .named(.InstanceStory)
    )
    static let drawInstance = look(
        "drawInstance",
        "The picture of an instance, with how each step stands.",
        .file("image/svg+xml", "The picture.")
    )
    static let explainInstance = look(
        "explainInstance",
        "Why an instance does not move, and what to try.",
        .named(.Explanation)
    )
    static let followChanges = look(
        "followChanges",
        "What happens, as server-sent events, from now on or after the entry that `after` or `Last-Event-ID` names.",
        [
            .text("after", "The number of the entry that was told last."), .text("queue", "Only of this queue."),
            .text("project", "Only of this project."), .text("instance", "Only of this instance."),
        ],
        .file("text/event-stream", "An event for each entry that you may see, and a comment now and then.")
    )
    static let suspendInstance = mend("suspendInstance", "Lets no new step begin; what runs finishes.")
    static let resumeInstance = mend("resumeInstance", "Lets steps begin again.")
    static let retryStep = mend(
        "retryStep",
        "Tries a step again, with another input or the same.",
        ["input": .anything]
    )
    static let skipStep = mend("skipStep", "Skips a step, where its workflow allows that.", ["output": .anything])
    static let giveUpStep = mend("giveUpStep", "Gives a step up: it has failed.")
    static let editInput = mend("editInput", "Changes what a step is to be given.", needed: "input")
    static let editContext = mend("editContext", "Changes the context.", needed: "context")
    static let rewindInstance = act(
        "rewindInstance",
        "Goes back to an earlier step, and undoes what began since.",
        .needed(["reason": .words(), "step": .whole]),
        .named(.InstanceStory)
    )

    private static func mend(
        _ id: String,
        _ summary: String,
        _ optional: KeyValuePairs<String, Shape> = [:]
    ) -> Operation { act(id, summary, .needed(["reason": .words()], optional: optional), .named(.InstanceStory)) }

    private static func mend(_ id: String, _ summary: String, needed: String) -> Operation {
        act(
            id,
            summary,
            .needed(["reason": .words(), needed: Shape(["not": ["type": "null"]])]),
            .named(.InstanceStory)
        )
    }

    // MARK: Workflows

    static let listWorkflows = look("listWorkflows", "Every version that is deployed.", .whole, .page(of: .Workflow))
    static let deployWorkflow = act(
        "deployWorkflow",
        "Deploys a version, or with `dry_run` says what would become of it.",
        .needed(
            ["source": .words(YAMLSource.bytesMax)],
            optional: [
                "file": .note(255), "runbooks": .map(of: .text), "dry_run": .flag, "reason": .note(),
            ]
        ),
        .ok(.named(.Deployment), "It was there, or this was a dry run."),
        .made(.named(.Deployment))
    )
    static let readVersions = look("readVersions", "The versions of a workflow.", .named(.WorkflowVersions))
    static let readVersion = look("readVersion", "A version, with its text.", .named(.WorkflowVersion))
    static let compareVersions = look(
        "compareVersions",
        "What a version has that another has not.",
        [.text("from", "The other one; the one before it when nothing is said.")],
        .named(.Difference)
    )
    static let drawWorkflow = look(
        "drawWorkflow",
        "The picture of a version.",
        [.one(of: Diagram.Format.allCases.map(\.rawValue), "format", "In which form; svg when nothing is said.")],
        .file("image/svg+xml", "The picture; as a text for the other forms.")
    )
    static let activateVersion = act(
        "activateVersion",
        "Says which version new instances get; the newest when none is named.",
        .needed(["reason": .words()], optional: ["version": .note()]),
        .named(.WorkflowVersions)
    )
    static let migrateInstances = act(
        "migrateInstances",
        "Moves running instances to another version, or with `dry_run` says which would move; otherwise it needs a "
            + "reason.",
        .needed(
            ["from": .words(), "to": .words()],
            optional: [
                "renamed": .map(of: .text), "instances": .list(of: .identifier, 0...MigrationWish.pageMax),
                "dry_run": .flag, "cursor": .note(), "reason": .note(),
            ]
        ),
        .named(.Migration)
    )
}
