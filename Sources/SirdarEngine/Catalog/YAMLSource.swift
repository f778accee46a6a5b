import JSON
package import SirdarCore
import Yams

/// Reads YAML into values with places, by YAML 1.2's core rules: `no` and `2026-01-01` are texts.
///
/// What comes from outside is bounded: so many bytes, so deep, and so many nodes *after* aliases are followed, since
/// a few lines of aliases of aliases can stand for more nodes than there is memory.
package enum YAMLSource {
    package static let bytesMax = 1 << 20
    package static let depthMax = 64
    package static let nodesMax = 100_000
    /// Of these, so many may come from aliases.
    package static let aliasedMax = 10_000

    /// The file as one value, or what is wrong with it; a file with nothing in it is `null`.
    package static func read(_ text: String) -> Result<Located, Diagnostic> {
        guard text.utf8.count <= bytesMax else {
            return .failure(.error(.tooLarge, at: .start, "the file is longer than \(bytesMax >> 10) KiB"))
        }
        if let refusal = AliasKeys.refusal(in: text) { return .failure(refusal) }
        do {
            guard let root = try Parser(yaml: text, resolver: .basic, encoding: .utf8).singleRoot() else {
                return .success(Located(.null, at: .start))
            }
            var walker = Walker(source: ScalarSource(text))
            return .success(try walker.read(root, depth: 0))
        } catch let error as Diagnostic {
            return .failure(error)
        } catch {
            return .failure(diagnostic(error, text))
        }
    }

    /// As `read(_:)`, for what came as bytes.
    package static func read(_ bytes: some Collection<UInt8>) -> Result<Located, Diagnostic> {
        guard bytes.count <= bytesMax else {
            return .failure(.error(.tooLarge, at: .start, "the file is longer than \(bytesMax >> 10) KiB"))
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            return .failure(.error(.syntax, at: .start, "the file is not UTF-8"))
        }
        return read(text)
    }
}

extension Diagnostic {
    static func error(_ code: Code, at place: Place, _ message: String) -> Diagnostic {
        Diagnostic(.error, code, at: place, message)
    }
}

extension Place {
    init(_ mark: Mark?) {
        self.init(line: mark?.line ?? 1, column: mark?.column ?? 1)
    }
}

/// Turns composed nodes into located values, within the budget.
private struct Walker {
    let source: ScalarSource
    private var nodes = 0
    private var aliased = 0
    /// The last place that was read in the order of the file: what stands before it is read again, by an alias.
    private var furthest = Place(line: 0, column: 0)

    init(source: ScalarSource) { self.source = source }

    mutating func read(_ node: Yams.Node, depth: Int) throws(Diagnostic) -> Located {
        let place = Place(node.mark)
        nodes += 1
        if place < furthest { aliased += 1 }
        furthest = max(furthest, place)
        guard aliased <= YAMLSource.aliasedMax else {
            throw .error(.tooLarge, at: place, "aliases stand for more than \(YAMLSource.aliasedMax) values")
        }
        guard nodes <= YAMLSource.nodesMax else {
            throw .error(
                .tooLarge,
                at: place,
                "the file holds more than \(YAMLSource.nodesMax) values, aliases followed"
            )
        }
        guard depth < YAMLSource.depthMax else {
            throw .error(.tooLarge, at: place, "values are nested deeper than \(YAMLSource.depthMax) levels")
        }
        switch node {
        case .scalar(let scalar): return try read(scalar, at: place)
        case .sequence(let sequence):
            try refuseTag(sequence.tag, .seq, at: place)
            var elements: [Located] = []
            elements.reserveCapacity(sequence.count)
            for element in sequence { elements.append(try read(element, depth: depth + 1)) }
            return Located(.list(elements), at: place)
        case .mapping(let mapping):
            try refuseTag(mapping.tag, .map, at: place)
            var members: [Located.Member] = []
            members.reserveCapacity(mapping.count)
            for (key, value) in mapping {
                guard let name = key.scalar?.string else {
                    throw .error(.syntax, at: Place(key.mark), "a key is a text")
                }
                members.append(.init(key: name, keyPlace: Place(key.mark), value: try read(value, depth: depth + 1)))
            }
            return Located(.map(members), at: place)
        case .alias(let alias):
            throw .error(.syntax, at: Place(alias.mark), "this alias leads nowhere")
        }
    }

    private func read(_ scalar: Yams.Node.Scalar, at place: Place) throws(Diagnostic) -> Located {
        let text = Located.Text(scalar.string, runs: source.runs(of: scalar, at: place))
        switch scalar.style {
        case .singleQuoted, .doubleQuoted, .literal, .folded: return Located(.text(text), at: place)
        case .plain, .any: break
        }
        if scalar.tag == Tag(.str) { return Located(.text(text), at: place) }
        try refuseTag(scalar.tag, .implicit, at: place)
        switch scalar.string {
        case "", "~", "null", "Null", "NULL": return Located(.null, at: place)
        case "true", "True", "TRUE": return Located(.bool(true), at: place)
        case "false", "False", "FALSE": return Located(.bool(false), at: place)
        case ".inf", "-.inf", "+.inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN":
            throw .error(
                .wrongValue,
                at: place,
                "\(scalar.string) is no number that JSON knows; quote it if it is a text"
            )
        default: break
        }
        if let number = CoreNumber.read(scalar.string) { return Located(.number(number), at: place) }
        return Located(.text(text), at: place)
    }

    private func refuseTag(_ tag: Tag, _ own: Tag.Name, at place: Place) throws(Diagnostic) {
        guard tag == Tag(own) || tag == Tag(.implicit) else {
            throw .error(.syntax, at: place, "tags (`!…`) are not used here: write the value without")
        }
    }
}

/// The integers and floats of YAML 1.2's core schema.
private enum CoreNumber {
    static func read(_ text: String) -> JSON.Number? {
        guard let first = text.utf8.first, isDigit(first) || first == 0x2B || first == 0x2D || first == 0x2E else {
            return nil
        }
        if text.hasPrefix("0x") { return Int(text.dropFirst(2), radix: 16).map { JSON.Number($0) } }
        if text.hasPrefix("0o") { return Int(text.dropFirst(2), radix: 8).map { JSON.Number($0) } }
        return JSON.Number(normal(text))
    }

    /// The text as JSON would write it: no `+`, no leading zeros, digits on both sides of the point.
    private static func normal(_ text: String) -> String {
        var rest = Substring(text)
        var normal = ""
        if rest.first == "-" || rest.first == "+" {
            if rest.first == "-" { normal = "-" }
            rest.removeFirst()
        }
        let whole = rest.prefix { $0.isASCII && $0.isNumber }
        rest = rest.dropFirst(whole.count)
        let significant = whole.drop { $0 == "0" }
        normal += significant.isEmpty && (!whole.isEmpty || rest.first == ".") ? "0" : String(significant)
        guard rest.first == "." else { return normal + rest }
        rest.removeFirst()
        let fraction = rest.prefix { $0.isASCII && $0.isNumber }
        rest = rest.dropFirst(fraction.count)
        // A point needs a digit on one side of it.
        guard !whole.isEmpty || !fraction.isEmpty else { return "" }
        return normal + (fraction.isEmpty ? "" : ".\(fraction)") + rest
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
