import Foundation
import JSON
import JSONSchema
import SirdarCore
import SirdarEngine
import SirdarImages
import Testing

/// The workflows that come with the program, judged by all that knows the language.
@Suite("Shipped workflows")
struct ShippedWorkflowTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let names = [
        "adapt-image", "copy-image", "create-image", "create-machines", "delete-image", "mark-golden",
    ]
    private static let catalog = Catalog.load(
        folder: folder.path(),
        .init(functions: ImageActions.signatures.map { .init($0) })
    )

    private static func text(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: folder.appending(path: "Workflows/\(name).yaml")), as: UTF8.self)
    }

    private static func decode(_ text: String) throws -> DefinitionDecoder.Decoded {
        let hash = Catalog.hash(source: text, runbooks: [])
        return DefinitionDecoder.decode(try YAMLSource.read(text).get(), hash: hash, vocabulary: catalog.vocabulary)
    }

    @Test("all of them are here, without a mistake or a warning")
    func all() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.appending(path: "Workflows").path())
        #expect(files.filter { $0.hasSuffix(".yaml") }.sorted() == Self.names.map { "\($0).yaml" })
        #expect(Set(Self.catalog.definitions.keys.map(\.name)) == Set(Self.names))
        #expect(Self.catalog.files.flatMap(\.diagnostics) == [])
    }

    @Test("every key misspelt by one letter is told once, with what was meant", arguments: names)
    func misspelt(name: String) throws {
        let text = try Self.text(name)
        #expect(try Self.decode(text).diagnostics == [])
        let keys = LanguageKeys.all(in: try YAMLSource.read(text).get())
        #expect(keys.count > 40, "\(name) has \(keys.count) keys")
        for member in keys {
            let wrong = LanguageKeys.misspelt(member.key)
            let told = try Self.decode(LanguageKeys.replace(member, by: wrong, in: text)).diagnostics
            #expect(
                told.map { "\($0.place) \($0.suggestion ?? "nothing")" } == ["\(member.keyPlace) \(member.key)"],
                "\(name): \(member.key) as \(wrong) in line \(member.keyPlace.line): \(told.map { $0.text(in: name) })"
            )
        }
    }

    @Test("the editor's schema takes each, and not with a misspelt key", arguments: names)
    func schema(name: String) throws {
        var document = DefinitionSchema.document(Self.catalog.vocabulary).asObject ?? [:]
        document["$schema"] = nil
        let schema = try Schema(.object(document))
        let text = try Self.text(name)
        let root = try YAMLSource.read(text).get()
        #expect(schema.validate(root.json).map { "\($0.instancePointer) \($0.message)" } == [])
        // Arguments that a function of `use` gives are checked where it is called, which a schema cannot follow.
        let keys = LanguageKeys.all(in: root).filter { !LanguageKeys.isWithinFunctions($0, root) }
        #expect(keys.count > 40)
        for member in keys {
            let wrong = LanguageKeys.replace(member, by: LanguageKeys.misspelt(member.key), in: text)
            let document = try YAMLSource.read(wrong).get().json
            #expect(!schema.validate(document).isEmpty, "\(name): \(member.key) in line \(member.keyPlace.line)")
        }
    }

    @Test("each is drawn", arguments: names)
    func drawn(name: String) throws {
        let workflow = try #require(try Self.decode(Self.text(name)).workflow)
        let svg = try Diagram(workflow).svg(isAlone: true)
        for node in workflow.nodes where !node.name.isEmpty && node.title != node.name {
            #expect(svg.contains("<title>\(node.title)"), "\(node.title)")
        }
    }
}

/// Which keys of a definition the language chose, and not its author.
private enum LanguageKeys {
    static func all(in root: Located) -> [Located.Member] { keys(root, below: "") }

    /// What stands below these is the author's: a name, or any value.
    private static let named: Set<String> = ["functions", "errors", "retries", "timeouts", "form"]
    private static let free: Set<String> = ["about", "document.schema", "set", "input.workflow", "tags"]

    private static func keys(_ node: Located, below path: String) -> [Located.Member] {
        switch node.value {
        case .map(let members):
            return members.flatMap { member -> [Located.Member] in
                let parent = path.split(separator: ".").first.map(String.init) ?? ""
                let place = "\(member.key).\(parent)"
                let inner = "\(member.key).\(path)"
                if named.contains(parent) { return keys(member.value, below: "name.\(path)") }
                if free.contains(member.key) || free.contains(place) { return [member] }
                // The values of arguments are the function's, or the author's.
                if parent == "with", member.key != "form", member.value.members != nil,
                    !["due", "separation", "verify", "review"].contains(member.key)
                {
                    return [member]
                }
                return [member] + keys(member.value, below: inner)
            }
        case .list(let elements):
            // An element of a list is a map of one name, which its author chose.
            return elements.flatMap { element in
                (element.members ?? []).flatMap { keys($0.value, below: "name.\(path)") }
            }
        case .null, .bool, .number, .text: return []
        }
    }

    static func isWithinFunctions(_ member: Located.Member, _ root: Located) -> Bool {
        guard let functions = root["use"]?["functions"] else { return false }
        return keys(functions, below: "functions.").contains { $0.keyPlace == member.keyPlace }
    }

    static func misspelt(_ key: String) -> String {
        var letters = Array(key)
        letters[letters.count / 2] = letters[letters.count / 2] == "q" ? "x" : "q"
        return String(letters)
    }

    static func replace(_ member: Located.Member, by wrong: String, in text: String) -> String {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let (line, column) = (member.keyPlace.line - 1, member.keyPlace.column - 1)
        lines[line] = lines[line].prefix(column) + wrong + lines[line].dropFirst(column + member.key.count)
        return lines.joined(separator: "\n")
    }
}
