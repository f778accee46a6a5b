import JSON
import SirdarCore
import SirdarEngine
import SirdarTestKit

/// The people of a run: they take each task that opens, do its work on the machine, and complete it.
struct BatteryPeople {
    let plan: Plan
    let isHard: Bool
    let cloud: CloudWorld
    /// Tasks in the order in which they were first looked at: their number is what a plan names.
    private(set) var seen: [ManualTask] = []
    private static let names = ["operator", "operator2"]

    init(plan: Plan, isHard: Bool, cloud: CloudWorld) {
        (self.plan, self.isHard, self.cloud) = (plan, isHard, cloud)
    }

    /// The task's number, the first being 1.
    mutating func number(of task: ManualTask) -> Int {
        if let position = seen.firstIndex(where: { $0.id == task.id }) { return position + 1 }
        seen.append(task)
        return seen.count
    }

    /// Somebody whose hands the task may be in.
    func worker(for task: ManualTask) throws -> Worker {
        let name =
            task.owner?.person
            ?? Self.names.first { name in !task.excluded.contains { $0.person == name } }
        guard let name else { throw BatteryTrouble("Nobody may do “\(task.spec.title)”.") }
        return Worker(person: name, queues: [task.queue], skills: Set(task.spec.skills), isSupervisor: false)
    }

    /// What is handed in for a task. In the hard world whatever is checked is done only after the check has failed.
    mutating func completion(of task: ManualTask, isChecked: Bool, _ runbook: Runbook?) -> TaskIntent {
        let outcome = outcome(number(of: task), task)
        if outcome == task.spec.outcomes.first, !(isHard && isChecked && task.lastCheck == nil) { work(on: task) }
        var values = JSON.Object()
        for field in task.spec.form.fields { values[field.name] = value(of: field, task) }
        let items = runbook?.items.filter(\.isRequired) ?? []
        let ticks = items.map { Submission.TickedItem(item: $0.id, evidence: "seen") }
        return .complete(outcome: outcome, values: values, ticks: ticks, fence: task.fence)
    }

    private func outcome(_ number: Int, _ task: ManualTask) -> String {
        if case .decide(number, let outcome) = plan { return outcome }
        let isAboutProblem = task.spec.about["problem"] != nil
        return
            ((plan.givesUp && isAboutProblem) || isHopeless(number, task)
            ? task.spec.outcomes.last : task.spec.outcomes.first) ?? "done"
    }

    /// A machine that was started while its image was made: making it again is not for the step that found out.
    private func isHopeless(_ number: Int, _ task: ManualTask) -> Bool {
        guard case .fault(_, .startMachines) = plan, task.kind == .triage else { return false }
        return seen.prefix(number - 1).contains {
            $0.kind == .triage && ($0.instance, $0.node) == (task.instance, task.node)
        }
    }

    private func value(of field: Form.Field, _ task: ManualTask) -> JSON {
        if let initial = field.initial { return initial }
        switch field.kind {
        case .ip, .host: return task.spec.about["newAddress"] ?? "10.57.0.99"
        case .integer, .port: return .number(JSON.Number(field.rules.minimum ?? 1))
        case .boolean: return true
        case .choice: return .string(field.rules.options.first ?? "")
        case .path: return "/mnt/projects"
        case .string, .text: return "as told"
        case .json: return .null
        }
    }

    /// What the task's runbook would have them do.
    private func work(on task: ManualTask) {
        let about = task.spec.about
        if case .fault(_, .startMachines) = plan, task.kind == .triage { cloud.stopMachines() }
        guard let machine = about["machine"]?.asString else { return }
        let pairs = [
            ("oldAddress", "newAddress"), ("oldExportPath", "newExportPath"), ("oldMountPoint", "newMountPoint"),
        ]
        var changes = pairs.compactMap { old, new in
            about[old]?.asString.flatMap { old in about[new]?.asString.map { (old, $0) } }
        }
        if about["findings"] != nil, let old = about["sourceProject"]?.asString, let new = about["project"]?.asString {
            changes.append((old, new))
        }
        cloud.edit(machine) { [changes] machine in
            if machine.isOn {
                machine.isOn = false
            } else if changes.isEmpty {
                machine.isGeneralised = true
            }
            for (old, new) in changes {
                machine.disk = machine.disk.mapValues { $0.replacing(old, with: new) }
            }
        }
    }
}
