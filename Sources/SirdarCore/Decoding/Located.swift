package import JSON

/// A place in a text file: lines and columns count from 1, columns in Unicode scalars.
package struct Place: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let line: Int
    package let column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    package static let start = Place(line: 1, column: 1)

    package static func < (left: Place, right: Place) -> Bool { (left.line, left.column) < (right.line, right.column) }

    package var description: String { "\(line):\(column)" }
}

/// A value of a configuration language with the place of every node and key, whatever file it was read from.
package struct Located: Sendable, Hashable {
    package let value: Value
    package let place: Place

    package init(_ value: Value, at place: Place) {
        self.value = value
        self.place = place
    }

    package indirect enum Value: Sendable, Hashable {
        case null
        case bool(Bool)
        case number(JSON.Number)
        case text(Text)
        case list([Located])
        case map([Member])
    }

    package struct Member: Sendable, Hashable {
        package let key: String
        package let keyPlace: Place
        package let value: Located

        package init(key: String, keyPlace: Place, value: Located) {
            self.key = key
            self.keyPlace = keyPlace
            self.value = value
        }
    }

    /// A text, and where its scalars stand in the file in spite of quotes, escapes and folded lines.
    package struct Text: Sendable, Hashable {
        package let string: String
        /// In ascending order of `offset`; each says where the scalars from there on stand, one column each.
        package let runs: [Run]

        package struct Run: Sendable, Hashable {
            /// Unicode scalars from the start of the text.
            package let offset: Int
            package let place: Place

            package init(offset: Int, place: Place) {
                self.offset = offset
                self.place = place
            }
        }

        package init(_ string: String, runs: [Run] = []) {
            self.string = string
            self.runs = runs
        }
    }
}

extension Located {
    /// The place of the scalar `offset` of this node's text; the node's own place when it is no text.
    package func place(ofScalar offset: Int) -> Place {
        guard case .text(let text) = value, let run = text.runs.last(where: { $0.offset <= offset }) else {
            return place
        }
        return Place(line: run.place.line, column: run.place.column + offset - run.offset)
    }

    package var json: JSON {
        switch value {
        case .null: return .null
        case .bool(let flag): return .bool(flag)
        case .number(let number): return .number(number)
        case .text(let text): return .string(text.string)
        case .list(let elements): return .array(elements.map(\.json))
        case .map(let members):
            var object = JSON.Object()
            for member in members { object[member.key] = member.value.json }
            return .object(object)
        }
    }

    package var text: String? {
        if case .text(let text) = value { text.string } else { nil }
    }

    package var list: [Located]? {
        if case .list(let elements) = value { elements } else { nil }
    }

    package var members: [Member]? {
        if case .map(let members) = value { members } else { nil }
    }

    package var isNull: Bool {
        if case .null = value { true } else { false }
    }

    package subscript(key: String) -> Located? { members?.first { $0.key == key }?.value }

    /// What the node is, for messages: "a text", "a map".
    package var kind: String {
        switch value {
        case .null: "nothing"
        case .bool(let flag): flag ? "true" : "false"
        case .number: "a number"
        case .text: "a text"
        case .list: "a list"
        case .map: "a map"
        }
    }

    /// The node that a JSON Pointer's tokens lead to, or the nearest one around it.
    package func node(at tokens: some Collection<String>) -> Located {
        guard let token = tokens.first else { return self }
        let rest = tokens.dropFirst()
        switch value {
        case .map(let members):
            guard let member = members.first(where: { $0.key == token }) else { return self }
            return member.value.node(at: rest)
        case .list(let elements):
            guard let index = Int(token), elements.indices.contains(index) else { return self }
            return elements[index].node(at: rest)
        case .null, .bool, .number, .text: return self
        }
    }
}
