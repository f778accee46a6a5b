import JSON
import SirdarCore
import SirdarEngine

// Actions that look into disks.
extension ImageActions {
    var inspectionActions: [any Action] {
        [verifyStorage, verifyManager, verifyIdentity, scanForTraces, zeroFreeSpace, searchImage]
    }

    private static let pair: JSON.Object = ["source": text, "target": text]

    private var verifyStorage: CloudAction {
        CloudAction(
            "verifyStorage",
            "Looks into a machine's disk: no storage value of the old project is left, and the new address is there.",
            input: ["machine": Self.place, "address": Self.text, "source": Self.text, "target": Self.text],
            required: ["machine", "address", "source", "target"],
            lane: laneOfMachine()
        ) { call in
            let traces = try traces(call)
            return try verified(call, against: traces.storage, what: "shared storage")
        }
    }

    private var verifyManager: CloudAction {
        CloudAction(
            "verifyManager",
            "Looks into a machine's disk: the old render manager is nowhere, and the new one's address is there.",
            input: ["machine": Self.place, "address": Self.text, "source": Self.text, "target": Self.text],
            required: ["machine", "address", "source", "target"],
            lane: laneOfMachine()
        ) { call in
            let traces = try traces(call)
            return try verified(call, against: traces.manager, what: "render manager")
        }
    }

    private var verifyIdentity: CloudAction {
        CloudAction(
            "verifyIdentity",
            "Looks into a machine's disk: nothing of its own identity is left.",
            input: ["machine": Self.place],
            required: ["machine"],
            lane: laneOfMachine()
        ) { call in
            let found = try inspection().identityTraces(of: call.machine(), by: call.deadline)
            return .done([
                "passed": .bool(found.isEmpty),
                "summary": .string(
                    found.isEmpty
                        ? "Nothing of the machine's own identity is left."
                        : "Its own identity is still there, in \(found.count) place\(found.count == 1 ? "" : "s")."
                ),
                "findings": .array(found.map { ["file": .string($0.path), "text": .string($0.sentence)] }),
            ])
        }
    }

    private var scanForTraces: CloudAction {
        CloudAction(
            "scanForTraces",
            "Searches every file, name and link of a machine for anything of the old project.",
            input: ["machine": Self.place, "source": Self.text, "target": Self.text],
            required: ["machine", "source", "target"],
            lane: laneOfMachine()
        ) { call in
            let report = try inspection().scan(call.machine(), for: traces(call).everything, by: call.deadline)
            return .done(Self.answer(report, of: try call.text("source")))
        }
    }

    private var zeroFreeSpace: CloudAction {
        CloudAction(
            "zeroFreeSpace",
            "Clears what deleted files left on a machine's disk, so that it does not travel in its image.",
            input: ["machine": Self.place],
            required: ["machine"],
            changesOutside: true,
            lane: laneOfMachine()
        ) { call in
            let cleared = try inspection().zeroFreeSpace(of: call.machine(), key: call.key, by: call.deadline)
            return .done([
                "freeBytes": .number(JSON.Number(Int(cleared.freeBytes))),
                "clearedBytes": .number(JSON.Number(Int(cleared.clearedBytes))),
            ])
        }
    }

    /// The last look: all bytes of the finished image, free space included.
    private var searchImage: CloudAction {
        CloudAction(
            "searchImage",
            "Searches all bytes of a finished image for anything of the old project.",
            input: ["image": Self.identifier, "location": Self.text, "source": Self.text, "target": Self.text],
            required: ["image", "location", "source", "target"],
            lane: laneOfLocation()
        ) { call in
            let (image, _) = try call.image()
            let made = try cloud.findByKey(image.cloudKey, in: call.text("location"), by: call.deadline)
            guard case .image(let facts)? = made.first else {
                throw CloudError(.gone, "The image \(image.name) is not in the cloud.")
            }
            let report = try inspection().searchImage(facts.ref, for: traces(call).everything, by: call.deadline)
            let source = try call.text("source")
            guard report.isClean else {
                let places = report.hits.prefix(3).map(\.place.words).joined(separator: "; ")
                throw CloudError(
                    .invalid,
                    "The finished image still holds traces of \(source): \(places). It must not be used."
                )
            }
            return .done(Self.answer(report, of: source))
        }
    }

    // MARK: Reports

    func inspection() throws -> any DiskInspection {
        guard let inspection = cloud.inspection else {
            throw Problem(.configuration, "The cloud \(cloud.name) gives no way to look into disks.")
        }
        return inspection
    }

    private func traces(_ call: ActionCall) throws -> ProjectTraces {
        ProjectTraces(of: try project(call.text("source")), besides: try project(call.text("target")))
    }

    /// A check of manual work: the old values are gone, and the new one is somewhere.
    private func verified(_ call: ActionCall, against needles: [TraceNeedle], what: String) throws -> ActionOutcome {
        let machine = try call.machine()
        let report = try inspection().scan(machine, for: needles, by: call.deadline)
        guard report.isClean else {
            var answer = Self.answer(report, of: try call.text("source"))
            if let object = answer.asObject {
                var changed = object
                changed["summary"] = .string(
                    "Values of the old \(what) are still on the disk, in \(report.hits.count) "
                        + "place\(report.hits.count == 1 ? "" : "s")."
                )
                answer = .object(changed)
            }
            return .done(answer)
        }
        let address = try call.text("address")
        let needle: TraceNeedle = NetworkAddress(address) == nil ? .host(address) : .address(address)
        let found = try inspection().scan(machine, for: [needle], by: call.deadline)
        guard !found.hits.isEmpty else {
            return .done([
                "passed": false, "findings": [],
                "summary": .string("The new address of the \(what), \(address), is in no file of the machine."),
            ])
        }
        return .done([
            "passed": true, "filesRead": .number(JSON.Number(report.filesRead)),
            "summary": .string("No value of the old \(what) is left, and \(address) is in place."),
            "places": .array(found.hits.prefix(20).map { .string($0.place.words) }),
        ])
    }

    static func answer(_ report: TraceReport, of project: String) -> JSON {
        let count = report.hits.count
        let summary =
            report.isClean
            ? "No trace of \(project) in \(report.filesRead) files."
            : "Traces of \(project) in \(count)\(report.isTruncated ? " and more" : "") place\(count == 1 ? "" : "s")."
        return [
            "passed": .bool(report.isClean), "filesRead": .number(JSON.Number(report.filesRead)),
            "summary": .string(summary), "findings": .array(report.hits.prefix(200).map(\.json)),
            "unreadable": .array(
                report.unreadable.prefix(50).map { ["file": .string($0.path), "text": .string($0.reason)] }
            ),
        ]
    }
}

extension TraceHit {
    /// A line of the table that the engineer sees.
    var json: JSON {
        switch place {
        case .line(let path, let number, let text):
            [
                "file": .string(path), "line": .number(JSON.Number(number)), "text": .string(text),
                "found": .string(needle.text),
            ]
        case .offset(let path, let offset):
            ["file": .string(path), "offset": .number(JSON.Number(Int(offset))), "found": .string(needle.text)]
        case .name(let path): ["file": .string(path), "text": "in its name", "found": .string(needle.text)]
        case .link(let path, let target):
            ["file": .string(path), "text": .string("link to \(target)"), "found": .string(needle.text)]
        case .attribute(let path):
            ["file": .string(path), "text": "in an extended attribute", "found": .string(needle.text)]
        case .disk(let offset, let area):
            ["file": .string(area), "offset": .number(JSON.Number(Int(offset))), "found": .string(needle.text)]
        }
    }
}

extension TracePlace {
    var words: String {
        switch self {
        case .line(let path, let number, text: _): "\(path), line \(number)"
        case .offset(let path, let offset): "\(path), byte \(offset)"
        case .name(let path): "the name of \(path)"
        case .link(let path, let target): "the link \(path) to \(target)"
        case .attribute(let path): "an attribute of \(path)"
        case .disk(let offset, let area): "\(area), byte \(offset) of the disk"
        }
    }
}
