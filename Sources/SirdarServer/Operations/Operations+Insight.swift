// Where the hours of manual steps go.
extension Operation {
    private static let sum = Shape.answer([
        "tasks": .whole, "completed": .whole, "first_time_right": .whole, "due": .whole, "in_time": .whole,
        "returns": .whole, "working_hours": .text, "rework_hours": .text, "on_hold_hours": .text,
        "waiting_hours": .text,
    ])

    private static let step = Shape.answer([
        "workflow": .text, "step": .text, "kind": .one(of: ["manual", "triage"]), "sum": sum,
    ])

    private static let query: [Parameter] = [
        .text("to", "The last week, as 2026-W48; the present one when nothing is said."),
        Parameter(
            name: "weeks",
            kind: .whole(1...InsightQuery.weeksMax),
            about: "How many weeks up to it; \(InsightQuery.weeksDefault) when nothing is said."
        ),
        .text("queue", "Only of this queue; of all that one may see when nothing is said."),
    ]

    static let readInsight = look(
        "readInsight",
        "Where the hours of tasks went that ended in a range of weeks, by step (the dearest first), queue and week.",
        query,
        .ok(
            .answer([
                "from": .text, "to": .text, "queue": Shape.text.orNull, "as_of": .time, "total": sum,
                "steps": .list(of: step), "queues": .list(of: .answer(["queue": .text, "sum": sum])),
                "weeks": .list(of: .answer(["week": .text, "sum": sum])),
            ])
        )
    )
    static let exportInsight = look(
        "exportInsight",
        "The same as a table for spreadsheets.",
        query,
        .file("text/csv", "A line for each step in each queue and week.")
    )
}
