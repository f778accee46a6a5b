import JSON

// What a listener has heard, as bytes: within an instance, and alone for a schedule.
extension ByteWriter {
    mutating func write(_ listening: Step.Listening) {
        write(listening.hearing)
        write(listening.outputs) { $0.write($1) }
        write(listening.body) { $0.write($1) }
    }

    package mutating func write(_ hearing: Hearing) {
        write(hearing.mark) { $0.write($1) }
        write(hearing.expected) { $0.write($1) }
        write(hearing.established)
        write(hearing.heard) { $0.write($1) }
        write(hearing.items) { $0.write($1) }
        write(hearing.isOver)
    }
}

extension ByteReader {
    mutating func listening() throws(MalformedBytes) -> Step.Listening {
        let hearing = try hearing()
        let outputs = try array { (reader: inout ByteReader) throws(MalformedBytes) in try reader.json() }
        let body = try optional { (reader: inout ByteReader) throws(MalformedBytes) in try reader.step() }
        guard outputs.count + (body == nil ? 0 : 1) <= hearing.items.count else {
            throw MalformedBytes("more was made of events than were heard")
        }
        return .init(hearing: hearing, outputs: outputs, body: body)
    }

    package mutating func hearing() throws(MalformedBytes) -> Hearing {
        let mark = try optional { (reader: inout ByteReader) throws(MalformedBytes) in try reader.int64() }
        let expected = try array { (reader: inout ByteReader) throws(MalformedBytes) in try reader.object() }
        let established = try object()
        let heard = try array { (reader: inout ByteReader) throws(MalformedBytes) in try reader.bool() }
        let items = try array { (reader: inout ByteReader) throws(MalformedBytes) in try reader.json() }
        guard heard.count == expected.count else { throw MalformedBytes("a listener has other filters") }
        return Hearing(
            mark: mark,
            expected: expected,
            established: established,
            heard: heard,
            items: items,
            isOver: try bool()
        )
    }
}
