import SirdarCore
import SirdarTestKit
import Testing

@Suite("Who is away, and who stands in")
struct AbsenceTests {
    private static let now = ManualClock.start
    private static let later = now.advanced(by: .days(3))

    private static func away(
        _ person: String,
        _ substitute: String?,
        from: Timestamp = now,
        until: Timestamp = later
    ) -> Absence {
        Absence(person: person, from: from, until: until, substitute: substitute)
    }

    @Test("whoever stands in is found through others who are away, and no circle is walked for ever")
    func chains() {
        let absences = Absences([Self.away("ann", "ben"), Self.away("ben", "cay"), Self.away("dee", nil)])
        #expect(absences.standIn(for: "ann", at: Self.now) == "cay")
        #expect(absences.standIn(for: "cay", at: Self.now) == "cay")
        #expect(absences.standIn(for: "dee", at: Self.now) == nil)
        #expect(absences.standIn(for: "ann", at: Self.later) == "ann", "it ends at its end")
        let circle = Absences([Self.away("ann", "ben"), Self.away("ben", "ann")])
        #expect(circle.standIn(for: "ann", at: Self.now) == nil)
        let beside = Absences([Self.away("ann", "ben"), Self.away("ben", "cay"), Self.away("cay", "ben")])
        #expect(beside.standIn(for: "ann", at: Self.now) == nil)
        #expect(absences.nextChange(after: Self.now) == Self.later && absences.nextChange(after: Self.later) == nil)
    }

    @Test("an absence has an order and an end, and a substitute who can serve the queues")
    func rules() {
        let worker = Samples.worker("ann", queues: ["ops", "other"])
        func refusal(_ absence: Absence, _ other: Worker? = nil) -> AbsenceRefusal? {
            do throws(AbsenceRefusal) {
                try absence.check(worker, other, at: Self.now)
                return nil
            } catch { return error }
        }
        #expect(refusal(Self.away("ann", nil)) == nil)
        #expect(refusal(Self.away("ann", nil, until: Self.now)) == .endsBeforeItBegins)
        let before = Self.now.advanced(by: .days(-9))
        #expect(refusal(Self.away("ann", nil, from: before, until: Self.now.advanced(by: .days(-1)))) == .isOver)
        #expect(refusal(Self.away("ann", nil, until: Self.now.advanced(by: .days(400)))) == .tooLong)
        #expect(refusal(Self.away("ann", "ann"), worker) == .ownSubstitute)
        #expect(refusal(Self.away("ann", "ben"), Samples.worker("ben")) == .notInQueues(["other"]))
        #expect(refusal(Self.away("ann", "ben"), Samples.worker("ben", queues: ["ops", "other", "more"])) == nil)
    }
}
