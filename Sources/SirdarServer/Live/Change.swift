package import JSON
package import SirdarCore
package import SirdarEngine

/// Something that happened, as it is told to whoever may see it: thin, since who is told reads the rest where it is
/// read anyway, with the rights of that moment.
package struct Change: Sendable, Hashable {
    /// The number of the journal's entry. Numbers have no gaps, so whoever names the last one has missed nothing.
    package let sequence: Int64
    package let at: Timestamp
    /// As the journal names it: `task.claimed`, `step.succeeded`.
    package let action: String
    package let what: What

    package enum What: Sendable, Hashable {
        case task(TaskPart, Place)
        case instance(Place)
        /// Somebody's rights or sessions. It is told to nobody; whoever listens is asked anew who they are.
        case people
    }

    /// Where it happened.
    package struct Place: Sendable, Hashable {
        package let instance: Identifier
        package let project: String
        package let request: Identifier?
    }

    package struct TaskPart: Sendable, Hashable {
        package let id: Identifier
        package let queue: String
        /// Where it was before, when it has just moved: there it is gone.
        package let formerQueue: String?
        package let state: String?
    }
}

extension Change {
    /// What somebody is told of it; `nil`: nothing. Who may see the instance but not the task hears of the instance.
    package func told(to principal: Principal) -> JSON? {
        let place: Place
        var object: JSON.Object = [
            "sequence": .number(JSON.Number(Int(sequence))), "at": .string(at.description),
            "kind": "instance",
        ]
        switch what {
        case .people: return nil
        case .task(let task, let there):
            place = there
            let mayNow = principal.may(.seeTasks, in: .queue(task.queue))
            if mayNow || task.formerQueue.map({ principal.may(.seeTasks, in: .queue($0)) }) == true {
                object["kind"] = "task"
                object["action"] = .string(action)
                object["task"] = .string(task.id.description)
                object["queue"] = .string(mayNow ? task.queue : task.formerQueue ?? "")
                object["state"] = task.state.map(JSON.string)
            } else if !principal.may(.seeInstances, in: .project(place.project)) {
                return nil
            }
        case .instance(let there):
            place = there
            guard principal.may(.seeInstances, in: .project(place.project)) else { return nil }
            object["action"] = .string(action)
        }
        object["instance"] = .string(place.instance.description)
        object["project"] = .string(place.project)
        object["request"] = place.request.map { .string($0.description) }
        return .object(object)
    }
}

/// Which changes somebody wants to hear of, of those that they may.
package struct ChangeFilter: Sendable, Hashable {
    package var queue: String?
    package var project: String?
    package var instance: Identifier?

    package init(queue: String? = nil, project: String? = nil, instance: Identifier? = nil) {
        self.queue = queue
        self.project = project
        self.instance = instance
    }

    package func fits(_ change: Change) -> Bool {
        switch change.what {
        case .people: true
        case .instance(let place): queue == nil && fits(place)
        case .task(let task, let place):
            fits(place) && (queue == nil || queue == task.queue || queue == task.formerQueue)
        }
    }

    private func fits(_ place: Change.Place) -> Bool {
        (project == nil || project == place.project) && (instance == nil || instance == place.instance)
    }
}
