import SirdarCore
import SirdarEngine
import SirdarImages
import SirdarTestKit
import Testing

@Suite("Which images can be chosen for new machines")
struct ImageChoiceTests {
    private static let place = (project: "harrow", location: "oregon")

    private func image(_ state: Image.State = .built, of project: String = "harrow") -> Image {
        Image(
            id: IdentifierSource(clock: ManualClock()).next(),
            name: "comp",
            project: project,
            location: "oregon",
            type: "workstation",
            state: state,
            requester: "somebody",
            createdAt: ManualClock.start
        )
    }

    @Test("of all states only Built can be chosen, and each other says a sentence", arguments: Image.State.allCases)
    func states(_ state: Image.State) {
        let choice = ImageChoice(image(state), for: Self.place, type: "workstation")
        #expect(choice.isEligible == (state == .built))
        #expect(choice.refusal?.hasSuffix(".") ?? true)
    }

    @Test("type and location must be right, and the remedy is said where it is the project's own image")
    func typeAndPlace() {
        #expect(!ImageChoice(image(), for: Self.place, type: "renderNode").isEligible)
        let there = (project: "harrow", location: "london")
        let own = ImageChoice(image(), for: there, type: "workstation").refusal
        #expect(own == "It is in oregon, and the project in london. Request a copy to london.")
        var golden = image(of: "blackfen")
        golden.isGolden = true
        let other = ImageChoice(golden, for: there, type: "workstation").refusal
        #expect(other == "It is in oregon, and the project in london.")
    }

    @Test("another project's image can be chosen only while it is golden and shared with this one")
    func golden() {
        var other = image(of: "blackfen")
        let isEligible = { ImageChoice($0, for: Self.place, type: "workstation").isEligible }
        #expect(!isEligible(other))
        other.sharedWith = ["harrow"]
        #expect(!isEligible(other), "shared, and not golden")
        other.isGolden = true
        #expect(isEligible(other))
        other.sharedWith = ["ridge"]
        #expect(!isEligible(other))
        other.sharedWith = []
        #expect(!isEligible(other))
        other.sharedWith = nil
        #expect(isEligible(other), "shared with all")
        other.isInternal = true
        #expect(!isEligible(other), "an in-between copy")
    }
}
