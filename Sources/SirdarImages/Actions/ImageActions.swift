import JSON
import SirdarCore
package import SirdarEngine

/// Everything automatic that the image workflows call.
///
/// Each action may be performed again at any time. What it makes outside, it makes under a key that follows from the
/// image it is about, so that a repetition, and an undo, find it.
package struct ImageActions: Sendable {
    let cloud: any Cloud
    let projects: Projects
    let prices: PriceSheet

    package init(cloud: any Cloud, projects: Projects, prices: PriceSheet = PriceSheet()) {
        self.cloud = cloud
        self.projects = projects
        self.prices = prices
    }

    package var all: [any Action] { machineActions + imageActions + inspectionActions }

    // MARK: What several of them need

    static let text: JSON = ["type": "string", "minLength": 1]
    static let identifier: JSON = ["type": "string", "minLength": 36, "maxLength": 36]
    static let place: JSON = [
        "type": "object", "properties": ["location": text, "id": text], "required": ["location", "id"],
        "additionalProperties": false,
    ]

    /// Calls about a location queue in that location's lane: a slow place holds up no other.
    func lane(_ location: @escaping @Sendable (JSON) -> String?) -> @Sendable (JSON) -> Lane {
        let account = cloud.name
        return { input in location(input).map { Lane("\(account)/\($0)") } ?? .general }
    }

    func laneOfMachine() -> @Sendable (JSON) -> Lane { lane { $0["machine"]?["location"]?.asString } }
    func laneOfLocation() -> @Sendable (JSON) -> Lane { lane { $0["location"]?.asString } }

    /// How long until long work is looked at again: soon at first, then less often.
    static func nextLook(_ call: ActionCall, since start: Int64) -> Interval {
        let elapsed = max(0, call.now.milliseconds - start)
        return Interval(milliseconds: min(max(elapsed / 10, 250), 30_000))
    }

    /// What begins and ends to cost something with the step that is performed.
    func ledger(_ call: ActionCall) -> Ledger { Ledger(prices: prices, records: call.records) }

    func project(_ code: String) throws -> Project {
        guard let project = projects[code] else {
            throw Problem(.configuration, "There is no project \(code) in this installation's configuration.")
        }
        return project
    }
}
