package import JSON

/// A JSON value with places, so that what reads files can read it too; each place stands for a JSON Pointer.
package struct LocatedJSON: Sendable {
    package let root: Located
    private let pointers: [Place: JSON.Pointer]

    package init(_ json: JSON) {
        var numbering = Numbering()
        root = numbering.located(json, .root)
        pointers = numbering.pointers
    }

    /// The whole, for a place that is no value's.
    package func pointer(of place: Place) -> JSON.Pointer { pointers[place] ?? .root }

    /// Every value has a line of its own. A key has that of its value: what is wrong with it is told of the member.
    private struct Numbering {
        var pointers: [Place: JSON.Pointer] = [:]

        mutating func located(_ json: JSON, _ pointer: JSON.Pointer) -> Located {
            let place = Place(line: pointers.count + 1, column: 1)
            pointers[place] = pointer
            return switch json {
            case .null: Located(.null, at: place)
            case .bool(let flag): Located(.bool(flag), at: place)
            case .number(let number): Located(.number(number), at: place)
            case .string(let text): Located(.text(.init(text)), at: place)
            case .array(let items):
                Located(.list(items.enumerated().map { located($1, pointer.appending($0)) }), at: place)
            case .object(let object):
                Located(.map(object.map { member($0.key, $0.value, pointer) }), at: place)
            }
        }

        private mutating func member(_ key: String, _ value: JSON, _ pointer: JSON.Pointer) -> Located.Member {
            let value = located(value, pointer.appending(key))
            return Located.Member(key: key, keyPlace: value.place, value: value)
        }
    }
}
