package import JQ
package import JSON
import SirdarCore

/// What a value must be: the value itself, or an expression that must be true of it, in any place of it.
package indirect enum Wanted: Sendable {
    case value(JSON)
    case expression(JQ.Program)
    case members([Member])
    case elements([Wanted])

    package struct Member: Sendable {
        package let key: String
        package let wanted: Wanted
    }

    /// Reads what is written; in a text `${ … }` the value is `.`, and the instance's input `$input`.
    static func read(_ node: Located, _ findings: Findings) -> Wanted {
        switch node.value {
        case .null, .bool, .number: return .value(node.json)
        case .text:
            guard node.isExpression else { return .value(node.json) }
            return findings.expression(node, "this", variables: ["input"]).map(Wanted.expression) ?? .value(.null)
        case .list(let elements): return .elements(elements.map { read($0, findings) })
        case .map(let members): return .members(members.map { Member(key: $0.key, wanted: read($0.value, findings)) })
        }
    }
}

extension Wanted {
    /// What is different, a sentence each, with the way to the place.
    ///
    /// `isWhole`: members that nobody wrote of are a difference; otherwise they are of no matter.
    func differences(from value: JSON?, at way: String, input: JSON, isWhole: Bool) -> [String] {
        guard let value else { return ["\(way) is not there, and should be \(text)"] }
        switch self {
        case .value(let wanted): return wanted == value ? [] : ["\(way) is \(value.short), and not \(wanted.short)"]
        case .expression(let program): return untruth(program, value, way, input)
        case .elements(let wanted):
            guard let elements = value.asArray else { return ["\(way) is \(value.short), and not a list"] }
            guard wanted.count == elements.count else {
                return ["\(way) has \(elements.count) elements, and not \(wanted.count): \(value.short)"]
            }
            return zip(wanted, elements).enumerated().flatMap { index, pair in
                pair.0.differences(from: pair.1, at: "\(way)[\(index)]", input: input, isWhole: isWhole)
            }
        case .members(let wanted):
            guard let object = value.asObject else { return ["\(way) is \(value.short), and not a map"] }
            var found = wanted.flatMap { member in
                member.wanted.differences(
                    from: object[member.key],
                    at: "\(way).\(member.key)",
                    input: input,
                    isWhole: isWhole
                )
            }
            guard isWhole else { return found }
            for (key, value) in object where !wanted.contains(where: { $0.key == key }) {
                found.append("\(way).\(key) is \(value.short), and should not be there")
            }
            return found
        }
    }

    private func untruth(_ program: JQ.Program, _ value: JSON, _ way: String, _ input: JSON) -> [String] {
        do {
            switch try program.evaluate(value, variables: ["input": input]) {
            case .null, .bool(false): return ["\(way) is \(value.short), of which this is not true: \(program.source)"]
            case .bool(true), .number, .string, .array, .object: return []
            }
        } catch {
            return ["\(way) is \(value.short), on which this fails: \(program.source): \(error)"]
        }
    }

    private var text: String {
        switch self {
        case .value(let value): value.short
        case .expression(let program): "${ \(program.source) }"
        case .members(let members): "a map with \(members.map(\.key).joined(separator: ", "))"
        case .elements(let elements): "a list of \(elements.count)"
        }
    }
}

extension JSON {
    /// The compact text, cut where it would fill the screen.
    var short: String {
        let text = text
        return text.count <= 300 ? text : "\(text.prefix(300))…"
    }
}
