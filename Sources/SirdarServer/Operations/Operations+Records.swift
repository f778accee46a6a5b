import JSON
import SirdarCore
import SirdarEngine

// The process, the journal, events, people, tokens and sessions.
extension Operation {
    static let describe = look(
        "describe",
        "This description, as OpenAPI 3.1.",
        .ok(.object, "The description.")
    )

    // MARK: The journal

    static let listEntries = look(
        "listEntries",
        "Entries of the journal. To look for what somebody else did is an entry itself.",
        [
            .text("person", "Only of this person: a name or an identifier."),
            .text("object", "Only of this object: an identifier."), .text("action", "Only of this action."),
            .one(of: ["done", "refused", "any"], "outcome", "Only what was done, or what was refused."),
            .text("from", "From this time on."), .text("to", "Before this time."),
            .one(of: ["newest", "oldest"], "order", "The newest first, when nothing is said."), .limit, .cursor,
        ],
        .page(of: .Entry)
    )
    static let readEntry = look("readEntry", "An entry, with its canonical form and its nonce.", .named(.Entry))
    static let proveEntry = look(
        "proveEntry",
        "The proof that an entry is in the journal, in the form of C2SP.",
        .file("text/plain", "The proof.")
    )
    static let listCheckpoints = look(
        "listCheckpoints",
        "The signed checkpoints, the newest first, and the key that they verify with.",
        .paging,
        .ok(
            .answer([
                "items": .list(of: .named(.Checkpoint)), "next": .text.orNull, "key": .text, "state": .text,
            ])
        )
    )
    static let exportJournal = look(
        "exportJournal",
        "A bundle that verifies without this server. That it was given out is an entry.",
        [
            Parameter(name: "from", kind: .whole(1...Int.max), about: "The first entry."),
            Parameter(name: "to", kind: .whole(1...Int.max), about: "The last entry."),
        ],
        .file("application/octet-stream", "The bundle.")
    )
    static let examine = look(
        "examine",
        "Examines the store, the journal's proof and every instance.",
        .ok(.answer(["sound": .flag, "findings": .list(of: .named(.Finding))]))
    )
    static let makeBackup = act(
        "makeBackup",
        "A whole copy of the store as of now.",
        .optional([:]),
        .file("application/vnd.sqlite3", "The copy.")
    ).keeping(.nothing)

    // MARK: Events

    static let listEvents = look(
        "listEvents",
        "Events that came lately, the newest first.",
        [.text("type", "Only of this type.")] + .paging,
        .page(of: .Event)
    )
    static let sendEvent = Operation(
        id: "sendEvent",
        summary: "Takes a CloudEvent; one that came before is not taken twice.",
        body: .json(
            .answer(
                ["specversion": Shape(["const": "1.0"]), "id": .words(), "source": .words(), "type": .words()],
                optional: ["subject": .text, "time": .time, "data": .anything, "datacontenttype": .text]
            ),
            isNeeded: true
        ),
        answers: [Answer(status: 202, about: "It is durable.", shape: .named(.EventReceipt))],
        mayConflict: true
    )

    // MARK: People

    private static let rights: KeyValuePairs<String, Shape> = [
        "title": .note(128), "roles": .list(of: .one(of: Role.self)), "projects": .list(of: .text),
        "queues": .list(of: .text), "skills": .list(of: .text), "service": .flag, "password": password,
    ]
    private static let password = Shape(["type": "string", "minLength": 1, "maxLength": 512, "pattern": "\\S"])
    private static let name = Shape([
        "type": "string", "pattern": "^[a-z0-9][a-z0-9._-]*$", "maxLength": .number(JSON.Number(Person.nameMax)),
    ])

    static let readMe = look("readMe", "Who you are here.", .named(.Person))
    static let changePassword = act(
        "changePassword",
        "Changes your password; your other sessions end.",
        .needed(["current": password, "password": password]),
        .nothing
    )
    static let listPeople = look("listPeople", "Everybody.", .whole, .page(of: .Person))
    static let readPerson = look("readPerson", "A person.", .named(.Person))
    static let addPerson = act(
        "addPerson",
        "Adds a person, or a service.",
        .needed(["name": name], optional: rights),
        .made(.named(.Person))
    )
    static let changePerson = act(
        "changePerson",
        "Changes a person. Who is disabled is out at once.",
        .optional([
            "title": .note(128), "roles": .list(of: .one(of: Role.self)), "projects": .list(of: .text),
            "queues": .list(of: .text), "skills": .list(of: .text), "disabled": .flag,
        ]),
        .named(.Person)
    ).matching(.must)
    static let setPassword = act(
        "setPassword",
        "Gives a person another password; their sessions end.",
        .needed(["password": password]),
        .nothing
    )
    static let makeResetLink = act(
        "makeResetLink",
        "Makes a link with which a person chooses a password, once and within a day. It is shown this once.",
        .optional([:]),
        .made(.answer(["link": .text, "expires_at": .time]))
    ).keeping(.fact)
    static let listTokens = look("listTokens", "Your tokens, without what they consist of.", .whole, .page(of: .Token))
    static let makeToken = act(
        "makeToken",
        "Makes a token, which is shown this once.",
        .needed(
            ["name": .words(64)],
            optional: ["scopes": .list(of: .one(of: TokenScope.self)), "days": .whole(1...365)]
        ),
        .made(.named(.Token))
    ).keeping(.fact)
    static let makeTokenOf = act(
        "makeTokenOf",
        "Makes a token of a service, which is shown this once.",
        .needed(
            ["name": .words(64)],
            optional: ["scopes": .list(of: .one(of: TokenScope.self)), "days": .whole(1...365)]
        ),
        .made(.named(.Token))
    ).keeping(.fact)
    static let revokeToken = act("revokeToken", "Makes a token invalid, at once and for good.", .none, .nothing)
    static let listSessions = look("listSessions", "Where you are signed in.", .whole, .page(of: .Session))
    static let endSession = act("endSession", "Ends a session of yours.", .none, .nothing)
}
