/// Every address of the API that a command uses, on one screen.
enum Address {
    static let projects = "/v1/projects"
    static func project(_ code: String) -> String { "\(projects)/\(Call.escaped(code))" }
    static let machines = "/v1/machines"
    static func machine(_ name: String) -> String { "/v1/machines/\(Call.escaped(name))" }
    static func power(_ machine: String) -> String { "\(Self.machine(machine))/power" }
    static func files(_ machine: String) -> String { "\(Self.machine(machine))/files" }
    static func fileContent(_ machine: String) -> String { "\(files(machine))/content" }

    static let images = "/v1/images"
    static func image(_ id: String) -> String { "/v1/images/\(Call.escaped(id))" }
    static let requests = "/v1/requests"
    static func request(_ id: String) -> String { "/v1/requests/\(Call.escaped(id))" }

    static func costs(ofImage id: String) -> String { "\(image(id))/costs" }
    static func costs(ofProject code: String) -> String { "\(project(code))/costs" }
    static func export(ofProject code: String) -> String { "\(costs(ofProject: code))/export" }
    static func corrections(of project: String) -> String { "\(Self.project(project))/cost-corrections" }
    static func estimate(ofMachine name: String) -> String { "\(machine(name))/estimate" }
    static func estimate(ofImage id: String) -> String { "\(image(id))/estimate" }
    static let prices = "/v1/prices"

    static let queues = "/v1/queues"
    static let claims = "/v1/claims"
    static let tasks = "/v1/tasks"
    static func task(_ id: String) -> String { "/v1/tasks/\(Call.escaped(id))" }
    static func claim(_ task: String) -> String { "\(Self.task(task))/claim" }
    static func start(_ task: String) -> String { "\(Self.task(task))/start" }
    static func draft(_ task: String) -> String { "\(Self.task(task))/draft" }
    static func tick(_ task: String, item: String) -> String { "\(Self.task(task))/ticks/\(Call.escaped(item))" }
    static func completion(_ task: String) -> String { "\(Self.task(task))/completion" }
    static func failure(_ task: String) -> String { "\(Self.task(task))/failure" }
    /// What is done to a task beside its work: `owner`, `hold`, `queue` and so on.
    static func part(_ part: String, of task: String) -> String { "\(Self.task(task))/\(part)" }
    static let views = "/v1/views"
    static func view(_ id: String) -> String { "\(views)/\(Call.escaped(id))" }
    static func attachments(of task: String) -> String { "\(Self.task(task))/attachments" }
    static let taskOperations = "/v1/task-operations"
    static let insight = "/v1/insight"
    static let insightExport = "\(insight)/export"
    static let handOvers = "/v1/hand-overs"

    static let instances = "/v1/instances"
    static func instance(_ id: String) -> String { "/v1/instances/\(Call.escaped(id))" }
    static func explanation(_ instance: String) -> String { "\(Self.instance(instance))/explanation" }
    static let stops = "/v1/stops"
    static func stop(_ kind: String, _ name: String) -> String { "\(stops)/\(kind)/\(Call.escaped(name))" }
    static let workflows = "/v1/workflows"
    static let entries = "/v1/entries"
    static func entry(_ sequence: Int) -> String { "\(entries)/\(sequence)" }
    static func proof(_ sequence: Int) -> String { "\(entry(sequence))/proof" }
    static let export = "/v1/journal/export"
    static let examination = "/v1/examination"
    static let events = "/v1/events"
    static let stream = "/v1/stream"
    static let people = "/v1/people"
    static func person(_ id: String) -> String { "\(people)/\(Call.escaped(id))" }
    static func resetLinks(_ person: String) -> String { "\(Self.person(person))/reset-links" }
    static let me = "/v1/people/me"
    static let password = "\(me)/password"
    static let myNotifications = "\(me)/notifications"
    static let absences = "/v1/absences"
    static func absence(_ person: String?) -> String {
        "\(person.map { "/v1/people/\(Call.escaped($0))" } ?? me)/absence"
    }
    static let notifications = "/v1/notifications"
    static let backups = "/v1/backups"
    static let tokens = "/v1/tokens"
    static func token(_ id: String) -> String { "/v1/tokens/\(Call.escaped(id))" }
}
