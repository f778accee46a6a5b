/// Who may do what, where: one table, deny by default, for pages and the API alike.
///
/// It answers whether somebody may try. What the rules of a task or a request say besides (who holds it, four eyes)
/// is decided where it is decided for everybody: in the core.
package enum Permissions {
    package enum Operation: String, Sendable, Hashable, CaseIterable {
        case seeProject, keepProjects, controlMachine, readMachineFiles, writeMachineFiles
        case requestImage, withdrawRequest, answerQuestion, markGolden, correctCosts
        case seeInstances, cancelInstance, mendInstance, migrateInstances
        case seeTasks, workOnTasks, superviseTasks, stopWork, seeInsight
        case seeJournal, exportJournal, examine, seeWorkflows, deployWorkflows, seePeople, managePeople
        case backUp
        case sendEvents, seeEvents

        /// What a token must have been given for it.
        package var tokenScope: TokenScope {
            switch self {
            case .seeProject, .seeInstances, .seeTasks, .seeJournal, .exportJournal, .examine, .seeWorkflows,
                .seePeople, .readMachineFiles, .seeEvents, .seeInsight:
                .read
            case .controlMachine, .requestImage, .withdrawRequest, .answerQuestion: .request
            case .workOnTasks, .writeMachineFiles: .work
            case .markGolden, .correctCosts, .cancelInstance, .mendInstance, .migrateInstances, .deployWorkflows,
                .superviseTasks, .stopWork, .managePeople, .backUp:
                .manage
            case .sendEvents: .events
            case .keepProjects: .inventory
            }
        }
    }

    /// Where: the object's project or queue, or the installation as a whole.
    package enum Scope: Sendable, Hashable {
        case installation
        case project(String)
        case queue(String)
    }

    package static func may(_ person: Person, _ operation: Operation, in scope: Scope = .installation) -> Bool {
        guard !person.isDisabled else { return false }
        return person.roles.contains { role in
            table(role).contains(operation) && reaches(role, person, operation, scope)
        }
    }

    /// Whether a role may do something at all, somewhere.
    package static func includes(_ operation: Operation, in role: Role) -> Bool { table(role).contains(operation) }

    /// What each role may do at all.
    private static func table(_ role: Role) -> Set<Operation> {
        switch role {
        case .requester:
            [.seeProject, .controlMachine, .requestImage, .withdrawRequest, .answerQuestion, .seeInstances]
        case .operator:
            [
                .seeProject, .controlMachine, .readMachineFiles, .writeMachineFiles, .requestImage, .withdrawRequest,
                .answerQuestion, .seeInstances, .seeTasks, .workOnTasks, .seeInsight, .seeJournal, .seeWorkflows,
                .sendEvents, .seeEvents,
            ]
        case .supervisor:
            [
                .seeProject, .controlMachine, .readMachineFiles, .writeMachineFiles, .requestImage, .withdrawRequest,
                .answerQuestion,
                .markGolden, .correctCosts, .seeInstances, .cancelInstance, .mendInstance, .seeTasks, .workOnTasks,
                .superviseTasks, .stopWork, .seeInsight,
                .seeJournal,
                .seeWorkflows, .seePeople, .sendEvents, .seeEvents,
            ]
        case .author:
            [.seeProject, .seeInstances, .migrateInstances, .seeWorkflows, .deployWorkflows, .seeEvents]
        case .auditor:
            [
                .seeProject, .readMachineFiles, .seeInstances, .seeTasks, .seeJournal, .exportJournal, .examine,
                .seeWorkflows, .seePeople, .seeEvents, .seeInsight,
            ]
        case .admin:
            [
                .seeProject, .keepProjects, .seeInstances, .seeJournal, .examine, .seeWorkflows, .seePeople,
                .managePeople, .backUp,
            ]
        }
    }

    private static func reaches(_ role: Role, _ person: Person, _ operation: Operation, _ scope: Scope) -> Bool {
        switch scope {
        case .installation: true
        case .project(let code): person.sees(project: code)
        case .queue(let queue): role == .supervisor || role == .auditor || person.queues.contains(queue)
        }
    }
}

/// What a token can be given; a token never has more than its person.
package enum TokenScope: String, Sendable, Hashable, CaseIterable {
    case read, request, work, manage
    /// Sends events, and nothing else: for systems that tell what happened in them.
    case events
    /// Says which projects there are, and nothing else: for the system in which they are made.
    case inventory
    /// Files requests in the name of another person; both names go into the journal.
    case onBehalfOf = "on-behalf-of"
}

/// Somebody who has proved who they are, and how.
package struct Principal: Sendable, Hashable {
    package let person: Person
    package let proof: Proof

    package enum Proof: Sendable, Hashable {
        case session(Session)
        case token(APIToken)
    }

    package init(person: Person, proof: Proof) {
        self.person = person
        self.proof = proof
    }

    /// Whether the person may, and the token, where it is one, was given it.
    package func may(_ operation: Permissions.Operation, in scope: Permissions.Scope = .installation) -> Bool {
        guard Permissions.may(person, operation, in: scope) else { return false }
        return switch proof {
        case .session: true
        case .token(let token): token.scopes.contains(operation.tokenScope)
        }
    }

    package var session: Session? {
        switch proof {
        case .session(let session): session
        case .token: nil
        }
    }
}
