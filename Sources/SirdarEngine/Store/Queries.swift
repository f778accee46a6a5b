import JSON
package import SirdarCore
package import SirdarJournal

/// A page of instances, the newest first.
package struct InstanceQuery: Sendable, Hashable {
    package var scope: String?
    package var isOpen: Bool?
    /// The number of a deployed workflow.
    package var workflow: Int?
    /// Only instances older than this one.
    package var before: Identifier?
    package var limit: Int

    package init(
        scope: String? = nil,
        isOpen: Bool? = nil,
        workflow: Int? = nil,
        before: Identifier? = nil,
        limit: Int = 100
    ) {
        self.scope = scope
        self.isOpen = isOpen
        self.workflow = workflow
        self.before = before
        self.limit = min(limit, 200)
    }
}

package struct InstanceSummary: Sendable, Hashable {
    package let id: Identifier
    package let workflow: Int
    package let status: Instance.Status
    package let parent: Instance.Parent?
    package let origin: Instance.Origin
    package let startedAt: Timestamp
    package let updatedAt: Timestamp

    package init(
        id: Identifier,
        workflow: Int,
        status: Instance.Status,
        parent: Instance.Parent?,
        origin: Instance.Origin,
        startedAt: Timestamp,
        updatedAt: Timestamp
    ) {
        self.id = id
        self.workflow = workflow
        self.status = status
        self.parent = parent
        self.origin = origin
        self.startedAt = startedAt
        self.updatedAt = updatedAt
    }
}

/// A page of tasks: open ones in the order in which they are to be worked on, others the newest first.
package struct TaskQuery: Sendable, Hashable {
    package var instance: Identifier?
    package var queue: String?
    package var owner: String?
    package var isOpen: Bool?
    package var after: Identifier?
    package var limit: Int

    package init(
        instance: Identifier? = nil,
        queue: String? = nil,
        owner: String? = nil,
        isOpen: Bool? = true,
        after: Identifier? = nil,
        limit: Int = 100
    ) {
        self.instance = instance
        self.queue = queue
        self.owner = owner
        self.isOpen = isOpen
        self.after = after
        self.limit = min(limit, 200)
    }
}

package struct NextTaskQuery: Sendable, Hashable {
    package var queues: Set<String>
    package var skills: Set<String>
    /// The person, whose excluded tasks are passed over.
    package var person: String
    /// Tasks that are passed over because they are being given to somebody else just now.
    package var besides: Set<Identifier> = []

    package init(queues: Set<String>, skills: Set<String>, person: String) {
        self.queues = queues
        self.skills = skills
        self.person = person
    }
}

package struct QueueCount: Sendable, Hashable {
    package let queue: String
    package let ready: Int
    /// Claimed, in progress or being checked.
    package let held: Int

    package init(queue: String, ready: Int, held: Int) {
        self.queue = queue
        self.ready = ready
        self.held = held
    }
}

/// What the tasks took that ended in a span of time, by week, workflow, step and queue.
package struct HoursQuery: Sendable, Hashable {
    package var from: Timestamp
    /// Without it.
    package var to: Timestamp
    /// `nil`: all of them.
    package var queues: Set<String>?
    package var limit: Int

    package static let limitMax = 20_000

    package init(from: Timestamp, to: Timestamp, queues: Set<String>? = nil, limit: Int = limitMax) {
        self.from = from
        self.to = to
        self.queues = queues
        self.limit = min(limit, Self.limitMax)
    }
}

/// How many instances of a deployed workflow are in a state.
package struct WorkflowCount: Sendable, Hashable {
    package let workflow: Int
    package let status: Instance.Status
    package let count: Int

    package init(workflow: Int, status: Instance.Status, count: Int) {
        self.workflow = workflow
        self.status = status
        self.count = count
    }
}

/// A page of the journal.
package struct EntryQuery: Sendable, Hashable {
    package var object: Identifier?
    /// Only entries after this sequence number; with `newestFirst`, before it.
    package var after: Int64?
    package var newestFirst: Bool
    package var limit: Int
    /// Only entries whose names and free text are still there, and which of them.
    package var text: Text?

    package struct Text: Sendable, Hashable {
        /// Any of these stands in one of its parts, as it is written there; empty: whatever it says.
        package let mentioning: [String]
        package let before: Timestamp?

        package init(mentioning: [String] = [], before: Timestamp? = nil) {
            self.mentioning = mentioning
            self.before = before
        }
    }

    package init(object: Identifier? = nil, after: Int64? = nil, newestFirst: Bool = false, limit: Int = 200) {
        self.object = object
        self.after = after
        self.newestFirst = newestFirst
        self.limit = min(limit, 1000)
    }
}

package struct StoredEntry: Sendable, Hashable {
    package let sequence: Int64
    package let entry: SealedEntry

    package init(sequence: Int64, entry: SealedEntry) {
        self.sequence = sequence
        self.entry = entry
    }
}

/// A version of a definition, with all that it is made of.
package struct Deployment: Sendable, Hashable {
    package let namespace: String
    package let name: String
    package let version: String
    package let hash: ContentHash
    package let source: String
    /// The runbooks that it names, by their content hash.
    package let runbooks: [RunbookText]
    package let at: Timestamp

    package struct RunbookText: Sendable, Hashable {
        package let name: String
        package let hash: ContentHash
        package let source: String

        package init(name: String, hash: ContentHash, source: String) {
            self.name = name
            self.hash = hash
            self.source = source
        }
    }

    package init(
        namespace: String,
        name: String,
        version: String,
        hash: ContentHash,
        source: String,
        runbooks: [RunbookText],
        at: Timestamp
    ) {
        self.namespace = namespace
        self.name = name
        self.version = version
        self.hash = hash
        self.source = source
        self.runbooks = runbooks
        self.at = at
    }
}

package struct StoredDeployment: Sendable, Hashable {
    /// The number that instances are pinned to.
    package let number: Int
    package let deployment: Deployment

    package init(number: Int, deployment: Deployment) {
        self.number = number
        self.deployment = deployment
    }
}
