import JSON
import SirdarCore
import SirdarEngine

/// What somebody is told, where it goes, and how it fares.
struct NoticeSettings: Sendable {
    /// Where mail goes: their own address, or the one that follows from their name; `nil`: nowhere.
    let reaches: String?
    let ownAddress: String?
    let muted: Set<Notice.Kind>
    let sendsMail: Bool
    let lastSent: Timestamp?
    let waiting: Int
    let problem: String?

    init(_ person: Person, _ server: Server, _ reading: Reading) throws {
        let id = person.id.description
        let preference = NoticePreference(try reading.store.record(NoticePreference.kind, id))
        let mail = server.notifier?.policy.mail
        let box = try reading.store.mailbox(of: id)
        reaches = mail?.address(of: person, preference)
        ownAddress = preference.address
        muted = preference.muted
        sendsMail = mail != nil
        lastSent = box?.sentAt
        waiting = box.map { $0.notices.count + $0.dropped } ?? 0
        problem = box?.problem
    }

    var json: JSON {
        [
            "address": ownAddress.map(JSON.string) ?? .null, "reaches": reaches.map(JSON.string) ?? .null,
            "sends_mail": .bool(sendsMail),
            "kinds": .array(
                Notice.Kind.allCases.map { kind in
                    [
                        "kind": .string(kind.rawValue), "title": .string(kind.title),
                        "muted": .bool(muted.contains(kind)),
                    ]
                }
            ),
            "last_sent": lastSent.map { .string($0.description) } ?? .null,
            "waiting": .number(JSON.Number(waiting)), "problem": problem.map(JSON.string) ?? .null,
        ]
    }
}

/// What is on its way out, and what was given up.
struct Outgoing: Sendable {
    struct Line: Sendable {
        let channel: String
        let person: String?
        let notices: Int
        let problem: String?
        let at: Timestamp
    }

    let channels: [(name: String, trouble: String?)]
    /// Mailboxes with something in them; `at`: when the next letter goes at the earliest.
    let waiting: [Line]
    /// `at`: when it was given up; the last first.
    let undelivered: [Line]

    init(_ server: Server, _ reading: Reading) throws {
        channels = (server.notifier?.troubles ?? []).map { ($0.channel.description, $0.trouble) }
        waiting = try reading.store.mailboxes().filter { !$0.notices.isEmpty }.map { box in
            Line(
                channel: box.channel.description,
                person: try box.person.map { try reading.name($0) },
                notices: box.notices.count + box.dropped,
                problem: box.problem,
                at: box.nextAt
            )
        }
        let query = RecordQuery(kind: Undelivered.kind, descending: true, limit: 200)
        undelivered = try reading.store.records(query).compactMap(Undelivered.init).map { letter in
            Line(
                channel: letter.channel,
                person: try letter.person.map { try reading.name($0) },
                notices: letter.notices,
                problem: letter.problem,
                at: letter.at
            )
        }
    }

    var json: JSON {
        func lines(_ lines: [Line], _ when: String) -> JSON {
            .array(
                lines.map { line in
                    [
                        "channel": .string(line.channel), "person": line.person.map(JSON.string) ?? .null,
                        "notices": .number(JSON.Number(line.notices)),
                        "problem": line.problem.map(JSON.string) ?? .null,
                        when: .string(line.at.description),
                    ]
                }
            )
        }
        return [
            "channels": .array(
                channels.map { ["channel": .string($0.name), "trouble": $0.trouble.map(JSON.string) ?? .null] }
            ),
            "waiting": lines(waiting, "next_at"), "undelivered": lines(undelivered, "given_up_at"),
        ]
    }
}
