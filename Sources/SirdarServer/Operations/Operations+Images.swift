import JSON
import SirdarCore
import SirdarEngine
import SirdarImages

// Projects, machines, images and requests.
extension Operation {
    private static let project = Parameter.text("project", "Only of this project.")
    private static let path = Parameter.needed("path", "The file's absolute path.")

    static let listProjects = look("listProjects", "The projects that you see.", .whole, .page(of: .Project))
    static let readProject = look("readProject", "A project.", .named(.Project))
    static let putProject = act(
        "putProject",
        "Says what a project is, as the files of `config/projects/` do; a project of such a file stays as it is there. "
            + "With `dry_run=true` nothing is kept.",
        query: [.one(of: ["true", "false"], "dry_run", "Only say what would change.")],
        .needed(
            [
                "location": .words(64), "network": .words(64),
                "storage": .request(
                    ["address": .words(253)],
                    optional: ["kind": .note(32), "exportPath": .note(1024), "mountPoint": .note(1024)]
                ),
                "manager": .request(
                    ["address": .words(253)],
                    optional: [
                        "kind": .note(32), "connection": .one(of: Project.Manager.Connection.self),
                        "port": .whole(1...65_535),
                    ]
                ),
            ],
            optional: ["code": .words(32), "title": .note(100), "currency": .words(3)]
        ),
        .ok(intake),
        .made(intake)
    ).matching(.may)
    private static let intake = Shape.answer([
        "project": .named(.Project), "dry_run": .flag, "created": .flag,
        "changes": .list(of: .answer(["pointer": .text, "before": .anything, "after": .anything])),
    ])
    static let listLocations = look("listLocations", "Where images can be.", .whole, .page(of: .Location))
    static let listMachines = look("listMachines", "Machines.", [project] + .whole, .page(of: .Machine))
    static let readMachine = look("readMachine", "A machine.", .named(.Machine))
    static let setPower = act(
        "setPower",
        "Turns a machine on or off.",
        .needed(["power": .one(of: ["on", "off"])]),
        .named(.Machine)
    )
    static let listFiles = look(
        "listFiles",
        "What is in a folder of a machine's disk.",
        [.text("path", "The folder's absolute path; the root when nothing is said.")] + .whole,
        .page(of: .File)
    )
    static let readFile = look(
        "readFile",
        "The content of a file on a machine's disk.",
        [path],
        .file("application/octet-stream", "The file; `ETag` has its digest.")
    )
    static let writeFile = act(
        "writeFile",
        "Writes a file on a machine's disk; with `If-Match` only where it still has the content that this names.",
        query: [path],
        .bytes,
        .ok(.answer(["path": .text, "digest": .text, "bytes": .whole]))
    ).matching(.may)
    static let removeFile = act(
        "removeFile",
        "Removes a file from a machine's disk; one that is not there is gone already.",
        query: [path],
        .none,
        .ok(.answer(["path": .text, "removed": .flag]))
    )
    static let listImages = look(
        "listImages",
        "Images, the newest first.",
        [
            project,
            .text("state", "Only in this state: saved, building, built …; `present`: not deleted or withdrawn."),
            .text("q", "Only with this in the name or description."),
            .one(of: ["true", "false"], "golden", "`true`: only golden ones."),
        ] + .paging,
        .page(of: .Image)
    )
    static let readImage = look("readImage", "An image.", .named(.Image))
    static let listRequests = look("listRequests", "Requests, the newest first.", .paging, .page(of: .Request))
    static let makeRequest = act(
        "makeRequest",
        "Asks for an image: of a machine, as a copy, for another project, or to be deleted.",
        .json(wish, isNeeded: true),
        .made(.named(.Request))
    )
    static let readRequest = look("readRequest", "A request, with what its requester is asked.", .named(.Request))
    static let withdrawRequest = act(
        "withdrawRequest",
        "Withdraws a request. What began is undone.",
        .optional(["reason": .note()]),
        .named(.Request)
    )

    /// One of four forms; which members go with which kind, the server says.
    private static var wish: Shape {
        func wish(_ kind: RequestKind, _ members: [(String, Shape)], optional: [(String, Shape)] = []) -> Shape {
            var properties: JSON.Object = ["kind": ["const": .string(kind.rawValue)]]
            for (name, shape) in members + optional { properties[name] = shape.json }
            properties["on_behalf_of"] = Shape.identifier.json
            return Shape([
                "type": "object", "properties": .object(properties), "additionalProperties": false,
                "required": .array((["kind"] + members.map(\.0)).map(JSON.string)),
            ])
        }
        let (image, name) = (("image", Shape.identifier), ("name", Shape.words(128)))
        return Shape([
            "oneOf": .array(
                [
                    wish(.create, [("machine", .words()), name], optional: [("description", .note())]),
                    wish(.copy, [image, name, ("location", .words(64))]),
                    wish(.adapt, [image, name, ("project", .words(64))]),
                    wish(.delete, [image], optional: [("reason", .note())]),
                ].map(\.json)
            )
        ])
    }
}
