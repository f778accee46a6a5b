import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import SirdarCore
import SirdarEngine

/// Pictures of workflows and instances: for programs as files, for people as a page.
struct DiagramAPI: Sendable {
    let server: Server

    @Sendable func instance(_ request: Request, _ context: AppContext) async throws -> Response {
        let (principal, id) = (try context.person(), try server.identifier(context, "instance"))
        return try await server.read { reading in
            let story = try reading.story(of: try reading.instance(id, for: principal))
            let svg = try Self.drawn { () throws(Diagram.TooLarge) in
                try Diagram(story.workflow).svg(story.marks { _ in nil }, isAlone: true)
            }
            return .svg(svg)
        }
    }

    @Sendable func workflow(_ request: Request, _ context: AppContext) async throws -> Response {
        let (name, format) = (try server.workflowName(context), try FormData.query(of: request).text("format"))
        guard let format = format.isEmpty ? .svg : Diagram.Format(rawValue: format) else {
            let formats = Diagram.Format.allCases.map(\.rawValue).joined(separator: ", ")
            throw Trouble.invalid("/format", "`format` is one of \(formats).")
        }
        return try await server.read { reading in
            let workflow = try reading.workflow(name)
            let text = try Self.drawn { () throws(Diagram.TooLarge) in try Diagram(workflow).text(format) }
            return format == .svg ? .svg(text) : .plain(text)
        }
    }

    /// The page of one version of a workflow.
    @Sendable func page(_ request: Request, _ context: AppContext) async throws -> Response {
        struct Content {
            let title: String
            let summary: String
            let facts: [EntryRow.Fact]
            let address: String
            let versions: String
            let diagram: DiagramContent?
        }
        let (name, pages) = (try server.workflowName(context), Pages(server: server))
        return try await server.read { reading in
            let workflow = try reading.workflow(name)
            let diagram = try? Diagram(workflow)
            let content = Content(
                title: workflow.document.title,
                summary: workflow.document.summary,
                facts: [
                    EntryRow.Fact(key: "Name", value: "\(name.namespace)/\(name.name)"),
                    EntryRow.Fact(key: "Version", value: name.version),
                    EntryRow.Fact(key: "Content", value: String(workflow.hash.hex.prefix(12))),
                ],
                address: "/v1/workflows/\(name.namespace)/\(name.name)/\(name.version)/diagram",
                versions: "/workflows/\(name.namespace)/\(name.name)",
                diagram: diagram.flatMap { diagram in
                    try? DiagramContent(svg: diagram.svg(), outline: diagram.outline())
                }
            )
            return pages.page(workflow.document.title, .workflow, content, context, at: "/workflows")
        }
    }

    private static func drawn(_ body: () throws(Diagram.TooLarge) -> String) throws(Trouble) -> String {
        do throws(Diagram.TooLarge) { return try body() } catch {
            throw Trouble.conflict("too-large", "The picture would be too large: \(error.description).")
        }
    }
}

extension Reading {
    /// A version that is deployed.
    func workflow(_ name: Vocabulary.WorkflowName) throws(Trouble) -> Workflow {
        guard let number = try? library.number(name.namespace, name.name, name.version),
            let workflow = try? library.workflow(number)
        else { throw Trouble.notFound("workflow") }
        return workflow
    }
}

extension Response {
    /// A picture of its own, which brings its style sheet: that one and nothing else is allowed in it.
    static func svg(_ text: String) -> Response {
        let digest = Data(SHA256.hash(data: Data(Diagram.styleText.utf8))).base64EncodedString()
        return Response(
            status: .ok,
            headers: [
                .contentType: "image/svg+xml; charset=utf-8",
                .contentSecurityPolicy:
                    "default-src 'none'; style-src 'sha256-\(digest)'; frame-ancestors 'none'; base-uri 'none'",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text))
        )
    }
}
