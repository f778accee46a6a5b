import JSON
package import SirdarCore
package import SirdarEngine

/// Keeps images and requests in step with the instances that work on them, in the same commits.
///
/// *Building* begins with the first step that changes something outside Sirdar, or with the first claim of a task;
/// until then a request is *Saved*, however long it waits.
package struct ImageProjection: Projection {
    /// The namespace of the workflows that it looks at.
    package static let namespace = "sherpa.images"
    /// The actions that change something outside.
    private let outside: Set<String>

    package init(actions: [any Action]) {
        outside = Set(actions.map(\.signature).filter(\.changesOutside).map(\.name))
    }

    package func changes(
        _ decision: Decision,
        before: Instance?,
        of workflow: Workflow,
        at now: Timestamp,
        reading records: any RecordReader
    ) throws -> [RecordChange] {
        guard workflow.document.namespace == Self.namespace else { return [] }
        let instance = decision.instance
        if case .ended(let ending) = instance.progress { return try ended(instance, ending, at: now, records) }
        let begins = decision.effects.contains { effect in
            if case .perform(let work) = effect { outside.contains(work.action) } else { false }
        }
        return begins ? try building(instance, records) : []
    }

    package func changes(
        _ decision: TaskMachine.Decision,
        before: ManualTask,
        at now: Timestamp,
        reading records: any RecordReader
    ) throws -> [RecordChange] {
        guard before.owner == nil, decision.task.owner != nil, let request = before.origin.request,
            let record = try records.record(ImageRequest.kind, request.description), let found = ImageRequest(record)
        else { return [] }
        return try building(found, record, records)
    }

    package func subject(of instance: Instance, reading records: any RecordReader) throws -> NoticeSubject? {
        guard let id = instance.origin.request, let found = try records.record(ImageRequest.kind, id.description),
            let request = ImageRequest(found), let record = try records.record(Image.kind, request.image.description),
            let image = Image(record)
        else { return nil }
        let word =
            switch request.kind {
            case .create, .copy, .adapt: "Built"
            case .delete: "Deleted"
            case .machines: "Created"
            case .golden: "Marked as golden"
            }
        return NoticeSubject(title: request.about ?? image.name, word: word)
    }

    // MARK: Building

    private func building(_ instance: Instance, _ records: any RecordReader) throws -> [RecordChange] {
        var changes: [RecordChange] = []
        if let request = instance.origin.request,
            let record = try records.record(ImageRequest.kind, request.description), let found = ImageRequest(record)
        {
            changes += try building(found, record, records)
        }
        // A child's own image: the in-between copy of an adaptation.
        if instance.parent != nil, let (image, record) = try image(of: instance, "image", records),
            image.state == .saved
        {
            var image = image
            image.state = .building
            changes.append(image.changed(from: record))
        }
        return changes
    }

    private func building(
        _ request: ImageRequest,
        _ record: Record,
        _ records: any RecordReader
    ) throws -> [RecordChange] {
        guard request.state == .saved else { return [] }
        var request = request
        request.state = .building
        var changes = [record.changed(to: request.body)]
        if let record = try records.record(Image.kind, request.image.description), var image = Image(record) {
            switch image.state {
            case .saved: image.state = .building
            case .deletionRequested: image.state = .deleting
            case .building, .built, .failed, .withdrawn, .deleting, .deleted, .lost: return changes
            }
            changes.append(image.changed(from: record))
        }
        return changes
    }

    // MARK: Ending

    private func ended(
        _ instance: Instance,
        _ ending: Instance.Ending,
        at now: Timestamp,
        _ records: any RecordReader
    ) throws -> [RecordChange] {
        let ledger = Ledger(prices: PriceSheet(), records: records)
        var changes: [RecordChange] = []
        if instance.parent == nil, let id = instance.origin.request,
            let record = try records.record(ImageRequest.kind, id.description), var request = ImageRequest(record)
        {
            (request.state, request.note) = Self.outcome(ending)
            changes.append(record.changed(to: request.body))
        }
        switch ending {
        case .output: break
        case .problem, .cancelled: changes += try freedNames(instance, records)
        }
        // The in-between copy too, whose own instance may never have begun.
        for (image, record) in try ["image", "copy"].compactMap({ try image(of: instance, $0, records) }) {
            guard let after = Self.image(image, after: ending) else { continue }
            changes.append(after.changed(from: record))
            switch after.state {
            case .failed, .withdrawn, .lost: changes += try ledger.imageGivenUp(image.id, at: now)
            case .saved, .building, .built, .deletionRequested, .deleting, .deleted: break
            }
        }
        return changes
    }

    /// The names of machines that the request did not come to; of those that were begun, the undo has freed them.
    private func freedNames(_ instance: Instance, _ records: any RecordReader) throws -> [RecordChange] {
        guard let request = instance.origin.request else { return [] }
        return try (instance.input["machines"]?.asArray ?? []).compactMap { machine in
            guard let location = machine["location"]?.asString, let name = machine["name"]?.asString,
                let record = try records.record(PlannedMachine.kind, PlannedMachine.key(name, in: location)),
                PlannedMachine(record)?.request == request
            else { return nil }
            return record.removed
        }
    }

    private static func outcome(_ ending: Instance.Ending) -> (ImageRequest.State, String?) {
        switch ending {
        case .output: (.done, nil)
        case .problem(let problem): (.failed, problem.detail ?? problem.title)
        case .cancelled(let reason): (.withdrawn, reason)
        }
    }

    /// The image after its instance ended; `nil` when the workflow itself has said all there is to say.
    private static func image(_ image: Image, after ending: Instance.Ending) -> Image? {
        var image = image
        switch (image.state, ending) {
        case (_, .output): return nil
        case (.saved, .problem(let problem)), (.building, .problem(let problem)):
            image.state = .failed
            image.note = problem.detail ?? problem.title
        case (.saved, .cancelled(let reason)), (.building, .cancelled(let reason)):
            image.state = .withdrawn
            image.note = reason
        case (.deletionRequested, .problem), (.deletionRequested, .cancelled), (.deleting, .problem),
            (.deleting, .cancelled):
            // What has gone, the deletion's last step has said.
            image.state = image.isDeregistered ? .lost : .built
            if image.isDeregistered { image.note = "Its deletion was given up when it could no longer be used." }
        case (.built, _), (.failed, _), (.withdrawn, _), (.deleted, _), (.lost, _): return nil
        }
        return image
    }

    /// An image that the instance's workflow is about: `$workflow.input.image`.
    private func image(
        of instance: Instance,
        _ key: String,
        _ records: any RecordReader
    ) throws -> (Image, Record)? {
        guard let id = instance.input[key]?["id"]?.asString, let record = try records.record(Image.kind, id),
            let image = Image(record)
        else { return nil }
        return (image, record)
    }
}
