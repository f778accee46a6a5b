import Foundation
import JSON
import SirdarCore
import SirdarEngine
import Testing

@Suite("The catalog")
struct CatalogTests {
    private static let queues = """
        queues:
          - name: storage-work
            title: Storage
            members: [operator, supervisor]
            skills: [storage, windows]
            slaDefaults: { due: PT4H, atRisk: PT1H, calendar: support-hours }
            claimLimit: 5
            releaseUnstartedAfter: PT30M
            remindAfter: { hours: 4 }
          - { name: triage, slaDefaults: { due: PT8H } }
        """

    private static let runbook = "---\ntitle: Mount it\nskills: [storage]\n---\n- [ ] {id: mount} Mount it\n"

    private static func workflow(_ name: String = "mount", _ version: String = "1.0.0") -> String {
        """
        document: { dsl: '1.0.3', namespace: test, name: \(name), version: \(version) }
        do:
          - mount: { call: manual, with: { title: Mount it, queue: storage-work, runbook: mount, skills: [windows] } }
          - again: { run: { workflow: { namespace: test, name: other, version: 1.0.0 } } }
        """
    }

    private static let other = """
        document: { dsl: '1.0.3', namespace: test, name: other, version: 1.0.0 }
        do:
          - note: { call: note }
        """

    private static let surroundings = Catalog.Surroundings(
        functions: [Vocabulary.Function(ActionSignature(name: "note", summary: "", input: ["type": "object"]))]
    )

    private static let calendars = "calendars: [{ name: support-hours, timeZone: UTC, hours: { monday: 09:00-17:00 } }]"

    private func load(_ change: (inout CatalogFiles) -> Void = { _ in }) -> Catalog {
        var files = CatalogFiles(
            workflows: [
                .init(path: "Workflows/mount.yaml", text: Self.workflow()),
                .init(path: "Workflows/other.yaml", text: Self.other),
            ],
            runbooks: [.init(path: "Runbooks/mount.md", text: Self.runbook)],
            queues: .init(path: "config/queues.yaml", text: Self.queues),
            calendars: .init(path: "config/calendars.yaml", text: Self.calendars)
        )
        change(&files)
        return Catalog.load(files, Self.surroundings)
    }

    @Test("a queue whose members are no role's holders is told, with what was meant")
    func wrongMembers() {
        let text = Self.queues.replacing("[operator, supervisor]", with: "[operater, supervisor]")
        let catalog = load { $0.queues = .init(path: "config/queues.yaml", text: text) }
        let told = DefinitionCheck.text(catalog.files)
        #expect(told.contains("config/queues.yaml:4:"), "\(told)")
        #expect(told.contains("there is no role `operater`; did you mean `operator`?"), "\(told)")
    }

    @Test("holds what its files say, and definitions may name all of it")
    func loads() throws {
        let catalog = load()
        #expect(DefinitionCheck.text(catalog.files) == "5 files: nothing wrong\n")
        #expect(catalog.definitions.keys.map(\.name).sorted() == ["mount", "other"])
        #expect(catalog.runbooks.keys.sorted() == ["mount"])
        let queue = try #require(catalog.queues.first)
        #expect(
            queue.name == "storage-work" && queue.title == "Storage" && queue.members == ["operator", "supervisor"]
        )
        #expect(queue.due == TaskSpec.Due(after: .hours(4), atRisk: .hours(1), calendar: "support-hours"))
        #expect(queue.claimLimit == 5 && queue.releaseUnstartedAfter == .minutes(30) && queue.remindAfter == .hours(4))
        #expect(catalog.queues.last?.title == "triage")
    }

    @Test("a definition is pinned to its text and to that of its runbooks")
    func hashes() throws {
        func hash(_ catalog: Catalog) throws -> ContentHash {
            try #require(catalog.definitions.first { $0.key.name == "mount" }?.value.workflow.hash)
        }
        let before = try hash(load())
        #expect(try hash(load()) == before)
        #expect(
            try hash(load { $0.runbooks[0] = .init(path: "Runbooks/mount.md", text: Self.runbook + "\n") }) != before
        )
        #expect(try hash(load { $0.workflows[0] = .init(path: "x", text: Self.workflow() + "\n") }) != before)
        #expect(
            try hash(load { $0.workflows[1] = .init(path: "Workflows/other.yaml", text: Self.other + "\n") }) == before
        )
    }

    @Test("what was deployed is read again from what was stored, also when what it names has gone")
    func stored() throws {
        let catalog = load()
        let definition = try #require(catalog.definitions.first { $0.key.name == "mount" }?.value)
        let stored = definition.deployment(at: .zero)
        #expect(stored.runbooks.map(\.name) == ["mount"])
        #expect(Catalog.hash(source: stored.source, runbooks: stored.runbooks) == stored.hash)
        #expect(Catalog.runbooks(stored).map(\.hash) == stored.runbooks.map(\.hash))
        let again = Catalog.decode(stored, Vocabulary())
        #expect(again.workflow?.hash == stored.hash)
        #expect(again.workflow?.nodes.count == 3)
        #expect(!again.diagnostics.isEmpty)
    }

    @Test("an action that has gone is still called by what was deployed, and not passed over")
    func goneAction() throws {
        let catalog = load()
        let definition = try #require(catalog.definitions.first { $0.key.name == "other" }?.value)
        let again = Catalog.decode(definition.deployment(at: .zero), Vocabulary())
        #expect(again.workflow?.nodes.last?.call?.action == "note")
    }

    @Test("one version in two files is told of")
    func versionTaken() {
        let catalog = load { $0.workflows.append(.init(path: "Workflows/z.yaml", text: Self.other)) }
        #expect(
            DefinitionCheck.text(catalog.files)
                == "Workflows/z.yaml:1:66: error[version-taken]: test/other:1.0.0 is in Workflows/other.yaml already\n"
                + "6 files: 1 error, 0 warnings\n"
        )
    }

    @Test("mistakes in the file of queues are told at their place")
    func queueMistakes() {
        let text = """
            queues:
              - { name: a, titel: A, claimLimit: 0 }
              - { name: a, slaDefaults: { duo: PT4H, atRisk: PT5H, calendar: nights } }
              - { title: B }
            """
        let catalog = load { files in
            files.queues = .init(path: "q", text: text)
            files.workflows = []
            files.runbooks = []
        }
        #expect(
            catalog.files.flatMap(\.diagnostics).map { "\($0.place) \($0.code.rawValue) \($0.suggestion ?? "")" } == [
                "2:16 unknown-key title", "2:38 wrong-value ", "3:13 duplicate-name ", "3:31 unknown-key due",
                "3:42 wrong-value ", "3:66 unknown-name ", "4:5 missing-key ",
            ]
        )
    }

    @Test("a definition with a mistake is left out, and the others are there")
    func leftOut() {
        let catalog = load { $0.runbooks = [] }
        #expect(catalog.definitions.keys.map(\.name) == ["other"])
        #expect(catalog.hasErrors)
        #expect(DefinitionCheck.text(catalog.files).contains("Workflows/mount.yaml:3:83: error[unknown-name]"))
    }
}

@Suite("The check of files and folders")
struct DefinitionCheckTests {
    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "check-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for (name, text) in [
            ("Workflows/a.yaml", "document: { dsl: '1.0.3', namespace: test, name: a, version: 1.0.0 }\ndo: []\n"),
            ("Workflows/b.yaml", "document: { dsl: '1.0.3', namespace: test, name: b, version: 1.0.0 }\ndoo: []\n"),
            ("Runbooks/r.md", "---\ntitle: R\nreviewBy: 2020-01-01\n---\n"),
            ("config/queues.yaml", "queues: []\n"),
        ] {
            let path = URL(filePath: folder).appending(path: name)
            try FileManager.default.createDirectory(
                at: path.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data(text.utf8).write(to: path)
        }
        try body(folder)
    }

    private var surroundings: Catalog.Surroundings { .init(today: Timestamp("2026-11-23T00:00:00Z")) }

    private func codes(_ files: [FileDiagnostics]) -> [String] {
        files.flatMap { file in
            file.diagnostics.map { "\(URL(filePath: file.file).lastPathComponent) \($0.code.rawValue)" }
        }
    }

    @Test("a folder is checked with all that is in it")
    func folder() throws {
        try withFolder { folder in
            let files = DefinitionCheck.run(paths: [folder], surroundings)
            #expect(files.count == 4)
            #expect(codes(files) == ["r.md stale", "a.yaml wrong-value", "b.yaml unknown-key", "b.yaml wrong-value"])
            #expect(DefinitionCheck.fails(files, strict: false))
        }
    }

    @Test("a file is checked alone, with the catalog around it")
    func file() throws {
        try withFolder { folder in
            let runbook = DefinitionCheck.run(paths: ["\(folder)/Runbooks/r.md"], surroundings)
            #expect(codes(runbook) == ["r.md stale"])
            #expect(!DefinitionCheck.fails(runbook, strict: false))
            #expect(DefinitionCheck.fails(runbook, strict: true))
            #expect(
                codes(DefinitionCheck.run(paths: ["\(folder)/Workflows/a.yaml"], surroundings)) == [
                    "a.yaml wrong-value"
                ]
            )
            let both = DefinitionCheck.run(paths: ["\(folder)/Workflows", "\(folder)/Workflows/a.yaml"], surroundings)
            #expect(both.count == 2)
        }
    }

    @Test("a definition is known wherever it lies, and nothing else is taken for one")
    func loose() throws {
        try withFolder { folder in
            for (name, text) in [
                ("wrong.yaml", "document: { dsl: '1.0.3', namespace: test, name: c, version: 1.0.0 }\ndoo: []\n"),
                ("broken.yml", "document: {"), ("given.yaml", "given: {}\n"), ("notes.txt", "do: nothing\n"),
            ] {
                let drafts = URL(filePath: folder).appending(path: "drafts")
                try FileManager.default.createDirectory(at: drafts, withIntermediateDirectories: true)
                try Data(text.utf8).write(to: drafts.appending(path: name))
            }
            func check(_ path: String) -> [String] {
                codes(DefinitionCheck.run(paths: ["\(folder)/drafts/\(path)"], surroundings))
            }
            #expect(check("wrong.yaml") == ["wrong.yaml unknown-key", "wrong.yaml wrong-value"])
            #expect(check("given.yaml") == ["given.yaml unreadable"])
            #expect(check("notes.txt") == ["notes.txt unreadable"])
            #expect(check("") == ["broken.yml syntax", "wrong.yaml unknown-key", "wrong.yaml wrong-value"])
        }
    }

    @Test("what is not there is told of")
    func missing() throws {
        try withFolder { folder in
            #expect(
                codes(DefinitionCheck.run(paths: ["\(folder)/nowhere.yaml"], surroundings)) == [
                    "nowhere.yaml unreadable"
                ]
            )
        }
    }

    @Test("is told as text and as JSON")
    func forms() throws {
        let diagnostic = Diagnostic(
            .error,
            .unknownKey,
            at: Place(line: 2, column: 3),
            "no `doo`",
            suggestion: "do",
            allowed: ["do", "use"]
        )
        let files = [FileDiagnostics(file: "a.yaml", diagnostics: [diagnostic])]
        #expect(
            DefinitionCheck.text(files)
                == "a.yaml:2:3: error[unknown-key]: no `doo`; did you mean `do`? allowed here: do, use\n"
                + "1 file: 1 error, 0 warnings\n"
        )
        #expect(
            DefinitionCheck.json(files) == [
                "files": [
                    [
                        "file": "a.yaml",
                        "diagnostics": [
                            [
                                "severity": "error", "code": "unknown-key", "line": 2, "column": 3,
                                "message": "no `doo`",
                                "suggestion": "do", "allowed": ["do", "use"],
                            ]
                        ],
                    ]
                ],
                "errors": 1, "warnings": 0,
            ]
        )
    }
}
