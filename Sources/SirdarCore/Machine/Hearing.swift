package import JQ
package import JSON

/// What a listener has heard, and what it still wants: the same for a step that listens and for a schedule.
package struct Hearing: Sendable, Hashable {
    /// The number of the last event that it took. An event of that number or an earlier one is not taken again, so that
    /// it does not matter how often an event is brought.
    package var mark: Int64?
    /// What the correlations of each filter must give, where the definition says it: evaluated once, at the beginning.
    package var expected: [JSON.Object]
    /// What the first event gave for the correlations that say nothing; by their name, so that several filters can
    /// share one.
    package var established: JSON.Object = [:]
    /// Which filters have had their event; those of the strategy first, then those that end it.
    package var heard: [Bool]
    /// What was read, in the order of its coming.
    package var items: [JSON] = []
    /// Whether there have been enough: nothing more is taken.
    package var isOver = false

    /// More events than this are not taken by one listener.
    package static let itemsMax = 1000

    package init(expected: [JSON.Object]) {
        self.expected = expected
        heard = Array(repeating: false, count: expected.count)
    }

    init(
        mark: Int64?,
        expected: [JSON.Object],
        established: JSON.Object,
        heard: [Bool],
        items: [JSON],
        isOver: Bool
    ) {
        self.mark = mark
        self.expected = expected
        self.established = established
        self.heard = heard
        self.items = items
        self.isOver = isOver
    }
}

extension Hearing {
    /// Begins to listen; `evaluate` gives what the correlations expect.
    init(_ strategy: EventStrategy, _ evaluate: (Template) throws(Problem) -> JSON) throws(Problem) {
        var expected: [JSON.Object] = []
        for filter in strategy.allFilters {
            var values: JSON.Object = [:]
            for correlation in filter.correlations {
                if let expect = correlation.expect { values[correlation.name] = try evaluate(expect) }
            }
            expected.append(values)
        }
        self.init(expected: expected)
    }

    /// Whether this is what somebody has heard who listens in that way.
    package func fits(_ strategy: EventStrategy) -> Bool { heard.count == strategy.allFilters.count }

    /// Takes an event, if it is wanted and was not taken before; whether it was.
    mutating func take(
        _ event: CloudEvent,
        _ sequence: Int64,
        _ strategy: EventStrategy,
        _ read: EventRead,
        _ evaluate: EventEvaluation
    ) -> Bool {
        guard !isOver, mark.map({ sequence > $0 }) ?? true else { return false }
        if case .events(let ending)? = strategy.until,
            let filter = wanting(event, ending, from: strategy.filters.count, evaluate)
        {
            mark = sequence
            note(filter, ending.filters[filter - strategy.filters.count], event, evaluate)
            isOver = hasEnough(ending, from: strategy.filters.count)
            return true
        }
        guard items.count < Self.itemsMax else { return false }
        if strategy.rule == .any, strategy.filters.isEmpty {
            mark = sequence
        } else {
            guard let filter = wanting(event, strategy, from: 0, evaluate) else { return false }
            mark = sequence
            note(filter, strategy.filters[filter], event, evaluate)
        }
        items.append(event.read(as: read))
        isOver = strategy.until == nil && (strategy.filters.isEmpty || hasEnough(strategy, from: 0))
        return true
    }

    /// The first filter that wants the event, and has not had its own where each has one.
    private func wanting(
        _ event: CloudEvent,
        _ strategy: EventStrategy,
        from first: Int,
        _ evaluate: EventEvaluation
    ) -> Int? {
        for (position, filter) in strategy.filters.enumerated() {
            if strategy.rule == .all, heard[first + position] { continue }
            if filter.fits(event, evaluate), correlates(filter, first + position, event, evaluate) {
                return first + position
            }
        }
        return nil
    }

    private func correlates(
        _ filter: EventFilter,
        _ position: Int,
        _ event: CloudEvent,
        _ evaluate: EventEvaluation
    ) -> Bool {
        filter.correlations.allSatisfy { correlation in
            do throws(Problem) {
                let value = try evaluate(correlation.from, event.json)
                guard let wanted = expected[position][correlation.name] ?? established[correlation.name] else {
                    return !value.isNull
                }
                return value == wanted
            } catch { return false }
        }
    }

    private mutating func note(
        _ position: Int,
        _ filter: EventFilter,
        _ event: CloudEvent,
        _ evaluate: EventEvaluation
    ) {
        heard[position] = true
        for correlation in filter.correlations
        where expected[position][correlation.name] == nil && established[correlation.name] == nil {
            // It was evaluated a moment ago to find out that the event is wanted.
            established[correlation.name] = (try? evaluate(correlation.from, event.json)) ?? .null
        }
    }

    private func hasEnough(_ strategy: EventStrategy, from first: Int) -> Bool {
        let heard = heard[first..<first + strategy.filters.count]
        switch strategy.rule {
        case .one, .any: return heard.contains(true)
        case .all: return heard.allSatisfy { $0 }
        }
    }

    // MARK: Where events find it

    /// The addresses under which events find the listener; none when it has had enough.
    package func addresses(_ strategy: EventStrategy) -> [EventAddress] {
        guard !isOver else { return [] }
        var addresses: [EventAddress] = []
        if strategy.rule == .any, strategy.filters.isEmpty { addresses.append(.everything) }
        for (position, filter) in strategy.allFilters.enumerated() {
            let isEnding = position >= strategy.filters.count
            let rule: EventStrategy.Rule
            if isEnding, case .events(let ending)? = strategy.until { rule = ending.rule } else { rule = strategy.rule }
            if rule == .all, heard[position] { continue }
            let address = EventAddress(filter, expected[position], established)
            if !addresses.contains(address) { addresses.append(address) }
        }
        return addresses
    }
}

/// Where in the index of listeners an event finds one: by its type, and by what correlates it.
///
/// However many instances wait for events of a type, each for its own, an event finds those that it concerns by as many
/// looks into the index as there are different ways to correlate.
package struct EventAddress: Sendable, Hashable {
    /// The type of the events; empty: of any.
    package let topic: String
    /// The expressions that tie events of this type to an instance, as a list in JSON; empty: none.
    package let form: String
    /// What they must give, as a list in canonical JSON.
    package let key: String

    package init(topic: String, form: String, key: String) {
        self.topic = topic
        self.form = form
        self.key = key
    }

    static let everything = EventAddress(topic: "", form: "", key: "")
    private static let keyBytesMax = 512

    init(_ filter: EventFilter, _ expected: JSON.Object, _ established: JSON.Object) {
        var known: [(source: String, value: JSON)] = []
        for correlation in filter.correlations where correlation.from.variablesUsed.isEmpty {
            guard let value = expected[correlation.name] ?? established[correlation.name] else { continue }
            known.append((correlation.from.source, value))
        }
        known.sort { $0.source < $1.source }
        let key = String(decoding: JSON.array(known.map(\.value)).canonical, as: UTF8.self)
        if known.isEmpty || key.utf8.count > Self.keyBytesMax {
            self.init(topic: filter.topic, form: "", key: "")
        } else {
            let form = JSON.array(known.map { .string($0.source) }).text
            self.init(topic: filter.topic, form: form, key: key)
        }
    }

    /// The expressions of a form; `nil` when one of them does not compile.
    package static func programs(of form: String) -> [JQ.Program]? {
        guard let sources = try? JSON(parsing: form).asArray?.compactMap(\.asString) else { return nil }
        let programs = sources.compactMap { try? JQ.Program($0) }
        return programs.count == sources.count ? programs : nil
    }

    /// The key that an event has by the expressions of a form; `nil` when it has none.
    package static func key(of event: CloudEvent, by programs: [JQ.Program]) -> String? {
        var values: [JSON] = []
        for program in programs {
            guard let value = try? program.evaluate(event.json) else { return nil }
            values.append(value)
        }
        return String(decoding: JSON.array(values).canonical, as: UTF8.self)
    }
}

// A schedule has no instance yet: its expressions see the event and nothing else.
extension Hearing {
    package static func ofSchedule(_ strategy: EventStrategy) throws(Problem) -> Hearing {
        try Hearing(strategy) { (expect) throws(Problem) in
            switch expect {
            case .constant(let value): value
            case .expression(let program): try alone(program, .null)
            case .array, .object, .uri: .null
            }
        }
    }

    /// As `take`; whether it was taken, and by then the condition of `until` has been asked.
    package mutating func takeForSchedule(
        _ event: CloudEvent,
        sequence: Int64,
        _ strategy: EventStrategy,
        _ read: EventRead
    ) -> Bool {
        guard take(event, sequence, strategy, read, Self.alone) else { return false }
        if case .condition(let condition)? = strategy.until, !isOver {
            // A condition that cannot be evaluated does not hold: there is no instance that could fault.
            isOver = ((try? Self.alone(condition, .array(items))) ?? .null) == .bool(true)
        }
        return true
    }

    private static func alone(_ program: JQ.Program, _ input: JSON) throws(Problem) -> JSON {
        do { return try program.evaluate(input) } catch {
            if case .noOutput = error { return .null }
            throw Problem(.expression, "\(program.source): \(error)")
        }
    }
}
