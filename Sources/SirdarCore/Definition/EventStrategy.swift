package import JQ
package import JSON

/// Which events are wanted, and when there have been enough of them: the specification's "event consumption strategy".
package struct EventStrategy: Sendable, Equatable {
    package let rule: Rule
    /// With `any` and no filter, every event is wanted.
    package let filters: [EventFilter]
    /// When `any` has had enough; `nil`: with its first event.
    package let until: Until?

    package enum Rule: String, Sendable, Hashable, CaseIterable {
        case one, any, all
    }

    package indirect enum Until: Sendable, Equatable {
        /// Evaluated on the list of what was read so far.
        case condition(JQ.Program)
        /// Events that end it, and are not part of what it gives.
        case events(EventStrategy)
    }

    package init(_ rule: Rule, _ filters: [EventFilter], until: Until? = nil) {
        self.rule = rule
        self.filters = filters
        self.until = until
    }

    /// The filters of the strategy, and after them those of the events that end it.
    package var allFilters: [EventFilter] {
        guard case .events(let ending)? = until else { return filters }
        return filters + ending.filters
    }
}

/// What an event must be to be wanted.
package struct EventFilter: Sendable, Equatable {
    package let tests: [Test]
    package let correlations: [Correlation]

    package init(tests: [Test], correlations: [Correlation] = []) {
        self.tests = tests
        self.correlations = correlations
    }

    /// What one attribute, or the data, must be.
    package struct Test: Sendable, Equatable {
        package let attribute: String
        package let wanted: Wanted

        package init(_ attribute: String, _ wanted: Wanted) {
            self.attribute = attribute
            self.wanted = wanted
        }
    }

    package indirect enum Wanted: Sendable {
        case equal(JSON)
        /// A text that equals it, or that the pattern fits as a whole.
        case text(String, FieldPattern?)
        /// Evaluated on the value: true or false decides, and what else it gives must equal the value.
        case expression(JQ.Program)
        /// A map that has at least these members.
        case members([(key: String, wanted: Wanted)])
    }

    /// What ties events to an instance, or to one another.
    package struct Correlation: Sendable, Equatable {
        package let name: String
        /// Evaluated on the whole event.
        package let from: JQ.Program
        /// What it must give; `nil`: what it gave of the first event.
        package let expect: Template?

        package init(name: String, from: JQ.Program, expect: Template?) {
            self.name = name
            self.from = from
            self.expect = expect
        }
    }

    /// The type of the events that it wants, when it can be only one; empty otherwise.
    package var topic: String {
        for test in tests where test.attribute == "type" {
            if case .text(let type, nil) = test.wanted { return type }
        }
        return ""
    }
}

extension EventFilter.Wanted: Equatable {
    package static func == (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.equal(let left), .equal(let right)): left == right
        // A pattern is made of its text.
        case (.text(let left, let leftPattern), .text(let right, let rightPattern)):
            left == right && (leftPattern == nil) == (rightPattern == nil)
        case (.expression(let left), .expression(let right)): left == right
        case (.members(let left), .members(let right)): left.elementsEqual(right, by: ==)
        case (.equal, _), (.text, _), (.expression, _), (.members, _): false
        }
    }
}

/// Evaluates an expression where events are judged: with the variables of an instance, or without any.
typealias EventEvaluation = (JQ.Program, JSON) throws(Problem) -> JSON

extension EventFilter {
    /// Whether the attributes and the data are as wanted. What cannot be evaluated on an event does not fit it: a
    /// stranger's event must not fault who does not want it.
    func fits(_ event: CloudEvent, _ evaluate: EventEvaluation) -> Bool {
        tests.allSatisfy { test in
            test.wanted.fits(test.attribute == "data" ? event.read(as: .data) : event[test.attribute], evaluate)
        }
    }
}

extension EventFilter.Wanted {
    func fits(_ value: JSON, _ evaluate: EventEvaluation) -> Bool {
        switch self {
        case .equal(let wanted): return value == wanted
        case .text(let wanted, let pattern):
            guard let text = value.asString else { return false }
            return text == wanted || pattern?.matches(text) == true
        case .expression(let program):
            do throws(Problem) {
                let wanted = try evaluate(program, value)
                return wanted.asBool ?? (!wanted.isNull && wanted == value)
            } catch { return false }
        case .members(let members):
            guard let object = value.asObject else { return false }
            return members.allSatisfy { $0.wanted.fits(object[$0.key] ?? .null, evaluate) }
        }
    }
}
