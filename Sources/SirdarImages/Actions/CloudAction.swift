import JSON
import SirdarCore
import SirdarEngine

/// An action on a cloud: a name, a schema, and a body that may fail as clouds do.
struct CloudAction: Action {
    let signature: ActionSignature
    private let body: @Sendable (ActionCall) throws -> ActionOutcome

    /// `input`: the JSON Schema's `properties`; those named in `required` must be there.
    init(
        _ name: String,
        _ summary: String,
        input: JSON.Object,
        required: [String],
        changesOutside: Bool = false,
        onlyLooks: Bool = false,
        lane: @escaping @Sendable (JSON) -> Lane = { _ in .general },
        body: @escaping @Sendable (ActionCall) throws -> ActionOutcome
    ) {
        let schema: JSON = [
            "type": "object", "properties": .object(input), "required": .array(required.map(JSON.string)),
            "additionalProperties": false,
        ]
        signature = ActionSignature(
            name: name,
            summary: summary,
            input: schema,
            changesOutside: changesOutside,
            onlyLooks: onlyLooks,
            lane: lane
        )
        self.body = body
    }

    func perform(_ call: ActionCall) -> ActionOutcome {
        do { return try body(call) } catch let error as CloudError {
            return .failed(Failure(error))
        } catch let error as StoreError {
            return .failed(Failure(Problem(.runtime, "The store could not be read: \(error)."), remedy: .tryAgain))
        } catch let error as Problem {
            return .failed(Failure(error, remedy: .permanent))
        } catch {
            return .failed(Failure(Problem(.runtime, "\(error)"), remedy: .permanent))
        }
    }
}

extension Failure {
    /// What a cloud's refusal means to a step: try again, or ask a person.
    init(_ error: CloudError) {
        let kind: Problem.Kind
        let remedy: Remedy
        switch error.kind {
        case .throttled(let after):
            (kind, remedy) = (.communication, after.map { .tryAgainAfter(Interval($0)) } ?? .tryAgain)
        case .transient, .eventual, .unknown: (kind, remedy) = (.communication, .tryAgain)
        case .quota: (kind, remedy) = (.runtime, .tryAgainAfter(.minutes(1)))
        case .conflict, .duplicate: (kind, remedy) = (.runtime, .permanent)
        case .denied: (kind, remedy) = (.authorization, .permanent)
        case .invalid: (kind, remedy) = (.validation, .permanent)
        case .gone: (kind, remedy) = (.runtime, .permanent)
        }
        var problem = Problem(kind, error.sentence)
        problem.title = "The cloud: \(error.code)"
        self.init(problem, remedy: remedy)
    }
}

extension Interval {
    init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self.init(milliseconds: seconds * 1000 + attoseconds / 1_000_000_000_000_000)
    }
}

extension ActionCall {
    /// How long one call of a cloud may take.
    var deadline: Deadline { .within(.seconds(240)) }

    func text(_ key: String) throws -> String {
        guard let text = input[key]?.asString else { throw Problem(.validation, "`\(key)` is missing.") }
        return text
    }

    func image(_ key: String = "image") throws -> (image: Image, record: Record) {
        let id = try text(key)
        guard let record = try records.record(Image.kind, id), let image = Image(record) else {
            throw Problem(.runtime, "There is no image \(id) in the store.")
        }
        return (image, record)
    }

    func machine(_ key: String = "machine") throws -> MachineRef {
        guard let ref = input[key].flatMap(MachineRef.init(json:)) else {
            throw Problem(.validation, "`\(key)` is not a machine: it needs a location and an id.")
        }
        return ref
    }
}
