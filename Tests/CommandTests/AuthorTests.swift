import Foundation
import JSON
import Testing

/// What authors of workflows use, none of which needs a server.
@Suite("Authors' commands")
struct AuthorTests {
    private static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    private var tool: Tool {
        var tool = Tool()
        tool.folder = Self.repository
        return tool
    }

    // MARK: check

    @Test("the files that come with the program are checked, all of them, and are without fault")
    func shippedFiles() throws {
        let outcome = try tool.run("check --strict --json")
        #expect(outcome.code == 0 && outcome.messages.isEmpty)
        let files = (outcome.json?["files"]?.asArray ?? []).compactMap { $0["file"]?.asString }
        for part in [
            "adapt-image.yaml", "queues.yaml", "sirdar.yaml", "locations.yaml", "projects/", "remove-traces.md",
        ] {
            #expect(files.contains { $0.contains(part) }, "\(part) was not checked")
        }
    }

    @Test("a mistake is told with its place and what to write, and ends with 1")
    func mistake() throws {
        let folder = try Installation()
        try folder.replace("Workflows/create-image.yaml", "\ndo:", by: "\ndoo:")
        try folder.replace("config/sirdar.yaml", "workerSlots:", by: "workerSlot:")
        try folder.replace("config/locations.yaml", "label:", by: "lable:")
        var tool = tool
        tool.folder = folder.path
        let outcome = try tool.run("check")
        #expect(outcome.code == 1 && outcome.messages.isEmpty)
        let errors = outcome.lines.filter { $0.contains(": error[") }
        #expect(errors.count == 3, "\(errors)")
        for part in [
            "Workflows/create-image.yaml:", "error[unknown-key]: a workflow has no `doo`; did you mean `do`?",
            "there is no setting `workerSlot`; did you mean `workerSlots`?", "did you mean `label`?",
        ] {
            #expect(errors.contains { $0.contains(part) }, "\(part) is not in \(errors)")
        }
        let one = try tool.run("check config/sirdar.yaml --json")
        #expect(one.code == 1 && one.json?["errors"] == 1)
    }

    // MARK: schema

    @Test("the schema knows the functions of the program, and the names of the folder")
    func schema() throws {
        let outcome = try tool.run("schema")
        #expect(outcome.code == 0)
        for part in ["image-reconfiguration", "scanForTraces", "reconfigure-shared-storage", "painting"] {
            #expect(outcome.text.contains("\"\(part)\"") == (part != "painting"), "\(part)")
        }
    }

    // MARK: expression

    @Test(
        "an expression gives one output a line",
        arguments: [
            (["expression", ".a[] | { b: . }"], #"{"a":[1,2]}"#, "{\"b\":1}\n{\"b\":2}\n"),
            (["expression", "${ .a | length }"], #"{"a":[1,2]}"#, "2\n"),
            (["expression", "$context"], "null", "null\n"), (["expression", "empty"], "null", ""),
        ]
    )
    func expression(_ arguments: [String], _ input: String, _ expected: String) throws {
        var tool = tool
        tool.input = Array(input.utf8)
        let outcome = try tool.run(arguments + ["--input", "-"])
        #expect(outcome.code == 0 && outcome.text == expected && outcome.messages.isEmpty)
    }

    @Test("a mistake in an expression is shown with a caret under its place")
    func caret() throws {
        let outcome = try tool.run(["expression", ".a | nothing(1)"])
        #expect(outcome.code == 1 && outcome.output.isEmpty)
        let lines = outcome.messages.split(separator: "\n").map(String.init)
        #expect(lines.first?.contains("line 1, column 6") == true, "\(lines)")
        #expect(lines.dropFirst() == ["sirdar:   .a | nothing(1)", "sirdar:        ^"])
    }

    @Test("one that never ends is stopped by the engine's limit, after what it gave")
    func endless() throws {
        let outcome = try tool.run(["expression", "1, (def f: f; f)"])
        #expect(outcome.code == 1 && outcome.text == "1\n" && outcome.messages.contains("limit of"))
    }

    // MARK: diagram

    @Test(
        "a definition is drawn, in each format",
        arguments: [("svg", "<svg "), ("dot", "digraph"), ("mermaid", "---\ntitle")]
    )
    func diagram(_ format: String, _ beginning: String) throws {
        let outcome = try tool.run("workflow diagram Workflows/adapt-image.yaml --format \(format)")
        #expect(outcome.code == 0 && outcome.text.hasPrefix(beginning) && outcome.text.contains("Scan for traces"))
    }

    @Test("a definition with a mistake is not drawn, and told of")
    func mistakenDiagram() throws {
        let folder = try Installation()
        try folder.replace("Workflows/create-image.yaml", "\ndo:", by: "\ndoo:")
        let outcome = try tool.run(["workflow", "diagram", folder.path + "/Workflows/create-image.yaml"])
        #expect(outcome.code == 1 && outcome.output.isEmpty && outcome.messages.contains("did you mean `do`"))
    }

    /// A copy of what comes with the program, gone when the test is over.
    private final class Installation {
        private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "authors-\(UUID().uuidString)"
        )
        var path: String { folder.path }

        init() throws {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            for name in ["Workflows", "Runbooks", "config"] {
                try FileManager.default.copyItem(
                    atPath: "\(repository)/\(name)",
                    toPath: folder.appendingPathComponent(name).path
                )
            }
        }

        // Left over, it only takes room.
        deinit { try? FileManager.default.removeItem(at: folder) }

        func replace(_ name: String, _ old: String, by new: String) throws {
            let file = folder.appendingPathComponent(name)
            let text = try String(contentsOf: file, encoding: .utf8)
            let changed = text.replacing(old, with: new, maxReplacements: 1)
            try #require(changed != text)
            try changed.write(to: file, atomically: true, encoding: .utf8)
        }
    }
}
