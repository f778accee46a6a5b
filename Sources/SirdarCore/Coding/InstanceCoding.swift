import JSON

// An instance's state as bytes. What never changes after the start (its input, origin, parent and workflow) lies in
// the store's columns beside it and is not written again with each step.
extension Instance {
    /// 1 had neither suspension nor marks.
    package static let format = 2

    /// The changing part.
    package var stateBytes: [UInt8] {
        var writer = ByteWriter()
        writer.write(Self.format)
        writer.write(nextStep)
        writer.write(context)
        writer.write(undos) { writer, undo in
            writer.write(undo.step)
            writer.write(undo.node)
            writer.write(undo.input)
            writer.write(undo.output) { $0.write($1) }
        }
        writer.write(progress)
        write(supervision: &writer)
        return writer.bytes
    }

    /// Takes on the changing part.
    package mutating func restore(
        version: Int64,
        status: Status,
        stateBytes: [UInt8]
    ) throws(MalformedBytes) {
        var reader = ByteReader(stateBytes)
        let format = try reader.int()
        guard (1...Self.format).contains(format) else { throw MalformedBytes("an instance of another format") }
        self.version = version
        self.status = status
        nextStep = try reader.int()
        context = try reader.json()
        undos = try reader.array { (reader: inout ByteReader) throws(MalformedBytes) in
            let step = try reader.int()
            let node = try reader.int()
            let input = try reader.json()
            let output = try reader.optional { (reader: inout ByteReader) throws(MalformedBytes) in try reader.json() }
            return Undo(step: step, node: node, input: input, output: output)
        }
        progress = try reader.progress()
        if format >= 2 {
            try restore(supervision: &reader)
        } else {
            (suspension, marks) = (nil, [])
        }
        guard reader.isAtEnd else { throw MalformedBytes("an instance is followed by other bytes") }
    }
}

extension ByteWriter {
    mutating func write(_ progress: Instance.Progress) {
        switch progress {
        case .notStarted: write(0)
        case .body(let root):
            write(1)
            write(root)
        case .unwinding(let unwinding):
            write(2)
            switch unwinding.cause {
            case .problem(let problem):
                write(0)
                write(problem.json)
            case .cancelled(let reason):
                write(1)
                write(reason)
            case .rewind(let rewind):
                write(2)
                write(rewind)
            }
            write(unwinding.draining) { $0.write($1) }
            write(unwinding.current) { $0.write($1) }
        case .ended(let ending):
            write(3)
            write(ending)
        }
    }

    package mutating func write(_ ending: Instance.Ending) {
        switch ending {
        case .output(let output):
            write(0)
            write(output)
        case .problem(let problem):
            write(1)
            write(problem.json)
        case .cancelled(let reason):
            write(2)
            write(reason)
        }
    }

    mutating func write(_ step: Step) {
        write(step.number)
        write(step.node)
        write(step.startedAt)
        write(step.input)
        switch step.state {
        case .entering: preconditionFailure("a step that is entering is not stored")
        case .sequence(let child):
            write(1)
            write(child)
        case .loop(let items, let position, let body):
            write(2)
            write(.array(items))
            write(position)
            write(body)
        case .parallel(let branches):
            write(3)
            write(branches) { writer, branch in
                switch branch {
                case .ended(let output, before: nil):
                    writer.write(tag: 0)
                    writer.write(output)
                case .active(let step):
                    writer.write(tag: 1)
                    writer.write(step)
                case .ended(let output, before: let step?):
                    writer.write(tag: 2)
                    writer.write(output)
                    writer.write(step)
                }
            }
        case .attempt(let body, let retries, let since):
            write(4)
            write(body)
            write(retries)
            write(since)
        case .attemptLater(let at, let retries, let since):
            write(5)
            write(at)
            write(retries)
            write(since)
        case .handling(let body, let problem):
            write(6)
            write(body)
            write(problem.json)
        case .calling(let calling):
            write(7)
            write(calling)
        case .manual: write(8)
        case .waiting(let until):
            write(9)
            write(until)
        case .child: write(10)
        case .needsPerson(let problem, let attempts):
            write(11)
            write(problem.json)
            write(attempts)
        case .listening(let listening):
            write(12)
            write(listening)
        case .pending: write(20)
        case .concluding(let conclusion):
            write(21)
            write(conclusion)
        }
    }

    private mutating func write(_ calling: Step.Calling) {
        write(calling.attempt)
        write(calling.since)
        switch calling.phase {
        case .running: write(0)
        case .retrying(let at):
            write(1)
            write(at)
        case .polling(let at):
            write(2)
            write(at)
        }
    }
}

extension ByteReader {
    mutating func progress() throws(MalformedBytes) -> Instance.Progress {
        switch try int() {
        case 0: return .notStarted
        case 1: return .body(try step())
        case 2:
            let cause = try cause()
            let draining = try array { (reader: inout ByteReader) throws(MalformedBytes) in try reader.step() }
            let current = try optional { (reader: inout ByteReader) throws(MalformedBytes) in try reader.step() }
            return .unwinding(.init(cause: cause, draining: draining, current: current))
        case 3: return .ended(try ending())
        default: throw MalformedBytes("an unknown progress")
        }
    }

    private mutating func cause() throws(MalformedBytes) -> Instance.Unwinding.Cause {
        switch try int() {
        case 0: return .problem(try problem())
        case 1: return .cancelled(reason: try string())
        case 2: return .rewind(try rewind())
        default: throw MalformedBytes("an unknown cause of undoing")
        }
    }

    package mutating func ending() throws(MalformedBytes) -> Instance.Ending {
        switch try int() {
        case 0: return .output(try json())
        case 1: return .problem(try problem())
        case 2: return .cancelled(reason: try string())
        default: throw MalformedBytes("an unknown ending")
        }
    }

    mutating func problem() throws(MalformedBytes) -> Problem {
        guard let problem = Problem(json: try json()) else { throw MalformedBytes("not a problem") }
        return problem
    }

    mutating func step() throws(MalformedBytes) -> Step {
        let number = try int()
        let node = try int()
        let startedAt = try timestamp()
        let input = try json()
        return Step(number: number, node: node, startedAt: startedAt, input: input, state: try stepState())
    }

    private mutating func stepState() throws(MalformedBytes) -> Step.State {
        switch try int() {
        case 1: return .sequence(try step())
        case 2:
            guard let items = try json().asArray else { throw MalformedBytes("a loop has no items") }
            let position = try int()
            guard items.indices.contains(position) else { throw MalformedBytes("a loop is past its items") }
            return .loop(items: items, position: position, body: try step())
        case 3:
            return .parallel(
                try array { (reader: inout ByteReader) throws(MalformedBytes) in try reader.branch() }
            )
        case 4:
            let body = try step()
            let retries = try int()
            return .attempt(body: body, retries: retries, since: try timestamp())
        case 5:
            let at = try timestamp()
            let retries = try int()
            return .attemptLater(at: at, retries: retries, since: try timestamp())
        case 6:
            let body = try step()
            return .handling(body: body, problem: try problem())
        case 7: return .calling(try calling())
        case 8: return .manual
        case 9: return .waiting(until: try timestamp())
        case 10: return .child
        case 11:
            let problem = try problem()
            return .needsPerson(problem, attempts: try int())
        case 12: return .listening(try listening())
        case 20: return .pending
        case 21: return .concluding(try conclusion())
        default: throw MalformedBytes("an unknown state of a step")
        }
    }

    private mutating func branch() throws(MalformedBytes) -> Step.Branch {
        switch try tag() {
        case 0: return .ended(try json(), before: nil)
        case 1: return .active(try step())
        case 2:
            let output = try json()
            return .ended(output, before: try step())
        default: throw MalformedBytes("an unknown state of a branch")
        }
    }

    private mutating func calling() throws(MalformedBytes) -> Step.Calling {
        let attempt = try int()
        let since = try timestamp()
        switch try int() {
        case 0: return .init(attempt: attempt, since: since, phase: .running)
        case 1: return .init(attempt: attempt, since: since, phase: .retrying(at: try timestamp()))
        case 2: return .init(attempt: attempt, since: since, phase: .polling(at: try timestamp()))
        default: throw MalformedBytes("an unknown phase of a call")
        }
    }
}
