import SirdarCore
import SirdarEngine

// What is stopped, and what people are told.
extension Operation {
    static let listStops = look(
        "listStops",
        "What is stopped, and beside it what there is to stop.",
        .whole,
        .ok(
            .answer([
                "items": .list(of: .named(.Stop)), "next": .text.orNull, "known": .map(of: .list(of: .text)),
            ])
        )
    )
    static let setStop = act(
        "setStop",
        "Lets nothing new begin on a queue, location, cloud, action or workflow; what runs finishes.",
        .needed(["reason": .words(Stop.reasonBytesMax)]),
        .named(.Stop)
    )
    static let liftStop = act(
        "liftStop",
        "Lets begin again what a stop held back.",
        .needed(["reason": .words(Stop.reasonBytesMax)]),
        .nothing
    )

    static let readNotices = look("readNotices", "What you are told, and where.", .named(.Notices))
    static let changeNotices = act(
        "changeNotices",
        "Changes where you are told, and of what not.",
        .optional([
            "address": .note(MailAddress.bytesMax), "muted": .list(of: .one(of: Notice.Kind.self)),
        ]),
        .named(.Notices)
    )
    static let tryNotices = act(
        "tryNotices",
        "Sends a notification to yourself.",
        .optional([:]),
        Answer(status: 202, about: "It is on its way.", shape: .answer(["asked": .flag]))
    ).keeping(.nothing)
    static let listOutgoing = look(
        "listOutgoing",
        "What waits to be sent, and what was given up.",
        .ok(.object)
    )
    static let muteNotices = act(
        "muteNotices",
        "Mutes the kinds that a link in a mail names; the link itself proves whose it is (RFC 8058).",
        query: [.needed("token", "What stands in the link.")],
        .none,
        .ok(.answer(["muted": .flag]))
    ).keeping(.nothing)

    static let listAbsences = look("listAbsences", "Who is away, and who stands in.", .whole, .page(of: .Absence))
    static let setOwnAbsence = away("setOwnAbsence", "Says that you are away, and who stands in for you.")
    static let endOwnAbsence = act("endOwnAbsence", "Says that you are back.", .none, .nothing)
    static let setAbsence = away("setAbsence", "Says that somebody else is away, and who stands in for them.")
    static let endAbsence = act("endAbsence", "Says that somebody else is back.", .none, .nothing)

    private static func away(_ id: String, _ summary: String) -> Operation {
        act(
            id,
            summary,
            .needed(["until": .words()], optional: ["from": .note(), "substitute": .note(64)]),
            .named(.Absence)
        )
    }
}
