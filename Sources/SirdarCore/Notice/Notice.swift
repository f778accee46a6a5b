/// Something that somebody is to be told: decided with what happened, and written with it.
///
/// It says what it is about by names and titles. What was typed into a form, an answer, a reason or a secret is never
/// in it: whoever may read that reads it behind the link.
package struct Notice: Sendable, Hashable {
    package let kind: Kind
    package let audience: Audience
    package let about: About
    /// What people call it: a task's title, an image's name.
    package let title: String
    /// Its queue, or its project.
    package let place: String
    /// The state's own word where a kind has several: `Built`, `Deleted`.
    package let word: String?
    package let at: Timestamp

    package init(
        _ kind: Kind,
        to audience: Audience,
        about: About,
        title: String,
        place: String,
        word: String? = nil,
        at: Timestamp
    ) {
        self.kind = kind
        self.audience = audience
        self.about = about
        self.title = title
        self.place = place
        self.word = word
        self.at = at
    }

    /// What people mute; each is on by default.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        // For whoever works on tasks.
        case assigned
        case takenOver = "taken-over"
        case pushedBack = "pushed-back"
        case reminded
        case atRisk = "at-risk"
        case overdue
        // For supervisors.
        case unroutable
        case escalated
        // For requesters.
        case answerNeeded = "answer-needed"
        case done
        case failed
        /// For whoever asks whether it comes through.
        case trial
    }

    package enum Audience: Sendable, Hashable {
        case person(String)
        /// Whoever may take the task.
        case workers(queue: String, skills: [String])
        case supervisors
    }

    package enum About: Sendable, Hashable {
        case task(Identifier)
        case request(Identifier)
        case settings
    }
}
