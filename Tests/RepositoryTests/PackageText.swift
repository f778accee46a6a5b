/// `Package.swift` as a text: its declarations of targets.
struct PackageText {
    private let source: SwiftSource
    private let text: String

    init(_ text: String) {
        self.text = text
        source = SwiftSource(path: "Package.swift", text: text)
    }

    /// Targets that are declared without `swiftSettings: rules`.
    var findings: [Finding] {
        ["target(", "testTarget(", "executableTarget("].flatMap { kind in
            calls("." + kind).filter { !$0.text.contains("swiftSettings: rules") }.map { call in
                Finding(path: "Package.swift", line: call.line, text: "a target without `swiftSettings: rules`")
            }
        }
    }

    /// Those of these folders of tests that no target declares, so that `swift test` would pass them over.
    func undeclared(_ folders: Set<String>) -> [Finding] {
        let declarations = calls("suite(") + calls(".testTarget(")
        return folders.sorted().filter { name in !declarations.contains { $0.text.contains("\"\(name)\"") } }.map {
            Finding(path: "Tests/\($0)", line: 1, text: "is not declared in Package.swift")
        }
    }

    /// Packages whose address does not stand in the notices as a link.
    func addresses(missingFrom notices: String) -> [Finding] {
        calls(".package(").compactMap { call in
            let parts = call.text.split(separator: "\"")
            guard parts.count > 1 else { return nil }
            let address = parts[1].hasSuffix(".git") ? parts[1].dropLast(4) : parts[1]
            if notices.contains("(\(address))") { return nil }
            return Finding(path: "Package.swift", line: call.line, text: "\(address) is not in THIRD-PARTY-NOTICES.md")
        }
    }

    /// Every call that begins with `start`, with its arguments up to the parenthesis that closes it.
    private func calls(_ start: String) -> [(text: String, line: Int)] {
        let code = source.code
        let needle = Array(start.utf8)
        let original = Array(text.utf8)
        return code.indices.filter { code[$0...].starts(with: needle) }.map { place in
            var depth = 0
            var end = place + needle.count - 1
            while end < code.count {
                if code[end] == UInt8(ascii: "(") { depth += 1 }
                if code[end] == UInt8(ascii: ")") { depth -= 1 }
                if depth == 0 { break }
                end += 1
            }
            let call = original[place..<min(end + 1, original.count)]
            return (String(decoding: call, as: UTF8.self), source.line(at: place))
        }
    }
}
