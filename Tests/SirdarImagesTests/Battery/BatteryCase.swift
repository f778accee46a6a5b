import Foundation
import JSON
import SirdarCore
import SirdarEngine
import SirdarImages
import SirdarTestKit
import Testing

/// One of the shipped workflows in one of two worlds. A new file in `Workflows/` makes two more of these, and nothing
/// else is to be written for it as long as its input asks for what `BatteryWorld.document` knows.
struct BatteryCase: Sendable, CustomTestStringConvertible {
    let workflow: Vocabulary.WorkflowName
    /// The hard world has a machine that was started, traces in odd places, people who do things wrong at first, a
    /// golden image, another location, and a cloud that is slow to show what it has.
    let isHard: Bool

    var testDescription: String { "\(workflow.name)/\(isHard ? "hard" : "calm")" }

    static let all = catalog.definitions.keys.sorted { $0.description < $1.description }
        .flatMap { [BatteryCase(workflow: $0, isHard: false), BatteryCase(workflow: $0, isHard: true)] }

    private static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    /// The actions as they are named; which cloud they reach plays no part.
    static let catalog: Catalog = {
        let actions = ImageActions(cloud: ScriptedCloud(CloudWorld(locations: [])), projects: Projects([])).all
        return Catalog.load(folder: repository, .init(functions: actions.map { .init($0.signature) }))
    }()

    /// What the workflow's input demands.
    var inputKeys: [String] {
        guard let source = Self.catalog.definitions[workflow]?.source, case .success(let root) = YAMLSource.read(source)
        else { return [] }
        let required = root["input"]?["schema"]?["document"]?["required"]?.list ?? []
        return required.compactMap(\.text)
    }
}
