import SirdarCore
import SirdarEngine
import SirdarImages

/// Images and build profiles of the two projects on paper, in the store.
enum PaperProfiles {
    static let profile = PaperStudio.id(40)
    static let built = PaperStudio.id(41)
    static let building = PaperStudio.id(42)
    static let node = PaperStudio.id(43)
    static let elsewhere = PaperStudio.id(44)
    static let foreign = PaperStudio.id(45)
    static let golden = PaperStudio.id(46)
    static let kept = PaperStudio.id(47)
    static let between = PaperStudio.id(48)
    private static let time = Timestamp(milliseconds: 1_795_000_000_000)

    static func image(
        _ id: Identifier,
        _ name: String,
        of project: String = "harrow",
        in location: String = "oregon",
        type: String = "workstation",
        _ state: Image.State = .built
    ) -> Image {
        Image(
            id: id,
            name: name,
            project: project,
            location: location,
            type: type,
            state: state,
            requester: "somebody",
            createdAt: time
        )
    }

    /// One image of each kind that a dropdown may or may not hold, and a profile of harrow.
    static var records: [RecordChange] {
        var golden = image(golden, "golden-ws", of: "blackfen")
        golden.isGolden = true
        var kept = image(kept, "golden-for-others", of: "blackfen")
        (kept.isGolden, kept.sharedWith) = (true, ["ridge"])
        var between = image(between, "in-between")
        between.isInternal = true
        let images = [
            image(built, "comp-ws"), image(building, "next-ws", .building), image(node, "render", type: "renderNode"),
            image(elsewhere, "comp-ws-dublin", in: "dublin"), image(foreign, "bf-secret-ws", of: "blackfen"),
            image(PaperStudio.id(49), "gone-ws", .deleted), golden, kept, between,
        ]
        let profile = BuildProfile(
            id: profile,
            project: "harrow",
            name: "Comp workstation",
            type: "workstation",
            image: built,
            madeBy: "somebody",
            createdAt: time
        )
        return images.map(\.added) + [profile.added]
    }
}
