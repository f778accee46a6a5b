import JSON

extension Node {
    /// An event that a step tells the world (`emit`).
    package struct Emission: Sendable, Hashable {
        /// The event's attributes and data, as far as the definition says them.
        package let with: Template

        package init(with: Template) { self.with = with }
    }

    /// Waits for events (`listen`).
    package struct Listener: Sendable {
        package let strategy: EventStrategy
        package let read: EventRead
        package let iterator: Iterator?

        package init(strategy: EventStrategy, read: EventRead = .data, iterator: Iterator? = nil) {
            self.strategy = strategy
            self.read = read
            self.iterator = iterator
        }
    }

    /// What is done with each event, one after the other, in the order of their coming (`foreach`).
    package struct Iterator: Sendable {
        /// The variables that hold the event as it was read, and its position.
        package let item: String
        package let position: String
        /// A sequence; `nil`: nothing is done but `output` and `export`.
        package let body: Int?
        package let output: Workflow.DataOut
        package let export: Workflow.DataOut

        package init(
            item: String = "item",
            position: String = "index",
            body: Int?,
            output: Workflow.DataOut = .none,
            export: Workflow.DataOut = .none
        ) {
            self.item = item
            self.position = position
            self.body = body
            self.output = output
            self.export = export
        }
    }
}

extension Node.Emission {
    /// The event: what the definition says of it, and the rest from the step that emits it, so that the same decision
    /// made again gives the same event.
    func event(_ step: Step, _ scope: Scope, at now: Timestamp) throws(Problem) -> CloudEvent {
        guard case .object(var envelope) = try with.evaluate(step.input, scope) else {
            throw Problem(.expression, "`emit.event.with` did not give the attributes of an event.")
        }
        let document = scope.workflow.document
        func fill(_ attribute: String, _ value: String) {
            if envelope[attribute] == nil { envelope[attribute] = .string(value) }
        }
        envelope["specversion"] = .string(CloudEvent.specVersion)
        fill("id", "\(scope.instance.id)-\(step.number)")
        fill("source", "/\(document.namespace)/\(document.name)/\(document.version)")
        fill("time", now.description)
        do throws(FieldErrors) {
            return try CloudEvent(envelope: envelope)
        } catch {
            let sentences = error.errors.map(\.detail).joined(separator: " ")
            throw Problem(.validation, "What is to be emitted is no event. \(sentences)")
        }
    }
}
