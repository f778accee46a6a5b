/// What a machine said when each event was put to each of its states: as a table, and as a picture.
struct Chart {
    let title: String
    let introduction: String
    /// What the left column of the table is called.
    let events: String
    private(set) var states: [String] = []
    private(set) var rows: [(event: String, answers: [String: Answer])] = []

    enum Answer: Hashable {
        case goes(to: String)
        /// Refused by name; nothing changes.
        case refused(String)
        /// It means nothing to this machine.
        case none
    }

    init(_ title: String, _ introduction: String, events: String, states: [String]) {
        (self.title, self.introduction, self.events, self.states) = (title, introduction, events, states)
    }

    mutating func put(_ event: String, to state: String, _ answer: Answer) {
        if !rows.contains(where: { $0.event == event }) { rows.append((event, [:])) }
        for index in rows.indices where rows[index].event == event { rows[index].answers[state] = answer }
    }

    var markdown: String {
        """
        ## \(title)

        \(introduction)

        ```mermaid
        stateDiagram-v2
        \(arrows.map { "    \($0)" }.joined(separator: "\n"))
        ```

        \(table)

        """
    }

    private var table: String {
        let head = "| \(events) | \(states.joined(separator: " | ")) |"
        let rule = "| --- |\(String(repeating: " --- |", count: states.count))"
        let lines = rows.map { row in
            "| \(row.event) | \(states.map { cell(row.answers[$0] ?? .none, in: $0) }.joined(separator: " | ")) |"
        }
        return ([head, rule] + lines).joined(separator: "\n")
    }

    private func cell(_ answer: Answer, in state: String) -> String {
        switch answer {
        case .goes(to: state): "stays"
        case .goes(let other): "**\(other)**"
        case .refused(let why): "*\(why)*"
        case .none: "–"
        }
    }

    /// One arrow for each pair of states, with everything that leads from the one to the other.
    private var arrows: [String] {
        var labels: [[String]: [String]] = [:]
        var order: [[String]] = []
        for state in states {
            for row in rows {
                guard case .goes(let other) = row.answers[state] ?? .none, other != state else { continue }
                if labels[[state, other]] == nil { order.append([state, other]) }
                labels[[state, other], default: []].append(row.event)
            }
        }
        let ends = states.filter { state in !order.contains { $0[0] == state } }
        return order.map { "\($0[0]) --> \($0[1]): \(labels[$0, default: []].joined(separator: ", "))" }
            + ends.map { "\($0) --> [*]" }
    }
}
