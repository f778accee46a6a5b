import JSON

// `schedule`: when instances start by themselves.
extension DefinitionReader {
    private static let scheduleKinds = Keys.schedule.names.filter { $0 != "read" }

    func readSchedule(_ root: Fields) -> Workflow.Schedule? {
        guard let node = root["schedule"],
            let fields = Fields(node, "`schedule`", keys: Keys.schedule.names, findings)
        else { return nil }
        let chosen = Self.scheduleKinds.filter(fields.has)
        guard let kind = chosen.first, let value = fields[kind] else {
            findings.error(.missingKey, at: fields.place, "`schedule` needs one of them", allowed: Self.scheduleKinds)
            return nil
        }
        if chosen.count > 1 {
            findings.error(
                .wrongValue,
                at: fields.keyPlace(chosen[1]),
                "`schedule` has `\(kind)` and `\(chosen[1])`: it has one of them"
            )
        }
        if fields.has("read"), kind != "on" {
            findings.error(
                .wrongValue,
                at: fields.keyPlace("read"),
                "`read` says how events are read, and goes with `on`"
            )
        }
        switch kind {
        case "every": return interval(fields, kind).map(Workflow.Schedule.every)
        case "after": return interval(fields, kind).map(Workflow.Schedule.after)
        case "cron": return readCron(value).map(Workflow.Schedule.cron)
        default:
            let read: EventRead = fields.choice("read") ?? .data
            return readStrategy(value, "`on`", Self.scheduleSite).map { .on($0, read: read) }
        }
    }

    /// There is no instance yet whose values an expression could see.
    private static let scheduleSite = Site(names: [])

    private func interval(_ fields: Fields, _ key: String) -> Interval? {
        guard let interval = fields.interval(key), let node = fields[key] else { return nil }
        if interval < Workflow.Schedule.shortest {
            findings.error(.wrongValue, at: node.place, "`\(key)` is at least \(Workflow.Schedule.shortest)")
            return nil
        }
        return interval
    }

    private func readCron(_ node: Located) -> Cron? {
        guard let text = node.text else {
            findings.mismatch(node, "`cron`", wants: "a text such as '30 6 * * mon-fri'")
            return nil
        }
        let cron: Cron
        do throws(Cron.Mistake) { cron = try Cron(text) } catch {
            findings.error(.wrongValue, at: node.place, "`cron` \(error.sentence)")
            return nil
        }
        if let zone = cron.zone, !vocabulary.timeZones.isEmpty, !vocabulary.timeZones.contains(zone) {
            findings.error(
                .unknownName,
                at: node.place,
                "there is no time zone `\(zone)`",
                suggestion: Suggestion.nearest(to: zone, among: vocabulary.timeZones.sorted())
            )
            return nil
        }
        return cron
    }
}
