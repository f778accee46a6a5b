/// Who works: what the rules of a task look at.
package struct Worker: Sendable, Hashable {
    package let person: String
    /// The queues that the person is a member of.
    package let queues: Set<String>
    package let skills: Set<String>
    package let isSupervisor: Bool
    /// Queues of which the person holds as many tasks as one may, with that number.
    package var fullQueues: [String: Int] = [:]
    /// On account of what the task in question is not begun just now.
    package var stop: Stop?

    package init(person: String, queues: Set<String>, skills: Set<String>, isSupervisor: Bool) {
        self.person = person
        self.queues = queues
        self.skills = skills
        self.isSupervisor = isSupervisor
    }

    /// Whether this person may hold the task at all, whoever holds it now.
    package func mayWork(on task: ManualTask) throws(TaskRefusal) {
        try mayTouch(task, with: task.spec.skills)
    }

    /// Whether this person may take the task into their own hands now.
    func mayTake(_ task: ManualTask) throws(TaskRefusal) {
        try mayWork(on: task)
        if let stop { throw .stopped(stop) }
        if let limit = fullQueues[task.queue] { throw .claimLimit(task.queue, limit) }
    }

    /// Whether this person may confirm what another has done.
    func mayReview(_ task: ManualTask, _ completion: ManualTask.Completion) throws(TaskRefusal) {
        if person == completion.by || person == task.origin.requester { throw .ownWork }
        try mayTouch(task, with: completion.review ?? [])
    }

    func expectSupervisor() throws(TaskRefusal) { if !isSupervisor { throw .notSupervisor } }

    private func mayTouch(_ task: ManualTask, with wanted: [String]) throws(TaskRefusal) {
        guard queues.contains(task.queue) else { throw .notInQueue(task.queue) }
        let lacking = wanted.filter { !skills.contains($0) }
        guard lacking.isEmpty else { throw .lacksSkills(lacking) }
        if let exclusion = task.excluded.first(where: { $0.person == person }) { throw .excluded(why: exclusion.why) }
    }
}
