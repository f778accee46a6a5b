import Hummingbird
import SirdarCore
import SirdarEngine

/// The files of a task, and the form by which one is added.
struct AttachmentContent {
    let files: [File]
    let hasFiles: Bool
    let mayAttach: Bool
    /// Whether there is anything to show.
    let isShown: Bool
    /// Items of the runbook that ask for a file.
    let items: [TaskListContent.Choice]
    let hasItems: Bool
    let most: String
    let types: String

    struct File {
        let path: String
        let name: String
        let size: String
        let type: String
        let digest: String
        let by: String
        let time: TimeView
    }

    init(_ task: ManualTask, _ offers: [TaskOffer], _ reading: Reading, _ settings: Server.Settings) throws {
        files = try StoredAttachment.all(of: task.id, reading.store).map { stored in
            File(
                path: "/tasks/\(task.id)/attachments/\(stored.id)",
                name: stored.file.name,
                size: Self.size(stored.file.bytes),
                type: stored.file.type,
                digest: String(stored.file.digest.hex.prefix(12)),
                by: try reading.name(stored.by),
                time: TimeView(stored.at, reading.now)
            )
        }
        hasFiles = !files.isEmpty
        mayAttach = offers.contains { $0.operation == .attach && $0.isAllowed }
        isShown = hasFiles || mayAttach
        let asked = (task.runbook.flatMap { reading.library.runbook($0) }?.items ?? []).filter { $0.evidence == .file }
        items = asked.map { .init(name: $0.id, title: $0.text, isSelected: false) }
        hasItems = !items.isEmpty
        most = Self.size(settings.attachmentBytesMax)
        types = settings.attachmentTypes.joined(separator: ",")
    }

    /// `12 B`, `3.4 KiB`, `10 MiB`.
    static func size(_ bytes: Int) -> String {
        guard bytes >= 1024 else { return "\(bytes) B" }
        let (unit, name) = bytes >= 1 << 20 ? (1 << 20, "MiB") : (1 << 10, "KiB")
        let tenths = (bytes * 10 + unit / 2) / unit
        return tenths % 10 == 0 ? "\(tenths / 10) \(name)" : "\(tenths / 10).\(tenths % 10) \(name)"
    }
}

extension TaskPages {
    /// A file, and where one was chosen the item of the runbook that it proves.
    @Sendable func attach(_ request: Request, _ context: AppContext) async throws -> Response {
        let (seer, seen) = (try context.person(), try server.identifier(context, "task"))
        try await server.read { reading in _ = try reading.task(seen, for: seer) }
        let form = try await Multipart.body(
            of: request,
            upTo: server.settings.attachmentBytesMax + Limits.bodyBytesMax
        )
        return try await answering(FormData(), context) { id, worker, actuation in
            guard let part = form["file"], let name = part.fileName, !name.isEmpty else {
                throw Trouble.invalid("/file", "Choose a file first.")
            }
            guard part.bytes.count <= server.settings.attachmentBytesMax else { throw Trouble.tooLargeFile(server) }
            let principal = try context.person()
            try await server.expectAttachable(id, part.type, principal)
            let upload = Upload(name: name, type: part.type, bytes: part.bytes)
            let stored = try await server.attach(upload, to: id, principal, by: actuation)
            let item = form.text("item")
            if !item.isEmpty {
                _ = try await server.act(.tick(item: item, evidence: stored.file.name), on: id, worker, by: actuation)
            }
            return .seeOther("/tasks/\(id)#files")
        }
    }
}

extension Trouble {
    static func tooLargeFile(_ server: Server) -> Trouble {
        Trouble(
            status: 413,
            code: "too-large",
            title: "Too large",
            detail: "A file may have at most \(AttachmentContent.size(server.settings.attachmentBytesMax))."
        )
    }
}
