import JSON

// What supervisors' work needs, as bytes. A mark would be a copy of the context each: only the differences from the
// context after it are written, and an input that lies elsewhere is named.
extension Instance {
    func write(supervision writer: inout ByteWriter) {
        writer.write(suspension) { writer, suspension in
            writer.write(suspension.since)
            writer.write(suspension.kept) { writer, timer in
                writer.write(timer.step)
                writer.write(timer.kind.rawValue)
            }
            writer.write(suspension.parked) { $0.write($1) }
        }
        var (later, laterInput) = (context, input)
        writer.write(Array(marks.reversed())) { writer, mark in
            writer.write(mark.step)
            writer.write(mark.node)
            switch mark.input {
            case input: writer.write(InputPlace.workflow.rawValue)
            case laterInput: writer.write(InputPlace.later.rawValue)
            default:
                writer.write(InputPlace.here.rawValue)
                writer.write(mark.input)
            }
            writer.write(ContextDifference(from: later, to: mark.context))
            (later, laterInput) = (mark.context, mark.input)
        }
    }

    mutating func restore(supervision reader: inout ByteReader) throws(MalformedBytes) {
        suspension = try reader.optional { (reader: inout ByteReader) throws(MalformedBytes) in
            let since = try reader.timestamp()
            let kept = try reader.array { (reader: inout ByteReader) throws(MalformedBytes) in
                let step = try reader.int()
                guard let kind = TimerKind(rawValue: try reader.int()) else {
                    throw MalformedBytes("an unknown kind of timer")
                }
                return KeptTimer(step: step, kind: kind)
            }
            let parked = try reader.array { (reader: inout ByteReader) throws(MalformedBytes) in try reader.int() }
            return Suspension(since: since, kept: kept, parked: parked)
        }
        var (later, laterInput) = (context, input)
        let start = input
        marks = try reader.array { (reader: inout ByteReader) throws(MalformedBytes) in
            let step = try reader.int()
            let node = try reader.int()
            guard let place = InputPlace(rawValue: try reader.int()) else { throw MalformedBytes("an unknown input") }
            switch place {
            case .workflow: laterInput = start
            case .later: break
            case .here: laterInput = try reader.json()
            }
            later = try reader.contextDifference().applied(to: later)
            return Mark(step: step, node: node, input: laterInput, context: later)
        }.reversed()
    }

    private enum InputPlace: Int {
        case workflow = 0
        case later = 1
        case here = 2
    }
}

/// What makes an earlier context of a later one.
enum ContextDifference: Hashable {
    case none
    case members(removed: [String], set: JSON.Object)
    case whole(JSON)

    init(from later: JSON, to earlier: JSON) {
        if later == earlier {
            self = .none
            return
        }
        guard case .object(let later) = later, case .object(let earlier) = earlier else {
            self = .whole(earlier)
            return
        }
        let removed = later.filter { earlier[$0.key] == nil }.map(\.key)
        var set = JSON.Object()
        for (key, value) in earlier where later[key] != value { set[key] = .some(value) }
        self = .members(removed: removed, set: set)
    }

    func applied(to later: JSON) throws(MalformedBytes) -> JSON {
        switch self {
        case .none: return later
        case .whole(let context): return context
        case .members(let removed, let set):
            guard case .object(var object) = later else { throw MalformedBytes("a difference of no object") }
            for key in removed { object[key] = nil }
            for (key, value) in set { object[key] = .some(value) }
            return .object(object)
        }
    }
}

extension ByteWriter {
    fileprivate mutating func write(_ difference: ContextDifference) {
        switch difference {
        case .none: write(0)
        case .members(let removed, let set):
            write(1)
            write(removed) { $0.write($1) }
            write(set)
        case .whole(let context):
            write(2)
            write(context)
        }
    }

    mutating func write(_ rewind: Instance.Rewind) {
        write(rewind.root)
        write(rewind.context)
        write(rewind.floor)
        write(rewind.resumes)
    }

    mutating func write(_ conclusion: Step.Conclusion) {
        switch conclusion {
        case .output(let output):
            write(0)
            write(output)
        case .problem(let problem):
            write(1)
            write(problem.json)
        }
    }
}

extension ByteReader {
    fileprivate mutating func contextDifference() throws(MalformedBytes) -> ContextDifference {
        switch try int() {
        case 0: return .none
        case 1:
            let removed = try array { (reader: inout ByteReader) throws(MalformedBytes) in try reader.string() }
            return .members(removed: removed, set: try object())
        case 2: return .whole(try json())
        default: throw MalformedBytes("an unknown difference of a context")
        }
    }

    mutating func rewind() throws(MalformedBytes) -> Instance.Rewind {
        let root = try step()
        let context = try json()
        let floor = try int()
        return .init(root: root, context: context, floor: floor, resumes: try bool())
    }

    mutating func conclusion() throws(MalformedBytes) -> Step.Conclusion {
        switch try int() {
        case 0: return .output(try json())
        case 1: return .problem(try problem())
        default: throw MalformedBytes("an unknown conclusion")
        }
    }
}
