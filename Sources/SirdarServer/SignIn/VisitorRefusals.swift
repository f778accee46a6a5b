import JSON
import SirdarCore
import SirdarEngine
import SirdarJournal

/// Keeps what was refused before it was known who asks: the first at once, and what follows from the same source and
/// of the same kind as one entry a minute, with a count. So nobody floods the journal from outside.
final class VisitorRefusals: Sendable {
    enum Kind: String, Sendable {
        case password = "sign-in-refused"
        case token = "token-refused"
        case throttled = "too-many-attempts"
        /// What came back from an identity provider was not believed.
        case identity = "identity-refused"
        /// It was believed, and nobody here is who it says, or may come in.
        case stranger = "person-unknown"

        fileprivate var action: String { self == .token ? "token.refused" : "person.signInRefused" }
        fileprivate var object: String { self == .token ? APIToken.kind : Person.kind }
    }

    struct Attempt: Sendable {
        let address: String
        let channel: Entry.Channel
        let requestID: String
        /// The name that was typed, and whose it is.
        var name: String?
        var person: Identifier?
        /// Why, in a word, where the kind does not say it.
        var reason: String?
    }

    private struct Key: Sendable, Hashable {
        let kind: Kind
        let address: String
    }

    /// What came since the last entry.
    private struct Window: Sendable {
        var attempts = 0
        var names: [String] = []
        var persons: Set<Identifier> = []
        var last: Attempt

        mutating func add(_ attempt: Attempt) {
            attempts += 1
            last = attempt
            if let name = attempt.name, names.count < VisitorRefusals.namesMax, !names.contains(name) {
                names.append(name)
            }
            if let person = attempt.person { persons.insert(person) }
        }
    }

    static let every = Interval.minutes(1)
    /// How many sources are told apart; those beyond count as one.
    static let sourcesMax = 1000
    static let manySources = "many addresses"
    private static let namesMax = 8
    private static let nameLettersMax = 64

    private let engine: Engine
    private let windows = Locked<[Key: Window]>([:])

    init(engine: Engine) { self.engine = engine }

    func add(_ kind: Kind, _ attempt: Attempt) {
        var attempt = attempt
        attempt.name = attempt.name.map { String($0.prefix(Self.nameLettersMax)) }
        let (told, counted) = (attempt, Key(kind: kind, address: attempt.address))
        let opened = windows.withLock { windows -> Key? in
            var key = counted
            if windows[key] == nil, windows.count >= Self.sourcesMax {
                key = Key(kind: kind, address: Self.manySources)
            }
            guard windows[key] == nil else {
                windows[key]?.add(told)
                return nil
            }
            windows[key] = Window(last: told)
            return key
        }
        guard let opened else { return }
        var first = Window(last: told)
        first.add(told)
        keep(first, opened)
        wait(opened)
    }

    /// Keeps what is still counted; nothing waits any more.
    func finish() {
        let rest = windows.withLock { windows in
            defer { windows = [:] }
            return windows
        }
        for (key, window) in rest where window.attempts > 0 { keep(window, key) }
    }

    private func wait(_ key: Key) {
        engine.clock.wake(at: engine.clock.now().advanced(by: Self.every)) { [weak self] in self?.close(key) }
    }

    /// A minute is over: what came in it is kept, and the next begins; a quiet source is forgotten.
    private func close(_ key: Key) {
        let window = windows.withLock { windows -> Window? in
            guard let window = windows[key], window.attempts > 0 else {
                windows[key] = nil
                return nil
            }
            windows[key] = Window(last: window.last)
            return window
        }
        guard let window else { return }
        keep(window, key)
        wait(key)
    }

    private func keep(_ window: Window, _ key: Key) {
        // Entries need an object: of names that nobody has, or of several, the attempts themselves are one.
        let person = window.persons.count == 1 ? window.persons.first : nil
        var entry = Entry(
            at: engine.clock.now(),
            actor: .system("visitor"),
            channel: window.last.channel,
            action: key.kind.action,
            object: .init(kind: key.kind.object, id: person ?? engine.identifiers.next()),
            refusal: key.kind.rawValue,
            detail: ["count": .number(JSON.Number(window.attempts))],
            requestID: window.last.requestID
        )
        if let reason = window.last.reason {
            entry.detail = ["count": .number(JSON.Number(window.attempts)), "reason": .string(reason)]
        }
        var confidential: JSON.Object = ["address": .string(key.address)]
        if window.names.count == 1 { confidential["name"] = window.names.first.map(JSON.string) }
        if window.names.count > 1 { confidential["names"] = .array(window.names.map(JSON.string)) }
        entry.confidential = confidential
        engine.note(entry)
    }
}
