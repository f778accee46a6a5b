package import SirdarCore

/// What goes to one addressee by one channel: a digest of what there is to tell, as text and as HTML.
package struct Letter: Sendable, Hashable {
    /// The same when it is sent again after a crash: receivers recognise a repetition by it.
    package let id: String
    /// An address of mail, or a webhook's name.
    package let to: String
    package let subject: String
    package let items: [Item]
    /// Notices for which there was no room.
    package let dropped: Int
    /// Where one click mutes what is in it; `nil` for what belongs to no person.
    package let mute: Mute?
    package let at: Timestamp

    package struct Item: Sendable, Hashable {
        package let kind: Notice.Kind
        package let heading: String
        package let sentence: String
        package let link: String

        package init(kind: Notice.Kind, heading: String, sentence: String, link: String) {
            self.kind = kind
            self.heading = heading
            self.sentence = sentence
            self.link = link
        }
    }

    package struct Mute: Sendable, Hashable {
        /// By POST, for programs of mail.
        package let oneClick: String
        /// By GET, for people, who are asked once more.
        package let page: String
        package let settings: String

        package init(oneClick: String, page: String, settings: String) {
            self.oneClick = oneClick
            self.page = page
            self.settings = settings
        }
    }

    package init(
        id: String,
        to: String,
        subject: String,
        items: [Item],
        dropped: Int = 0,
        mute: Mute? = nil,
        at: Timestamp
    ) {
        self.id = id
        self.to = to
        self.subject = subject
        self.items = items
        self.dropped = dropped
        self.mute = mute
        self.at = at
    }

    package var text: String {
        var lines: [String] = []
        for item in items { lines += ["* \(item.heading)", "  \(item.sentence)", "  \(item.link)", ""] }
        if dropped > 0 { lines += ["And \(dropped) more.", ""] }
        if let mute {
            lines += ["-- ", "Mute mail of this kind: \(mute.page)", "What you are told, and where: \(mute.settings)"]
        }
        return lines.joined(separator: "\n") + "\n"
    }

    package var html: String {
        var writer = MarkupWriter()
        writer.begin("html", [("lang", "en")])
        writer.begin("body")
        writer.begin("ul")
        for item in items {
            writer.begin("li")
            writer.element("a", [("href", item.link)], text: item.heading)
            writer.empty("br", [])
            writer.append(item.sentence)
            writer.end()
        }
        writer.end()
        if dropped > 0 { writer.element("p", text: "And \(dropped) more.") }
        if let mute {
            writer.begin("p")
            writer.element("a", [("href", mute.page)], text: "Mute mail of this kind")
            writer.append(" · ")
            writer.element("a", [("href", mute.settings)], text: "What you are told, and where")
            writer.end()
        }
        writer.end()
        writer.end()
        return "<!doctype html>\n\(writer.text)\n"
    }
}

/// Writes letters: only from notices, so that nothing else can get into them.
package struct LetterWriter: Sendable {
    /// How browsers reach the server, without a slash at its end.
    package let base: String
    package let seal: MuteSeal

    package init(base: String, seal: MuteSeal) {
        self.base = base.hasSuffix("/") ? String(base.dropLast()) : base
        self.seal = seal
    }

    private static let titleCharactersMax = 160

    func letter(_ box: Mailbox, to address: String, version: Int64, at now: Timestamp) -> Letter {
        let items = box.notices.map { waiting in
            Letter.Item(
                kind: waiting.notice.kind,
                heading: Self.heading(waiting.notice),
                sentence: Self.sentence(waiting.notice),
                link: base + waiting.notice.about.path
            )
        }
        return Letter(
            id: "\(box.key.replacing("/", with: "."))-\(version)",
            to: address,
            subject: Self.subject(box),
            items: items,
            dropped: box.dropped,
            mute: box.person.map { person in
                let token = seal.token(person, Set(items.map(\.kind)))
                return Letter.Mute(
                    oneClick: "\(base)/v1/mute?token=\(token)",
                    page: "\(base)/mute?token=\(token)",
                    settings: "\(base)/me/notifications"
                )
            },
            at: now
        )
    }

    private static func subject(_ box: Mailbox) -> String {
        guard box.notices.count + box.dropped > 1 else { return box.notices.first.map { heading($0.notice) } ?? "" }
        var counts: [Notice.Kind: Int] = [:]
        for waiting in box.notices { counts[waiting.notice.kind, default: 0] += 1 }
        let parts = Notice.Kind.allCases.compactMap { kind in counts[kind].map { "\($0) × \(kind.title)" } }
        return "\(box.notices.count + box.dropped) things: \(parts.joined(separator: ", "))"
    }

    private static func heading(_ notice: Notice) -> String {
        let kind = notice.word.map(line) ?? notice.kind.title
        return notice.title.isEmpty ? kind : "\(kind): \(line(notice.title))"
    }

    private static func sentence(_ notice: Notice) -> String {
        let place = line(notice.place)
        return place.isEmpty ? notice.kind.sentence : "\(notice.kind.sentence) (\(place))"
    }

    /// One line of what came from a workflow or a person: no control characters, and not endless.
    private static func line(_ text: String) -> String {
        let plain = text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : Character($0) }
        return plain.count <= titleCharactersMax ? String(plain) : String(plain.prefix(titleCharactersMax)) + "…"
    }
}
