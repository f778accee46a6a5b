package import JSON

/// Appends values in a compact binary form: the form in which instances and tasks lie in a store.
///
/// Integers are zigzag varints, texts and lists carry their length first. A stored value begins with the number of
/// its format, so that later formats can still read earlier ones.
package struct ByteWriter {
    package private(set) var bytes: [UInt8] = []

    package init() { bytes.reserveCapacity(256) }

    package mutating func write(_ value: Int64) {
        var rest = UInt64(bitPattern: (value << 1) ^ (value >> 63))
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    package mutating func write(_ value: Int) { write(Int64(value)) }
    package mutating func write(_ value: Bool) { bytes.append(value ? 1 : 0) }
    /// A byte that says what follows.
    mutating func write(tag: UInt8) { bytes.append(tag) }
    package mutating func write(_ value: Timestamp) { write(value.milliseconds) }
    package mutating func write(_ value: Identifier) { write(value.value) }

    package mutating func write(_ value: String) {
        var value = value
        value.withUTF8 { text in
            write(text.count)
            bytes.append(contentsOf: text)
        }
    }

    package mutating func write<Value>(_ value: Value?, _ body: (inout ByteWriter, Value) -> Void) {
        write(value != nil)
        if let value { body(&self, value) }
    }

    package mutating func write<Value>(_ values: [Value], _ body: (inout ByteWriter, Value) -> Void) {
        write(values.count)
        for value in values { body(&self, value) }
    }

    package mutating func write(_ value: JSON) {
        switch value {
        case .null: bytes.append(0)
        case .bool(let flag): bytes.append(flag ? 2 : 1)
        case .number(let number):
            if let whole = number.int {
                bytes.append(3)
                write(whole)
            } else {
                bytes.append(4)
                write(number.description)
            }
        case .string(let text):
            bytes.append(5)
            write(text)
        case .array(let elements):
            bytes.append(6)
            write(elements) { writer, element in writer.write(element) }
        case .object(let object):
            bytes.append(7)
            write(object)
        }
    }

    package mutating func write(_ object: JSON.Object) {
        write(object.count)
        for (key, value) in object {
            write(key)
            write(value)
        }
    }
}

/// The bytes are not what was written: another format, or damage.
package struct MalformedBytes: Error, Sendable, Hashable {
    package let what: String

    package init(_ what: String) { self.what = what }
}

/// Reads what `ByteWriter` wrote; every read is checked against the end.
package struct ByteReader {
    private let bytes: [UInt8]
    private var position = 0
    /// How deep values may nest; deeper bytes are damage.
    private var depth = 0
    private static let depthMax = 600

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    package var isAtEnd: Bool { position == bytes.count }

    package mutating func int64() throws(MalformedBytes) -> Int64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            guard position < bytes.count, shift < 64 else { throw MalformedBytes("an integer is cut off") }
            let byte = bytes[position]
            position += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { break }
            shift += 7
        }
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    package mutating func int() throws(MalformedBytes) -> Int { Int(try int64()) }
    package mutating func timestamp() throws(MalformedBytes) -> Timestamp { Timestamp(milliseconds: try int64()) }

    package mutating func byte() throws(MalformedBytes) -> UInt8 {
        guard position < bytes.count else { throw MalformedBytes("a byte is missing") }
        position += 1
        return bytes[position - 1]
    }

    mutating func tag() throws(MalformedBytes) -> UInt8 { try byte() }

    package mutating func bool() throws(MalformedBytes) -> Bool { try byte() != 0 }

    package mutating func identifier() throws(MalformedBytes) -> Identifier {
        let value = try int64()
        guard value > 0 else { throw MalformedBytes("an identifier is not positive") }
        return Identifier(value: value)
    }

    package mutating func string() throws(MalformedBytes) -> String {
        let count = try count()
        defer { position += count }
        return String(decoding: bytes[position..<position + count], as: UTF8.self)
    }

    /// A length, which can never exceed the bytes that are left.
    package mutating func count() throws(MalformedBytes) -> Int {
        let count = try int()
        guard (0...bytes.count - position).contains(count) else { throw MalformedBytes("a length exceeds the bytes") }
        return count
    }

    package mutating func optional<Value>(
        _ body: (inout ByteReader) throws(MalformedBytes) -> Value
    ) throws(MalformedBytes) -> Value? {
        try bool() ? try body(&self) : nil
    }

    package mutating func array<Value>(
        _ body: (inout ByteReader) throws(MalformedBytes) -> Value
    ) throws(MalformedBytes) -> [Value] {
        let count = try count()
        var values: [Value] = []
        values.reserveCapacity(count)
        for _ in 0..<count { values.append(try body(&self)) }
        return values
    }

    package mutating func json() throws(MalformedBytes) -> JSON {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.depthMax else { throw MalformedBytes("a value nests too deep") }
        switch try byte() {
        case 0: return .null
        case 1: return .bool(false)
        case 2: return .bool(true)
        case 3: return .number(JSON.Number(try int()))
        case 4:
            let text = try string()
            guard let number = try? JSON(parsing: text) else { throw MalformedBytes("\(text) is not a number") }
            return number
        case 5: return .string(try string())
        case 6: return .array(try array { (reader: inout ByteReader) throws(MalformedBytes) in try reader.json() })
        case 7: return .object(try object())
        default: throw MalformedBytes("an unknown kind of value")
        }
    }

    package mutating func object() throws(MalformedBytes) -> JSON.Object {
        var object = JSON.Object()
        for _ in 0..<(try count()) {
            let key = try string()
            object[key] = try json()
        }
        return object
    }
}
