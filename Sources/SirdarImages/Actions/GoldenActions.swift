import JSON
import SirdarCore
import SirdarEngine

// Golden: kept as an approved standard, and shared with other projects; so nothing of its own project may be in it.
extension ImageActions {
    var goldenActions: [any Action] { [scanImage, recordGolden] }

    /// All bytes of the image, free space included: what is left in it would be in every machine made of it.
    private var scanImage: CloudAction {
        CloudAction(
            "scanImage",
            "Searches all bytes of an image for anything of its own project, and tells what it found.",
            input: ["image": Self.identifier, "location": Self.text],
            required: ["image", "location"],
            onlyLooks: true,
            lane: laneOfLocation()
        ) { call in
            let (image, _) = try call.image()
            guard let ref = image.ref, image.state == .built else {
                throw Self.notBuilt(image)
            }
            let needles = ProjectTraces.all(of: try project(image.project))
            let report = try inspection().searchImage(ref, for: needles, by: call.deadline)
            return .done(Self.answer(report, of: image.project))
        }
    }

    private var recordGolden: CloudAction {
        CloudAction(
            "recordGolden",
            "Marks an image as golden, and says with whom it is shared.",
            input: ["image": Self.identifier, "sharedWith": Self.sharing],
            required: ["image", "sharedWith"],
            onlyLooks: true
        ) { call in
            let (found, record) = try call.image()
            guard found.state == .built else {
                throw Self.notBuilt(found)
            }
            var image = found
            image.isGolden = true
            image.sharedWith = call.input["sharedWith"]?.asArray?.compactMap(\.asString)
            return .done(["golden": true], records: image == found ? [] : [image.changed(from: record)])
        }
    }

    private static func notBuilt(_ image: Image) -> Problem {
        Problem(.runtime, "The image \(image.name) is \(image.state.rawValue): only a built one can be golden.")
    }

    private static let sharing: JSON = [
        "oneOf": [["const": "all"], ["type": "array", "items": text, "uniqueItems": true]]
    ]
}
