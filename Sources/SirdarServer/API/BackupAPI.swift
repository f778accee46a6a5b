import Foundation
import HTTPTypes
import Hummingbird
import JSON
import NIOCore
import SirdarCore
import SirdarEngine
import SirdarJournal

/// A copy of the store as of one moment, for whoever may have all of it.
struct BackupAPI: Sendable {
    let server: Server

    private static let chunkBytes = 1 << 20

    /// The copy is made beside the store, whole, and then sent; it is gone when it has been sent, or could not be.
    @Sendable func make(_ request: Request, _ context: AppContext) async throws -> Response {
        var fields = try await RequestFields(request)
        try fields.finish()
        guard let folder = server.settings.dataFolder else { throw Trouble.notReady("This server has no data folder.") }
        let path = "\(folder)/backup-\(server.engine.identifiers.next()).sqlite"
        let copy = try await server.read { reading in
            try reading.store.backup(to: path)
            return try TemporaryFile(path)
        }
        try await note(copy, context)
        let (blocking, bytes) = (server.blocking, copy.bytes)
        var headers: HTTPFields = [.contentType: "application/vnd.sqlite3", .contentDisposition: "attachment"]
        headers[.cacheControl] = "no-store"
        let body = ResponseBody(contentLength: bytes) { writer in
            while let chunk = try await blocking.run({ try copy.read(upTo: Self.chunkBytes) }) {
                try await writer.write(ByteBuffer(bytes: chunk))
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: headers, body: body)
    }

    private func note(_ copy: TemporaryFile, _ context: AppContext) async throws {
        let actuation = try context.actuation(.api)
        let entry = Entry(
            at: server.engine.clock.now(),
            actor: actuation.actor,
            channel: actuation.channel,
            action: "store.backedUp",
            object: .init(kind: "store", id: server.engine.identifiers.next()),
            detail: ["bytes": .number(JSON.Number(copy.bytes))],
            requestID: actuation.requestID
        )
        let engine = server.engine
        let _: Void = try await server.blocking.answer { then in engine.write([], entry: entry, then: then) }
    }
}

/// A file that nobody needs once it has been read. It has no name any more from the moment it is opened, so that it is
/// gone with the process that reads it, however that ends.
private final class TemporaryFile: Sendable {
    let bytes: Int
    private let handle: Locked<FileHandle>

    init(_ path: String) throws {
        defer { unlink(path) }
        let handle = try FileHandle(forReadingFrom: URL(filePath: path))
        bytes = Int(try handle.seekToEnd())
        try handle.seek(toOffset: 0)
        self.handle = Locked(handle)
    }

    /// The next bytes; `nil` at the end.
    func read(upTo count: Int) throws -> [UInt8]? {
        let data = try handle.withLock { try $0.read(upToCount: count) }
        return data.flatMap { $0.isEmpty ? nil : Array($0) }
    }
}
