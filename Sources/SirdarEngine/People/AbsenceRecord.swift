import JSON
package import SirdarCore

extension Absence {
    package static let kind = "absence"

    init?(_ record: Record) {
        guard let from = record.body["from"]?.asString.flatMap(Timestamp.init),
            let until = record.body["until"]?.asString.flatMap(Timestamp.init)
        else { return nil }
        self.init(person: record.key, from: from, until: until, substitute: record.body["substitute"]?.asString)
    }

    func change(from record: Record?) -> RecordChange {
        var body: JSON.Object = ["from": .string(from.description), "until": .string(until.description)]
        body["substitute"] = substitute.map(JSON.string)
        return RecordChange(
            kind: Self.kind,
            key: person,
            body: .object(body),
            expecting: record.map { .version($0.version) } ?? .absent
        )
    }
}

extension People {
    /// The absences that are, or are to come; one a person.
    package func absences(at now: Timestamp) throws(StoreError) -> [Absence] {
        try everyAbsence().filter { $0.until > now }
    }

    package func absence(of person: String) throws(StoreError) -> Absence? {
        try record(Absence.kind, person).flatMap(Absence.init)
    }
}
