package import JSON
package import SirdarCore
package import SirdarEngine

/// The domain as pages and the API show it: projects, machines, images, requests.
///
/// What it answers is plain: text that is already words. Reads block, and are made on a lane; what changes something
/// answers by completion, once it is durable. Who may ask is decided before it is asked.
package protocol Studio: Sendable {
    func projects() throws -> [StudioProject]
    /// A project as another system hands it in, checked, and what it would change.
    func intake(_ body: JSON.Object, of code: String) throws -> ProjectIntake
    func keep(
        _ intake: ProjectIntake,
        by actuation: Actuation,
        then: @escaping @Sendable (Result<Void, any Error>) -> Void
    )
    func machines(of project: String) throws -> [StudioMachine]
    func machine(named name: String) throws -> StudioMachine?
    /// Turns a machine on or off; to what it is already changes nothing.
    func setPower(on: Bool, of machine: StudioMachine, by actuation: Actuation) throws

    func files(of machine: StudioMachine, in folder: String) throws -> [StudioFile]
    func readFile(of machine: StudioMachine, at path: String) throws -> StudioContent
    /// `expecting`: the digest that the file must have now; `nil`: whatever it holds is replaced.
    func writeFile(
        _ bytes: [UInt8],
        of machine: StudioMachine,
        at path: String,
        expecting: String?,
        by actuation: Actuation
    ) throws -> StudioContent

    /// Removes a file, a link or an empty folder; what is not there is gone already.
    func removeFile(of machine: StudioMachine, at path: String, by actuation: Actuation) throws

    /// The newest first, those older than `before`. Those that belong to a request alone are in no list, and a page may
    /// not be shorter for them.
    func images(of project: String, before: Identifier?, limit: Int) throws -> [StudioImage]
    /// The golden images of a project.
    func goldenImages(of project: String) throws -> Set<Identifier>
    func image(_ id: Identifier) throws -> StudioImage?
    /// Where images can be copied to.
    func locations() throws -> [String]
    /// What things cost, by location and time.
    var prices: PriceSheet { get }
    /// What an image of this machine would cost a week; `nil` while the machine is not off.
    func estimate(of machine: StudioMachine) throws -> CostEstimate?
    /// What a copy of this image would cost a week in another location, and once for sending it; `nil` while the
    /// image is not built.
    func estimate(ofCopying image: Identifier, to location: String) throws -> CostEstimate?

    /// The newest first; of these projects, or of all when `nil`.
    func requests(of projects: Set<String>?, before: Identifier?, limit: Int) throws -> [StudioRequest]
    func request(_ id: Identifier) throws -> StudioRequest?
    func submit(
        _ wish: Wish,
        by actuation: Actuation,
        then: @escaping @Sendable (Result<StudioRequest, any Error>) -> Void
    )
    func withdraw(
        _ request: StudioRequest,
        by actuation: Actuation,
        then: @escaping @Sendable (Result<StudioRequest, any Error>) -> Void
    )
}

package struct StudioProject: Sendable, Hashable {
    package var code: String
    package var title: String
    package var location: String
    /// Everything else, for the API: network, storage, manager.
    package var facts: JSON

    package init(code: String, title: String, location: String, facts: JSON = .null) {
        self.code = code
        self.title = title
        self.location = location
        self.facts = facts
    }
}

package struct StudioMachine: Sendable, Hashable {
    package var name: String
    package var project: String
    package var location: String
    /// `workstation` or `renderNode`.
    package var type: String
    /// `on`, `off`, `starting`, `stopping`, `pending`, `failed`.
    package var power: String
    package var os: String
    package var address: String?
    /// Why no image of it can be asked for now; `nil` when one can.
    package var imagingRefusal: String?
    package var facts: JSON

    package init(
        name: String,
        project: String,
        location: String,
        type: String,
        power: String,
        os: String = "",
        address: String? = nil,
        imagingRefusal: String? = nil,
        facts: JSON = .null
    ) {
        self.name = name
        self.project = project
        self.location = location
        self.type = type
        self.power = power
        self.os = os
        self.address = address
        self.imagingRefusal = imagingRefusal
        self.facts = facts
    }
}

package struct StudioFile: Sendable, Hashable {
    package var path: String
    /// `regular`, `directory`, `link` or `other`.
    package var kind: String
    package var mode: Int
    package var bytes: Int64

    package init(path: String, kind: String, mode: Int, bytes: Int64) {
        self.path = path
        self.kind = kind
        self.mode = mode
        self.bytes = bytes
    }
}

package struct StudioContent: Sendable, Hashable {
    package var path: String
    package var bytes: [UInt8]
    /// SHA-256 in hexadecimal: what to expect when writing it back.
    package var digest: String

    package init(path: String, bytes: [UInt8], digest: String) {
        self.path = path
        self.bytes = bytes
        self.digest = digest
    }
}

package struct StudioImage: Sendable, Hashable {
    package var id: Identifier
    package var name: String
    package var description: String
    package var project: String
    package var location: String
    package var type: String
    /// `saved`, `building`, `built`, `failed`, `withdrawn`, `deletionRequested`, `deleting`, `deleted`, `lost`.
    package var state: String
    package var isGolden: Bool
    /// What it was made from, in words.
    package var source: String
    /// What it costs this week, in words.
    package var cost: String?
    /// What it waits for, or why it failed, in words.
    package var note: String?
    package var digest: String?
    package var request: Identifier?
    package var createdAt: Timestamp

    package init(
        id: Identifier,
        name: String,
        description: String = "",
        project: String,
        location: String,
        type: String,
        state: String,
        isGolden: Bool = false,
        source: String = "",
        cost: String? = nil,
        note: String? = nil,
        digest: String? = nil,
        request: Identifier? = nil,
        createdAt: Timestamp
    ) {
        self.id = id
        self.name = name
        self.description = description
        self.project = project
        self.location = location
        self.type = type
        self.state = state
        self.isGolden = isGolden
        self.source = source
        self.cost = cost
        self.note = note
        self.digest = digest
        self.request = request
        self.createdAt = createdAt
    }
}

package struct StudioRequest: Sendable, Hashable {
    package var id: Identifier
    package var kind: RequestKind
    package var state: String
    package var project: String
    /// The person's identifier.
    package var requester: String
    package var image: StudioImage?
    package var instance: Identifier?
    package var createdAt: Timestamp
    package var note: String?
    /// Whether it can still be taken back.
    package var isOpen: Bool

    package init(
        id: Identifier,
        kind: RequestKind,
        state: String,
        project: String,
        requester: String,
        image: StudioImage?,
        instance: Identifier?,
        createdAt: Timestamp,
        note: String? = nil,
        isOpen: Bool
    ) {
        self.id = id
        self.kind = kind
        self.state = state
        self.project = project
        self.requester = requester
        self.image = image
        self.instance = instance
        self.createdAt = createdAt
        self.note = note
        self.isOpen = isOpen
    }
}

package enum RequestKind: String, Sendable, Hashable, CaseIterable { case create, copy, adapt, delete }

/// What somebody asks for; the names in it are as they were typed, and checked by the domain.
package struct Wish: Sendable, Hashable {
    package var what: What
    /// In whose name, when not in one's own.
    package var onBehalfOf: Identifier?

    package enum What: Sendable, Hashable {
        case create(machine: String, name: String, description: String)
        case copy(image: Identifier, name: String, location: String)
        case adapt(image: Identifier, name: String, project: String)
        case delete(image: Identifier, reason: String)
    }

    package init(_ what: What, onBehalfOf: Identifier? = nil) {
        self.what = what
        self.onBehalfOf = onBehalfOf
    }

    package var kind: RequestKind {
        switch what {
        case .create: .create
        case .copy: .copy
        case .adapt: .adapt
        case .delete: .delete
        }
    }
}

/// The domain says no, in a sentence; `code` is for programs.
package struct StudioRefusal: Error, Sendable, Hashable {
    package let status: Int
    package let code: String
    package let sentence: String
    package let errors: [FieldError]

    package init(status: Int = 409, code: String, _ sentence: String, errors: [FieldError] = []) {
        self.status = status
        self.code = code
        self.sentence = sentence
        self.errors = errors
    }
}
