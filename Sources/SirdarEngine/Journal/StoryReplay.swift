package import JSON
package import SirdarCore

/// An instance as its entries tell it, one after the other: what the store must hold, if both are true.
package struct StoryReplay {
    private var phases: [Int: String] = [:]
    private var version = 0
    private var status: String?
    private var hasGap = false

    package init() {}

    /// Takes the next entry about the instance; one of its tasks, and a refusal, change nothing here.
    package mutating func read(_ entry: JSON) {
        guard entry["object"]?["kind"] == "instance", let detail = entry["detail"],
            let version = detail["version"]?.asInt, entry["refusal"] == nil,
            let status = detail["status"]?.asString
        else { return }
        if version != self.version + 1 { hasGap = true }
        (self.version, self.status) = (version, status)
        for change in detail["steps"]?.asArray ?? [] {
            guard let step = change["step"]?.asInt, let phase = change["is"]?.asString else { continue }
            phases[step] = phase
        }
    }

    /// How the instance of the store differs from what was told, in words; empty when it does not.
    package func differences(from instance: Instance) -> [String] {
        guard let status else { return ["has no entry"] }
        var told: [String] = []
        if hasGap { told.append("has versions that no entry tells of") }
        if instance.version != version { told.append("has version \(instance.version), and the journal \(version)") }
        if instance.status.name != status { told.append("is \(instance.status.name), and \(status) in the journal") }
        for leaf in instance.leaves {
            let name = leaf.phase.name
            // What waits for the instance to be resumed has not begun: nothing is told of it yet.
            guard leaf.phase != .pending, phases[leaf.number] != name else { continue }
            told.append("has step \(leaf.number) \(name), and \(phases[leaf.number] ?? "not begun") in the journal")
        }
        return told
    }
}
