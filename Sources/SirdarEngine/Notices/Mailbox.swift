package import JSON
package import SirdarCore

/// By which way a letter goes.
package enum Channel: Sendable, Hashable, CustomStringConvertible {
    case mail
    /// A webhook of the configuration, by its name.
    case webhook(String)

    package var description: String {
        switch self {
        case .mail: "mail"
        case .webhook(let name): "webhook/\(name)"
        }
    }
}

/// What one addressee has still to be told by one channel. A record of its own, so that one who cannot be reached holds
/// up nobody else.
package struct Mailbox: Sendable, Hashable {
    static let kind = "mailbox"

    package let channel: Channel
    /// A person's identifier; a webhook has none.
    package let person: String?
    package internal(set) var notices: [Waiting] = []
    /// Notices for which there was no room.
    package internal(set) var dropped = 0
    /// When the last letter went.
    package internal(set) var sentAt: Timestamp?
    /// When the next may go.
    package internal(set) var nextAt: Timestamp
    /// Attempts since the last letter that went.
    package internal(set) var attempts = 0
    /// What went wrong at the last attempt.
    package internal(set) var problem: String?

    package struct Waiting: Sendable, Hashable {
        package let id: Identifier
        package let notice: Notice
    }

    static let noticesMax = 50

    init(_ channel: Channel, person: String?, at now: Timestamp) {
        self.channel = channel
        self.person = person
        nextAt = now
    }

    var key: String { Self.key(channel, person) }

    static func key(_ channel: Channel, _ person: String?) -> String {
        person.map { "\(channel)/\($0)" } ?? "\(channel)"
    }

    /// The same about the same thing is told once.
    mutating func put(_ notice: Notice, _ id: Identifier) {
        let isThere = notices.contains { waiting in
            waiting.id == id
                || waiting.notice.kind == notice.kind && waiting.notice.about == notice.about
                    && waiting.notice.at == notice.at
        }
        guard !isThere else { return }
        guard notices.count < Self.noticesMax else {
            dropped += 1
            return
        }
        notices.append(Waiting(id: id, notice: notice))
    }

    /// A letter with these has gone.
    mutating func sent(_ letter: [Waiting], droppedToo: Int, at now: Timestamp, next: Timestamp) {
        let ids = Set(letter.map(\.id))
        notices.removeAll { ids.contains($0.id) }
        dropped = max(0, dropped - droppedToo)
        sentAt = now
        nextAt = next
        attempts = 0
        problem = nil
    }

    mutating func failed(_ why: String, next: Timestamp) {
        attempts += 1
        problem = String(why.prefix(300))
        nextAt = next
    }
}

extension Mailbox {
    init?(_ record: Record) {
        guard let nextAt = record.body["nextAt"]?.asString.flatMap(Timestamp.init) else { return nil }
        let channel: Channel =
            record.scope == Channel.mail.description
            ? .mail : .webhook(String(record.scope.dropFirst("webhook/".count)))
        self.init(channel, person: record.body["person"]?.asString, at: nextAt)
        notices = (record.body["notices"]?.asArray ?? []).compactMap { json in
            guard let id = json["id"]?.asString.flatMap({ Identifier($0) }), let notice = Notice(json: json) else {
                return nil
            }
            return Waiting(id: id, notice: notice)
        }
        dropped = record.body["dropped"]?.asInt ?? 0
        sentAt = record.body["sentAt"]?.asString.flatMap(Timestamp.init)
        attempts = record.body["attempts"]?.asInt ?? 0
        problem = record.body["problem"]?.asString
    }

    /// The change that makes a record of it; `record`: as it was read, whose version it must still have.
    func change(from record: Record?) -> RecordChange {
        var body: JSON.Object = [
            "nextAt": .string(nextAt.description),
            "notices": .array(
                notices.map { waiting in
                    var json = waiting.notice.json
                    json["id"] = .string(waiting.id.description)
                    return .object(json)
                }
            ),
        ]
        body["person"] = person.map(JSON.string)
        body["dropped"] = dropped == 0 ? nil : .number(JSON.Number(dropped))
        body["sentAt"] = sentAt.map { .string($0.description) }
        body["attempts"] = attempts == 0 ? nil : .number(JSON.Number(attempts))
        body["problem"] = problem.map(JSON.string)
        return RecordChange(
            kind: Self.kind,
            key: key,
            scope: channel.description,
            body: .object(body),
            expecting: record.map { .version($0.version) } ?? .absent
        )
    }
}

/// What somebody wants to be told of, and where.
package struct NoticePreference: Sendable, Hashable {
    package static let kind = "noticePreference"

    /// An address of their own; `nil`: as the installation makes it from the name.
    package var address: String?
    package var muted: Set<Notice.Kind> = []

    package init() {}

    package init(_ record: Record?) {
        address = record?.body["address"]?.asString
        let names = record?.body["muted"]?.asArray?.compactMap(\.asString) ?? []
        muted = Set(names.compactMap(Notice.Kind.init(rawValue:)))
    }

    package func change(of person: Identifier, from record: Record?) -> RecordChange {
        RecordChange(
            kind: Self.kind,
            key: person.description,
            body: .object(body),
            expecting: record.map { .version($0.version) } ?? .absent
        )
    }

    package var body: JSON.Object {
        var body: JSON.Object = ["muted": .array(muted.map(\.rawValue).sorted().map(JSON.string))]
        body["address"] = address.map(JSON.string)
        return body
    }
}

/// A letter that was given up, for people to see.
package struct Undelivered: Sendable, Hashable {
    package static let kind = "undelivered"
    /// The oldest goes for a new one.
    static let countMax = 200

    package let id: Identifier
    package let channel: String
    package let person: String?
    package let notices: Int
    package let problem: String
    package let at: Timestamp

    package init?(_ record: Record) {
        guard let id = Identifier(record.key), let at = record.body["at"]?.asString.flatMap(Timestamp.init) else {
            return nil
        }
        self.id = id
        channel = record.scope
        person = record.body["person"]?.asString
        notices = record.body["notices"]?.asInt ?? 0
        problem = record.body["problem"]?.asString ?? ""
        self.at = at
    }

    init(_ id: Identifier, _ box: Mailbox, problem: String, at now: Timestamp) {
        self.id = id
        channel = box.channel.description
        person = box.person
        notices = box.notices.count + box.dropped
        self.problem = problem
        at = now
    }

    var added: RecordChange {
        var body: JSON.Object = [
            "notices": .number(JSON.Number(notices)), "problem": .string(problem), "at": .string(at.description),
        ]
        body["person"] = person.map(JSON.string)
        return RecordChange(
            kind: Self.kind,
            key: id.description,
            scope: channel,
            body: .object(body),
            expecting: .absent
        )
    }
}

extension RecordReader {
    /// What a person has still to be told by mail.
    package func mailbox(of person: String) throws(StoreError) -> Mailbox? {
        try record(Mailbox.kind, Mailbox.key(.mail, person)).flatMap(Mailbox.init)
    }

    package func mailboxes() throws(StoreError) -> [Mailbox] {
        try records(RecordQuery(kind: Mailbox.kind, limit: RecordQuery.limitMax)).compactMap(Mailbox.init)
    }
}
