/// How one step of an instance stands, for its place in the picture.
package struct DiagramMark: Sendable, Hashable {
    package enum State: String, Sendable, Hashable, CaseIterable {
        case toCome, running, waiting, retrying, needsPerson, done, skipped, notTaken, failed, cancelled
    }

    package let state: State
    /// What it waits for, in a few words; read aloud and shown whole.
    package var note: String
    /// Where its place leads to.
    package var link: String?
    /// How often it began; a step of a loop begins many times.
    package var count: Int

    package init(_ state: State, note: String = "", link: String? = nil, count: Int = 1) {
        self.state = state
        self.note = note
        self.link = link
        self.count = count
    }
}

extension DiagramMark.State {
    /// Never told by colour alone: a word and an icon go with each.
    package var word: String {
        switch self {
        case .toCome: "To come"
        case .running: "Running"
        case .waiting: "Waiting"
        case .retrying: "Tried again"
        case .needsPerson: "Needs a person"
        case .done: "Done"
        case .skipped: "Skipped"
        case .notTaken: "Not taken"
        case .failed: "Failed"
        case .cancelled: "Cancelled"
        }
    }

    /// Whether this is where the instance is now.
    package var isCurrent: Bool {
        switch self {
        case .running, .waiting, .retrying, .needsPerson: true
        case .toCome, .done, .skipped, .notTaken, .failed, .cancelled: false
        }
    }

    /// The strokes of its icon, in a square of 12.
    var icon: String {
        switch self {
        case .toCome: "M6 1.5a4.5 4.5 0 1 0 .01 0"
        case .running: "M3 2L10 6L3 10z"
        case .waiting: "M6 1.5a4.5 4.5 0 1 0 .01 0M6 3.5V6L8 7.5"
        case .retrying: "M9.5 4A4.2 4.2 0 1 0 10.2 7M10.2 1.5V4.4H7.3"
        case .needsPerson: "M6 1.5L11 10.5H1zM6 4.8V7.4M6 8.9V9.1"
        case .done: "M2 6.5L5 9.5L10.5 2.5"
        case .skipped, .notTaken: "M2 6H10"
        case .failed: "M2.5 2.5L9.5 9.5M9.5 2.5L2.5 9.5"
        case .cancelled: "M6 1.5a4.5 4.5 0 1 0 .01 0M2.9 9.1L9.1 2.9"
        }
    }
}
