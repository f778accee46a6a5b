import HTTPTypes
import Hummingbird
import JSON
import NIOCore

extension Response {
    static func json(_ json: JSON, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) -> Response {
        var headers = headers
        headers[.contentType] = "application/json; charset=utf-8"
        let text = json.text
        if status == .ok { headers[.eTag] = ETag.of(text) }
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    static func html(_ html: String, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) -> Response {
        var headers = headers
        headers[.contentType] = "text/html; charset=utf-8"
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: html)))
    }

    static func plain(_ text: String, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status,
            headers: [.contentType: "text/plain; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text))
        )
    }

    /// Look there next, by GET: what follows a form that was accepted.
    static func seeOther(_ path: String, headers: HTTPFields = [:]) -> Response {
        var headers = headers
        headers[.location] = path
        return Response(status: .seeOther, headers: headers)
    }

    static let nothing = Response(status: .noContent)
}

/// A page of a list: the items, and where the next page begins.
struct ListAnswer {
    var items: [JSON]
    var next: String?

    var response: Response {
        var object: JSON.Object = ["items": .array(items)]
        object["next"] = next.map(JSON.string) ?? .null
        return .json(.object(object))
    }
}
