import JSON
import SirdarCore
import SirdarImages

// The domain's things as programs read them.
extension StudioProject {
    var json: JSON {
        var object: JSON.Object = ["code": .string(code), "title": .string(title), "location": .string(location)]
        for (key, value) in facts.asObject ?? [:] where object[key] == nil { object[key] = value }
        return .object(object)
    }
}

extension StudioMachine {
    var json: JSON {
        var object: JSON.Object = [
            "name": .string(name), "project": .string(project), "location": .string(location), "type": .string(type),
            "power": .string(power), "os": .string(os), "address": address.map(JSON.string) ?? .null,
            "imaging_refusal": imagingRefusal.map(JSON.string) ?? .null, "made_from": madeFrom?.json ?? .null,
        ]
        for (key, value) in facts.asObject ?? [:] where object[key] == nil { object[key] = value }
        return .object(object)
    }
}

extension Sharing {
    fileprivate var json: JSON {
        switch self {
        case .all: "all"
        case .projects(let codes): .array(codes.map(JSON.string))
        }
    }
}

extension PointOfNoReturn {
    fileprivate var json: JSON {
        [
            "passed": .bool(isPassed), "at": at.map { .string($0.description) } ?? .null, "sentence": .string(sentence),
        ]
    }
}

extension StudioMachine.MadeFrom {
    fileprivate var json: JSON {
        [
            "profile": ["id": .string(profile.description), "name": .string(profileName)],
            "image": ["id": .string(image.description), "name": .string(imageName)],
            "request": .string(request.description),
        ]
    }
}

extension StudioFile {
    var json: JSON {
        [
            "path": .string(path), "kind": .string(kind), "mode": .string(String(mode, radix: 8)),
            "bytes": .number(JSON.Number(Int(bytes))),
        ]
    }
}

extension StudioImage {
    var json: JSON {
        [
            "id": .string(id.description), "name": .string(name), "description": .string(description),
            "state": .string(state), "golden": .bool(isGolden), "location": .string(location),
            "project": .string(project), "type": .string(type), "source": .string(source),
            "digest": digest.map(JSON.string) ?? .null, "cost_this_week": cost.map(JSON.string) ?? .null,
            "note": note.map(JSON.string) ?? .null,
            "request": request.map { .string($0.description) } ?? .null,
            "created_at": .string(createdAt.description),
            "shared_with": sharing?.json ?? .null,
        ]
    }
}

extension Reading {
    func json(_ request: StudioRequest) throws -> JSON {
        [
            "id": .string(request.id.description), "kind": .string(request.kind.rawValue),
            "state": .string(request.state), "project": .string(request.project),
            "requester": try person(request.requester), "image": request.image?.json ?? .null,
            "about": request.about.map(JSON.string) ?? .null,
            "point_of_no_return": request.pointOfNoReturn?.json ?? .null,
            "instance": request.instance.map { .string($0.description) } ?? .null,
            "created_at": .string(request.createdAt.description), "note": request.note.map(JSON.string) ?? .null,
            "open": .bool(request.isOpen),
        ]
    }
}
