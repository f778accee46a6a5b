package import JSON
package import SirdarCore

/// What somebody may do, in one word; a person has any number of them.
package enum Role: String, Sendable, Hashable, CaseIterable {
    /// Asks for images in their projects.
    case requester
    /// Works on the tasks of their queues.
    case `operator`
    /// Sees who holds what, in every queue, and may take it from them.
    case supervisor
    /// Writes workflows and runbooks.
    case author
    /// Sees everything and changes nothing.
    case auditor
    /// Manages people.
    case admin
}

/// Somebody who can sign in, or a service that has a token.
package struct Person: Sendable, Hashable {
    package let id: Identifier
    /// What the person signs in with; unique, and compared in lower case.
    package let name: String
    package var title: String
    package var isService: Bool
    package var roles: Set<Role>
    /// The codes of the projects whose images and machines the person sees; `*` is every project.
    package var projects: Set<String>
    package var queues: Set<String>
    package var skills: Set<String>
    /// A disabled person is out at once: no session or token of theirs is accepted.
    package var isDisabled: Bool

    package static let kind = "person"
    package static let everyProject = "*"
    package static let nameMax = 64

    package init(
        id: Identifier,
        name: String,
        title: String = "",
        isService: Bool = false,
        roles: Set<Role>,
        projects: Set<String> = [],
        queues: Set<String> = [],
        skills: Set<String> = []
    ) {
        self.id = id
        self.name = name.lowercased()
        self.title = title.isEmpty ? name : title
        self.isService = isService
        self.roles = roles
        self.projects = projects
        self.queues = queues
        self.skills = skills
        isDisabled = false
    }

    /// Whether `name` can be an account's name: 1 to 64 of `a-z 0-9 . - _`, beginning with a letter or digit.
    package static func isName(_ name: String) -> Bool {
        let bytes = name.lowercased().utf8
        guard (1...nameMax).contains(bytes.count), let first = bytes.first, first.isLetterOrDigit else { return false }
        return bytes.allSatisfy { $0.isLetterOrDigit || $0 == 0x2E || $0 == 0x2D || $0 == 0x5F }
    }

    /// What the rules of a task look at.
    package var worker: Worker {
        let works = roles.contains(.operator) || roles.contains(.supervisor)
        return Worker(
            person: id.description,
            queues: works ? queues : [],
            skills: skills,
            isSupervisor: roles.contains(.supervisor)
        )
    }

    package func sees(project: String) -> Bool {
        projects.contains(Self.everyProject) || projects.contains(project)
    }
}

extension Person {
    package init?(_ record: Record) {
        guard let id = Identifier(record.key), let name = record.body["name"]?.asString else { return nil }
        func texts(_ key: String) -> Set<String> { Set(record.body[key]?.asArray?.compactMap(\.asString) ?? []) }
        self.init(
            id: id,
            name: name,
            title: record.body["title"]?.asString ?? name,
            isService: record.body["service"]?.asBool ?? false,
            roles: Set(texts("roles").compactMap(Role.init(rawValue:))),
            projects: texts("projects"),
            queues: texts("queues"),
            skills: texts("skills")
        )
        isDisabled = record.body["disabled"]?.asBool ?? false
    }

    package var body: JSON {
        func texts(_ set: Set<String>) -> JSON { .array(set.sorted().map(JSON.string)) }
        return [
            "name": .string(name), "title": .string(title), "service": .bool(isService),
            "roles": texts(Set(roles.map(\.rawValue))), "projects": texts(projects), "queues": texts(queues),
            "skills": texts(skills), "disabled": .bool(isDisabled),
        ]
    }

    /// Keeps a new person; refused by the store when the name is taken.
    package var added: RecordChange {
        RecordChange(kind: Self.kind, key: id.description, name: name, body: body, expecting: .absent)
    }
}

extension UInt8 {
    fileprivate var isLetterOrDigit: Bool { (0x61...0x7A).contains(self) || (0x30...0x39).contains(self) }
}
