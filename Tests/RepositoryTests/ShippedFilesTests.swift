import SirdarCore
import SirdarEngine
import Testing

/// The runbooks and queues that come with the program. The workflows are judged where their actions are known.
@Suite("Shipped files")
struct ShippedFilesTests {
    /// What tasks give the runbooks to be filled with, on the machines of the demonstration.
    private static let values = [
        "machine": "harrow-builder-0f3c", "project": "harrow", "sourceProject": "blackfen", "managerKind": "deadline",
        "oldAddress": "10.42.0.20", "newAddress": "10.57.0.20", "newPort": "8080", "image": "comp workstation, May",
        "oldExportPath": "/export/blackfen", "newExportPath": "/export/harrow", "oldMountPoint": "/mnt/blackfen",
        "newMountPoint": "/mnt/harrow", "location": "oregon",
    ]
    /// What an engineer must tick on a cloud that gives no more than the files of machines.
    private static let required = [
        "copy-failed": ["cause-noted"],
        "prepare-for-imaging": ["licences-checked", "identity-removed"],
        "reconfigure-render-manager": ["connection-noted", "settings-edited"],
        "reconfigure-shared-storage": ["mounts-noted", "files-edited"],
        "remove-traces": ["findings-judged", "traces-removed"],
    ]

    private static let catalog = load { $0 }

    @Test("every runbook and the queues load without a word")
    func load() {
        #expect(Self.catalog.files.flatMap(\.lines).isEmpty)
        #expect(Self.catalog.runbooks.keys.sorted() == Self.required.keys.sorted())
        #expect(Self.catalog.queues.map(\.name) == ["image-preparation", "image-reconfiguration", "triage"])
    }

    @Test("a mistake in a shipped file is told")
    func mistakes() {
        let renamed = Self.load { $0.replacing("sourceProject", with: "elsewhere", maxReplacements: 1) }
        let lines = renamed.files.flatMap(\.lines)
        #expect(lines.contains { $0.contains("remove-traces.md") && $0.contains("sourceProject") })
        #expect(Self.load { $0.replacing("{id: ", with: "{name: ") }.hasErrors)
        #expect(Self.load { $0.replacing("skills: [", with: "skills: [painting, ") }.hasErrors)
    }

    @Test("every queue says who works on it, by when, and what happens when nobody does")
    func queues() {
        for queue in Self.catalog.queues {
            #expect(queue.members == ["operator", "supervisor"], "\(queue.name)")
            #expect(queue.due?.atRisk != nil && queue.claimLimit != nil, "\(queue.name)")
            #expect(queue.releaseUnstartedAfter != nil && queue.remindAfter != nil, "\(queue.name)")
        }
    }

    @Test("every runbook says whose it is and when it is looked at again", arguments: required.keys.sorted())
    func heads(name: String) throws {
        let runbook = try #require(Self.catalog.runbooks[name])
        #expect(!runbook.title.isEmpty && !runbook.summary.isEmpty && runbook.owner == "image-support")
        #expect(runbook.reviewBy == "2027-11-01")
        #expect(Set(runbook.values).isSubset(of: Self.values.keys))
        for value in runbook.values {
            #expect(runbook.text.contains("{{\(value)}}"), "\(name) promises \(value) and does not use it")
        }
    }

    @Test("every runbook is shown whole, its values filled in", arguments: required.keys.sorted())
    func shown(name: String) throws {
        let runbook = try #require(Self.catalog.runbooks[name])
        let given = Self.values.filter { runbook.values.contains($0.key) }
        let page = try runbook.html(values: given)
        let terminal = runbook.plainText(values: given)
        for text in [page, terminal] {
            #expect(!text.contains("{{") && !text.contains("[ ] {"), "\(name)")
            for value in given.values { #expect(text.contains(value), "\(name) does not show \(value)") }
        }
        for heading in ["Before you begin", "Done when", "Undo"] {
            #expect(terminal.contains("\n\(heading)"), "\(name) lacks \(heading)")
        }
        #expect(terminal.contains("It usually takes"), "\(name)")
    }

    @Test("few items are required, and each can be read in a list", arguments: required.keys.sorted())
    func items(name: String) throws {
        let runbook = try #require(Self.catalog.runbooks[name])
        #expect(runbook.checklist(on: [.guestFiles]).items.filter(\.isRequired).map(\.id) == Self.required[name])
        #expect(runbook.checklist.items.filter(\.isRequired).map(\.id) == Self.required[name])
        let needed = runbook.items.filter(\.isRequired)
        #expect(needed.count { $0.evidence == .text } == 1 && needed.allSatisfy(\.requires.isEmpty), "\(name)")
        for item in runbook.items {
            #expect(item.text.count <= 100 && item.text.hasSuffix("."), "\(name): \(item.id)")
            // Lists show it as it is written.
            #expect(!item.text.contains("{{"), "\(name): \(item.id)")
        }
    }

    /// The catalog of the shipped files, with a change to the runbooks.
    private static func load(_ change: (String) -> String) -> Catalog {
        let repository = Repository.here
        let runbooks = repository.files(endingIn: [".md"], in: ["Runbooks/"]).map { file in
            CatalogFiles.File(path: file.path, text: change(file.text))
        }
        func config(_ name: String) -> CatalogFiles.File? {
            repository.files(endingIn: [name], in: ["config/"]).first.map { .init(path: $0.path, text: $0.text) }
        }
        let files = CatalogFiles(
            runbooks: runbooks,
            queues: config("queues.yaml"),
            calendars: config("calendars.yaml")
        )
        return Catalog.load(files, Catalog.Surroundings())
    }
}

extension FileDiagnostics {
    /// One line for each.
    fileprivate var lines: [String] { diagnostics.map { $0.text(in: file) } }
}
