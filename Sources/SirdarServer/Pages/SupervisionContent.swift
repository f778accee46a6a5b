import Hummingbird
import JSON
import SirdarCore
import SirdarEngine
import SirdarJournal

/// What a supervisor may do to an instance, as forms.
struct SupervisionContent {
    let instance: String
    let token: String
    let since: String?
    let forms: [Form]

    struct Form {
        let id: String
        let name: String
        let label: String
        let button: String
        let isDanger: Bool
        /// The step that it is done to.
        let step: String?
        let value: Value?
    }

    /// A value that is entered as JSON.
    struct Value {
        let id: String
        let name: String
        let label: String
        let text: String
    }

    init(_ view: SupervisionView, token: String) {
        instance = view.instance.id.description
        self.token = token
        since = view.instance.suspension.map { Show.time($0.since) }
        var forms = view.operations.map { operation in
            Form(operation, value: operation == .context ? view.instance.context : nil)
        }
        for step in view.steps {
            forms += step.operations.map { Form($0, step: step.number, title: step.node.title, value: step.input) }
        }
        forms += view.marks.map { Form(.rewind, step: $0.step, title: $0.node.title) }
        self.forms = forms
    }
}

extension SupervisionContent.Form {
    fileprivate init(_ operation: Supervision, step: Int? = nil, title: String = "", value: JSON? = nil) {
        id = "supervise-\(operation.rawValue)" + (step.map { "-\($0)" } ?? "")
        name = operation.rawValue
        label = operation.label(title)
        button = operation.button
        isDanger = operation == .giveUp || operation == .rewind
        self.step = step.map(String.init)
        self.value = operation.value.map { name, label in
            let text = operation == .skip || operation == .retry ? "" : (value ?? .null).pretty
            return .init(id: "\(name)-\(operation.rawValue)-\(step ?? 0)", name: name, label: label, text: text)
        }
    }
}

extension Supervision {
    fileprivate func label(_ title: String) -> String {
        switch self {
        case .suspend: "Suspend: let no new step begin…"
        case .resume: "Resume…"
        case .retry: "Try “\(title)” again…"
        case .skip: "Skip “\(title)”…"
        case .giveUp: "Give “\(title)” up…"
        case .input: "Change what “\(title)” is given…"
        case .context: "Change the context…"
        case .rewind: "Go back to “\(title)”: what began since is undone…"
        }
    }

    fileprivate var button: String {
        switch self {
        case .suspend: "Suspend"
        case .resume: "Resume"
        case .retry: "Try again"
        case .skip: "Skip"
        case .giveUp: "Give up"
        case .input, .context: "Change"
        case .rewind: "Go back"
        }
    }

    /// The member that holds a value, and what people call it.
    fileprivate var value: (name: String, label: String)? {
        switch self {
        case .skip: ("output", "What it gives instead, as JSON")
        case .retry: ("input", "Another input, as JSON; empty: the same as before")
        case .input: ("input", "Its input, as JSON")
        case .context: ("context", "The context, as JSON")
        case .suspend, .resume, .giveUp, .rewind: nil
        }
    }

    /// What a form of the page says, as the members of the API.
    ///
    /// - Throws: that a value is not JSON.
    func members(_ form: FormData) throws(Trouble) -> JSON.Object {
        var members: JSON.Object = [:]
        if !form.text("reason").isEmpty { members["reason"] = .string(form.text("reason")) }
        guard let (name, _) = value, !form.text(name).isEmpty else { return members }
        do { members[name] = .some(try JSON(parsing: form.text(name))) } catch {
            throw .invalid("/\(name)", "What you entered is not JSON: \(error)")
        }
        return members
    }
}

/// What the forms of an instance's page send.
struct SupervisionPages: Sendable {
    let server: Server

    @Sendable func act(_ request: Request, _ context: AppContext) async throws -> Response {
        let (id, name) = (try server.identifier(context, "instance"), try server.parameter(context, "operation"))
        guard let operation = Supervision(rawValue: name) else { throw Trouble.notFound("operation") }
        let form = try await FormData.body(of: request)
        var fields = RequestFields(try operation.members(form))
        let (event, reason) = operation.event(&fields, step: Int(form.text("step")) ?? 0)
        try fields.finish()
        _ = try await server.supervise(event, id, context, .page, reason: reason)
        return .seeOther("/instances/\(id)")
    }
}
