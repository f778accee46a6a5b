import SirdarCore
import SirdarEngine
import SirdarImages

/// What the list of people shows.
struct PeopleContent: Sendable {
    let people: [Row]
    let mayManage: Bool
    let roles: [PersonContent.Choice]
    let name: String
    let title: String
    let token: String
    let error: String?

    struct Row: Sendable {
        let id: String
        let name: String
        let title: String
        let roles: String
        let projects: String
        let queues: String
        let state: String
        let isOut: Bool

        init(_ person: Person, _ reading: Reading) {
            id = person.id.description
            name = person.name
            title = person.title
            roles = PersonContent.list(Set(person.roles.map(\.rawValue)))
            projects = person.projects.contains(Person.everyProject) ? "all" : PersonContent.list(person.projects)
            queues = PersonContent.list(person.queues)
            isOut = person.isDisabled
            state = person.isErased ? "erased" : person.isDisabled ? "disabled" : person.isService ? "service" : ""
        }
    }
}

/// What the page of one person shows.
struct PersonContent: Sendable {
    let id: String
    let name: String
    let title: String
    let version: String
    let facts: [EntryRow.Fact]
    let mayManage: Bool
    let isService: Bool
    let isDisabled: Bool
    let isErased: Bool
    /// Whether there is anything to change.
    let isChangeable: Bool
    let signsIn: Bool
    let roles: [Choice]
    let projects: [Choice]
    let queues: [Choice]
    let skills: String
    let sessions: [SessionRow]
    let hasSessions: Bool
    let tokens: [TokenRow]
    let hasTokens: Bool
    let identities: [IdentityRow]
    let hasIdentities: Bool
    let provider: String?
    let token: String
    var said: String?
    var link: String?
    var error: String?

    static let titleMax = 128

    struct Choice: Sendable {
        let name: String
        let title: String
        let isChecked: Bool
    }

    struct IdentityRow: Sendable {
        let person: String
        let id: String
        let subject: String
        let issuer: String
    }

    /// What was just done.
    enum Said: String, Sendable {
        case changed, disabled, enabled, ended, revoked, linked, unlinked, erased

        var sentence: String {
            switch self {
            case .changed: "It is changed, and holds from the next click."
            case .disabled: "They are out, everywhere. The tasks that they held go back to their queues."
            case .enabled: "They can sign in again."
            case .ended: "Ended: whoever was there has to sign in again."
            case .revoked: "The token is of no use any more."
            case .linked: "They can sign in by the identity provider."
            case .unlinked: "They cannot sign in as that any more, and are signed out."
            case .erased: "Who this was is erased. Backups that were made before still have it, until you delete them."
            }
        }
    }

    init(_ person: Person, version: Int64, _ reading: Reading, _ context: AppContext, _ server: Server) throws {
        let manages = context.may(.managePeople)
        id = person.id.description
        name = person.name
        title = person.title
        self.version = String(version)
        facts = Self.facts(person)
        mayManage = manages
        isService = person.isService
        isDisabled = person.isDisabled
        isErased = person.isErased
        isChangeable = manages && !person.isErased
        signsIn = manages && !person.isService && !person.isDisabled
        roles = Self.roles(Set(person.roles.map(\.rawValue)))
        let known = try reading.studio.projects().map { ($0.code, "\($0.code) – \($0.title)") }
        projects = Self.choices([(Person.everyProject, "every project")] + known, person.projects)
        queues = Self.choices(reading.library.queues.map { ($0.name, $0.title) }, person.queues)
        skills = person.skills.sorted().joined(separator: ", ")
        // From where somebody signs in is for those who end it.
        sessions = manages ? try SessionRow.all(of: person.id, current: nil, reading) : []
        hasSessions = !sessions.isEmpty
        tokens = manages ? try TokenRow.all(of: person.id, reading) : []
        hasTokens = !tokens.isEmpty
        identities = try reading.people.identities(of: person.id).map { link in
            IdentityRow(
                person: person.id.description,
                id: link.label,
                subject: link.identity.subject,
                issuer: link.identity.issuer
            )
        }
        hasIdentities = !identities.isEmpty
        provider = server.provider?.title
        token = context.formToken
    }

    static func list(_ set: Set<String>) -> String { set.isEmpty ? "–" : set.sorted().joined(separator: ", ") }

    static func roles(_ chosen: Set<String>) -> [Choice] {
        choices(Role.allCases.map { ($0.rawValue, $0.rawValue) }, chosen)
    }

    /// What there is, and what somebody has that is not there any more.
    private static func choices(_ known: [(String, String)], _ chosen: Set<String>) -> [Choice] {
        let gone = chosen.subtracting(known.map(\.0)).sorted().map { ($0, "\($0) (not there any more)") }
        return (known + gone).map { Choice(name: $0.0, title: $0.1, isChecked: chosen.contains($0.0)) }
    }

    private static func facts(_ person: Person) -> [EntryRow.Fact] {
        let state =
            person.isErased
            ? "erased" : person.isDisabled ? "disabled" : person.isService ? "a program" : "can sign in"
        return [
            .init(key: "Name", value: person.name), .init(key: "State", value: state),
            .init(key: "Roles", value: list(Set(person.roles.map(\.rawValue)))),
            .init(
                key: "Projects",
                value: person.projects.contains(Person.everyProject) ? "all" : list(person.projects)
            ),
            .init(key: "Queues", value: list(person.queues)), .init(key: "Skills", value: list(person.skills)),
        ]
    }
}
