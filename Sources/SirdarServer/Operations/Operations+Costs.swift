import SirdarEngine

// What images and projects cost.
extension Operation {
    private static let amount = Shape.answer(["amount": .text, "currency": .text, "words": .text])
    private static let sum = Shape.answer(["amounts": .list(of: amount), "unknown_rows": .whole, "words": .text])
    private static let week = Parameter.text(
        "week",
        "A week of ISO 8601, as 2026-W48; the present one when nothing is said."
    )

    static let listPrices = look(
        "listPrices",
        "What things cost, by location and from when; what is null is unknown.",
        .whole,
        .ok(
            .page(
                of: .answer([
                    "location": .text, "from": .time, "currency": .text, "storage": .text.orNull,
                    "machine": .text.orNull, "transfer": .text.orNull,
                ])
            )
        )
    )
    static let readImageCosts = look(
        "readImageCosts",
        "What an image costs this week and cost in each week of a range of days.",
        [
            .text("from", "The first day, as 2026-10-01; seven weeks back when nothing is said."),
            .text("to", "The last day; today when nothing is said."),
        ],
        .ok(
            .answer([
                "image": .identifier, "name": .text, "project": .text, "as_of": .time, "this_week": sum,
                "weekly_rate": sum, "is_costing": .flag, "total": sum, "transfers": sum,
                "weeks": .list(
                    of: .answer([
                        "week": .text, "from": .time, "to": .time, "held_hours": .text, "bytes": .whole.orNull,
                        "cost": sum, "transfer": sum, "demonstration": .flag,
                    ])
                ),
            ])
        )
    )
    static let readProjectCosts = look(
        "readProjectCosts",
        "What a project cost in a week, compared to the week before.",
        [week],
        .ok(
            .answer([
                "project": .text, "week": .text, "from": .time, "to": .time, "whole_week": .flag, "total": sum,
                "week_before": sum, "change": .list(of: amount), "demonstration": .flag,
                "locations": .list(of: .answer(["location": .text, "cost": sum])),
                "groups": .list(of: .answer(["group": .text, "cost": sum, "lines": .list(of: line)])),
            ])
        )
    )
    private static let line = Shape.answer([
        "name": .text, "image": Shape.identifier.orNull, "location": .text, "from": .time, "to": .time,
        "held_hours": .text, "bytes": .whole.orNull, "price": .text.orNull, "cost": sum, "source": .text,
    ])
    static let exportProjectCosts = look(
        "exportProjectCosts",
        "What a project cost in a week, as a table for spreadsheets.",
        [week],
        .file(
            "text/csv",
            "A line for each row of the ledger, with all places of its amounts."
        )
    )
    private static let estimate = Shape.answer([
        "words": .text, "location": .text, "method": .text, "currency": .text.orNull, "measured_bytes": .whole.orNull,
        "upper_bytes": .whole, "weekly": .text.orNull, "weekly_at_most": .text.orNull, "transfer_once": .text.orNull,
    ])
    static let estimateImage = Operation(
        id: "estimateImage",
        summary: "What an image of a machine would cost a week; the machine must be off.",
        answers: [.ok(estimate)],
        mayConflict: true
    )
    static let estimateCopy = Operation(
        id: "estimateCopy",
        summary: "What a copy of an image would cost a week in another location, and once for sending it.",
        query: [.needed("location", "Where the copy is to be.")],
        answers: [.ok(estimate)],
        mayConflict: true
    )
    static let correctCosts = act(
        "correctCosts",
        "Puts right what was charged wrongly, by a line of its own; the amount is of either sign.",
        .needed(
            ["amount": .words(32), "reason": .words(200)],
            optional: ["image": .identifier, "day": .note(10)]
        ),
        .made(.answer(["project": .text, "amount": .text, "currency": .text, "day": .text, "week": .text]))
    )
}
