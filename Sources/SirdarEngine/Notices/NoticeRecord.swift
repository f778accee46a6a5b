import JSON
package import SirdarCore
import SirdarJournal

/// A notice as it waits in the store: written in the commit of what it tells of, and removed in the commit that puts it
/// into everybody's mailbox.
struct NoticeRecord: Sendable, Hashable {
    static let kind = "notice"

    let id: Identifier
    let notice: Notice
    /// Who did it, and need not be told.
    let by: String

    var added: RecordChange {
        var body = notice.json
        body["by"] = .string(by)
        return RecordChange(kind: Self.kind, key: id.description, body: .object(body), expecting: .absent)
    }

    init(_ id: Identifier, _ notice: Notice, by: String) {
        self.id = id
        self.notice = notice
        self.by = by
    }

    init?(_ record: Record) {
        guard let id = Identifier(record.key), let notice = Notice(json: record.body) else { return nil }
        self.init(id, notice, by: record.body["by"]?.asString ?? "")
    }
}

extension Notice {
    var json: JSON.Object {
        var json: JSON.Object = [
            "kind": .string(kind.rawValue), "to": audience.json, "about": about.json, "title": .string(title),
            "place": .string(place), "at": .string(at.description),
        ]
        json["word"] = word.map(JSON.string)
        return json
    }

    init?(json: JSON) {
        guard let kind = json["kind"]?.asString.flatMap(Kind.init(rawValue:)),
            let audience = json["to"].flatMap(Audience.init(json:)),
            let about = json["about"].flatMap(About.init(json:)),
            let title = json["title"]?.asString, let place = json["place"]?.asString,
            let at = json["at"]?.asString.flatMap(Timestamp.init)
        else { return nil }
        self.init(
            kind,
            to: audience,
            about: about,
            title: title,
            place: place,
            word: json["word"]?.asString,
            at: at
        )
    }
}

extension Notice.Audience {
    fileprivate var json: JSON {
        switch self {
        case .person(let id): ["person": .string(id)]
        case .workers(let queue, let skills):
            ["queue": .string(queue), "skills": .array(skills.map(JSON.string))]
        case .supervisors: "supervisors"
        }
    }

    fileprivate init?(json: JSON) {
        if let person = json["person"]?.asString {
            self = .person(person)
        } else if let queue = json["queue"]?.asString {
            self = .workers(queue: queue, skills: json["skills"]?.asArray?.compactMap(\.asString) ?? [])
        } else if json.asString == "supervisors" {
            self = .supervisors
        } else {
            return nil
        }
    }
}

extension Notice.About {
    fileprivate var json: JSON {
        switch self {
        case .task(let id): ["task": .string(id.description)]
        case .request(let id): ["request": .string(id.description)]
        case .settings: "settings"
        }
    }

    fileprivate init?(json: JSON) {
        if let id = json["task"]?.asString.flatMap({ Identifier($0) }) {
            self = .task(id)
        } else if let id = json["request"]?.asString.flatMap({ Identifier($0) }) {
            self = .request(id)
        } else if json.asString == "settings" {
            self = .settings
        } else {
            return nil
        }
    }

    /// Where it is on the pages.
    var path: String {
        switch self {
        case .task(let id): "/tasks/\(id)"
        case .request(let id): "/requests/\(id)"
        case .settings: "/me/notifications"
        }
    }
}

/// Rings when notices were written, for whoever distributes them. Where nobody does, none are written.
package final class NoticeBell: Sendable {
    private let ringing = Locked<(@Sendable () -> Void)?>(nil)

    var isHung: Bool { ringing.withLock { $0 != nil } }

    func hang(_ body: (@Sendable () -> Void)?) { ringing.withLock { $0 = body } }

    func ring() {
        let body = ringing.withLock { $0 }
        body?()
    }
}

extension Commit {
    var tellsNotices: Bool { records.contains { $0.kind == NoticeRecord.kind } }
}

extension Assembly {
    /// What is to be told with this commit.
    mutating func tell(_ notices: [Notice]) {
        guard !notices.isEmpty, engine.bell.isHung else { return }
        commit.records += notices.map { notice in
            NoticeRecord(engine.identifiers.next(), notice, by: actuation.actor.id).added
        }
    }

    /// What the requester is told of an instance that has ended.
    mutating func tellEnding(of instance: Instance, _ workflow: Workflow) throws {
        guard instance.status.isFinal, instance.origin.request != nil else { return }
        let subject = try engine.projections.lazy.compactMap { try $0.subject(of: instance, reading: records) }.first
        tell(
            Notices.ended(
                instance,
                title: subject?.title ?? workflow.document.title,
                word: subject?.word,
                at: now
            )
        )
    }
}

/// What a domain calls the thing that an instance is about, and what has become of it when all went well.
package struct NoticeSubject: Sendable, Hashable {
    package let title: String
    package let word: String

    package init(title: String, word: String) {
        self.title = title
        self.word = word
    }
}

extension Projection {
    package func subject(of instance: Instance, reading records: any RecordReader) throws -> NoticeSubject? { nil }
}
