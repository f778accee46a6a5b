import JSON
import SirdarEngine

// The accounts of others, and how long what names people is kept.
extension Operation {
    private static let identity = Shape.answer(["id": .text, "issuer": .text, "subject": .text, "created_at": .time])
    static let listIdentities = look(
        "listIdentities",
        "Who a person is to the identity provider.",
        .whole,
        .ok(.page(of: identity), "All of them.")
    )
    static let linkIdentity = act(
        "linkIdentity",
        "Lets a person sign in as somebody whom the identity provider knows by this subject.",
        .needed(
            ["subject": .words(Identity.subjectBytesMax)],
            optional: ["issuer": .words(Identity.issuerBytesMax)]
        ),
        .made(identity)
    )
    static let unlinkIdentity = act(
        "unlinkIdentity",
        "Lets a person sign in as that no more; their sessions end.",
        .none,
        .nothing
    )
    static let listSessionsOf = look("listSessionsOf", "Where a person is signed in.", .whole, .page(of: .Session))
    static let endSessionsOf = act(
        "endSessionsOf",
        "Ends every session of a person.",
        .none,
        .ok(.answer(["ended": .whole]), "How many there were.")
    )
    static let listTokensOf = look(
        "listTokensOf",
        "A person's tokens, without what they consist of.",
        .whole,
        .page(of: .Token)
    )
    static let revokeTokenOf = act(
        "revokeTokenOf",
        "Makes a person's token invalid, at once and for good.",
        .none,
        .nothing
    )
    static let erasePerson = act(
        "erasePerson",
        "Takes away what says who a person was, for good; what they did stays. The reason must not name them.",
        .needed(["reason": .words()]),
        .ok(.answer(["entries": .whole, "comments": .whole, "records": .whole]), "How much was taken away.")
    )

    private static let retention = Shape.answer([
        "kinds": .list(
            of: .answer([
                "kind": .one(of: RetentionPolicy.Kind.self), "period": .text.orNull, "due": .whole,
                "oldest": .time.orNull,
            ])
        ),
        "last_sweep": .time.orNull,
    ])
    static let readRetention = look(
        "readRetention",
        "How long names and free text are kept, by kind, and what is older than that now.",
        .ok(retention)
    )
    static let sweepRetention = act(
        "sweepRetention",
        "Takes away what is older than it is to be kept, now and not at the next daily time; or only says what it is.",
        .optional(["dry_run": .flag]),
        .ok(retention, "What was taken away, or would be.")
    )
}
