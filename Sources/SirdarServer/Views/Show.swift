import JSON
import SirdarCore

/// How values are written for people; pages only, programs get them as they are.
enum Show {
    /// `2026-11-23 18:04`; the page's script writes it in the viewer's own zone.
    static func time(_ time: Timestamp) -> String {
        let text = time.description
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(5)) UTC"
    }

    /// `12 s`, `4 min`, `2 h 10 min`, `3 d 4 h`.
    static func length(_ interval: Interval) -> String {
        let seconds = Int64(interval.milliseconds.magnitude) / 1000
        switch seconds {
        case ..<60: return "\(seconds) s"
        case ..<3600: return "\(seconds / 60) min"
        case ..<86_400:
            return seconds / 60 % 60 == 0 ? "\(seconds / 3600) h" : "\(seconds / 3600) h \(seconds / 60 % 60) min"
        default:
            return seconds / 3600 % 24 == 0 ? "\(seconds / 86_400) d" : "\(seconds / 86_400) d \(seconds / 3600 % 24) h"
        }
    }

    static func ago(_ time: Timestamp, _ now: Timestamp) -> String {
        now.since(time) < .seconds(10) ? "just now" : "\(length(now.since(time))) ago"
    }

    /// A value on one line.
    static func value(_ json: JSON) -> String {
        switch json {
        case .null: "–"
        case .string(let text): text
        case .bool(let flag): flag ? "yes" : "no"
        case .number: json.text
        case .array(let elements):
            elements.allSatisfy(\.isPlain) ? elements.map(value).joined(separator: ", ") : json.text
        case .object: json.text
        }
    }

    /// A name of ours as words: `awaitingReview` and `in_progress` become `awaiting review` and `in progress`.
    static func words(_ name: String) -> String {
        var words = ""
        for character in name {
            if character == "_" || character == "." {
                words.append(" ")
            } else if character.isUppercase, words.last?.isLowercase == true {
                words.append(" ")
                words.append(contentsOf: character.lowercased())
            } else {
                words.append(character)
            }
        }
        return words
    }

    static func capitalised(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }
}

extension JSON {
    fileprivate var isPlain: Bool {
        switch self {
        case .null, .bool, .number, .string: true
        case .array, .object: false
        }
    }
}

/// A moment on a page.
struct TimeView: Sendable {
    let iso: String
    let text: String
    let ago: String

    init(_ time: Timestamp, _ now: Timestamp) {
        iso = time.description
        text = Show.time(time)
        ago = Show.ago(time, now)
    }
}

/// A state as an icon, a word and a colour, never by colour alone.
struct Badge: Sendable {
    let icon: String
    let word: String
    /// The class of its colour: `blue`, `yellow`, `green`, `red`, `grey`.
    let tone: String

    init(_ icon: String, _ word: String, _ tone: String) {
        self.icon = icon
        self.word = word
        self.tone = tone
    }
}

extension Badge {
    static func task(_ state: ManualTask.State) -> Badge {
        switch state {
        case .unroutable: Badge("▲", "Nobody can do it", "red")
        case .ready: Badge("○", "Ready", "blue")
        case .claimed: Badge("◔", "Claimed", "yellow")
        case .inProgress: Badge("◑", "In progress", "yellow")
        case .onHold: Badge("‖", "On hold", "grey")
        case .verifying: Badge("◕", "Verifying", "yellow")
        case .awaitingReview: Badge("◕", "Awaiting review", "yellow")
        case .completed: Badge("✓", "Completed", "green")
        case .failed: Badge("✗", "Failed", "red")
        case .skipped: Badge("–", "Skipped", "grey")
        case .cancelled: Badge("–", "Cancelled", "grey")
        case .expired: Badge("–", "Expired", "grey")
        }
    }

    static func instance(_ status: Instance.Status) -> Badge {
        switch status {
        case .pending: Badge("○", "Pending", "blue")
        case .running: Badge("◑", "Running", "yellow")
        case .waiting: Badge("◔", "Waiting", "blue")
        case .suspended: Badge("‖", "Suspended", "grey")
        case .compensating: Badge("↶", "Undoing", "red")
        case .completed: Badge("✓", "Completed", "green")
        case .faulted: Badge("✗", "Failed", "red")
        case .cancelled: Badge("–", "Cancelled", "grey")
        }
    }

    static func step(_ phase: String) -> Badge {
        switch phase {
        case "running": Badge("◑", "Running", "yellow")
        case "waiting": Badge("◔", "Waiting", "blue")
        case "retrying": Badge("↻", "Will be tried again", "yellow")
        case "needs_person": Badge("▲", "Needs a person", "red")
        case "completed": Badge("✓", "Done", "green")
        case "skipped": Badge("–", "Skipped", "grey")
        case "faulted": Badge("✗", "Failed", "red")
        case "cancelled": Badge("–", "Cancelled", "grey")
        default: Badge("○", "To come", "grey")
        }
    }

    /// The words and colours of the documentation that requesters know: a tick in blue, yellow or green.
    static func image(_ state: String) -> Badge {
        switch state {
        case "saved": Badge("✓", "Saved", "blue")
        case "building": Badge("✓", "Building", "yellow")
        case "built": Badge("✓", "Built", "green")
        case "failed": Badge("✗", "Failed", "red")
        case "withdrawn": Badge("–", "Withdrawn", "grey")
        case "deletionRequested": Badge("✓", "Deletion requested", "blue")
        case "deleting": Badge("✓", "Deleting", "yellow")
        case "deleted": Badge("–", "Deleted", "grey")
        case "lost": Badge("?", "Lost", "red")
        default: Badge("·", Show.capitalised(Show.words(state)), "grey")
        }
    }

    static func power(_ power: String) -> Badge {
        switch power {
        case "on": Badge("●", "On", "green")
        case "off": Badge("○", "Off", "grey")
        case "starting", "stopping", "pending": Badge("◑", Show.capitalised(power), "yellow")
        default: Badge("✗", Show.capitalised(power), "red")
        }
    }
}
