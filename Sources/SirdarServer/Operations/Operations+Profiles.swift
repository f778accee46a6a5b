import SirdarImages

// Build profiles, and the machines that are made from them.
extension Operation {
    private static let types = Shape.one(of: BuildProfile.types)

    static let listProfiles = look(
        "listProfiles",
        "Build profiles, those in use first.",
        [
            .text("project", "Only of this project."),
            .one(of: ["true", "false"], "retired", "`true`: also those that are retired."),
        ] + .whole,
        .page(of: .Profile)
    )
    static let readProfile = look(
        "readProfile",
        "A build profile; `refusal` says why no machines can be made from it now.",
        .named(.Profile)
    )
    static let addProfile = act(
        "addProfile",
        "Makes a build profile: a template for machines of a project, with the image that they are made of.",
        .needed(
            [
                "project": .words(64), "name": .words(BuildProfile.nameBytesMax), "type": types, "image": .identifier,
            ],
            optional: ["description": .note(BuildProfile.descriptionBytesMax)]
        ),
        .made(.named(.Profile))
    )
    static let changeProfile = act(
        "changeProfile",
        "Changes a build profile's name, description or image; machines that were made from it stay as they are.",
        .optional([
            "name": .words(BuildProfile.nameBytesMax), "description": .note(BuildProfile.descriptionBytesMax),
            "image": .identifier,
        ]),
        .named(.Profile)
    ).matching(.must)
    static let retireProfile = act(
        "retireProfile",
        "Retires a build profile: no more machines are made from it, and its name is free.",
        .optional(["reason": .note()]),
        .named(.Profile)
    ).matching(.may)
    static let listImageChoices = look(
        "listImageChoices",
        "The images that a project has, and which of them a build profile can name; of the others, why not.",
        [
            Parameter(name: "type", kind: .one(of: BuildProfile.types), isNeeded: true, about: "The machines' type.")
        ] + .whole,
        .page(of: .ImageChoice)
    )
}
