import Foundation
package import JSON
package import SirdarCore

/// The files that an author rehearses: a definition with its answers, or scenarios.
package enum RehearsalFiles {
    /// A definition, ready to be rehearsed with all that it names.
    package struct Piece: Sendable {
        package let stage: Stage
        package let workflow: Vocabulary.WorkflowName

        package init(stage: Stage, workflow: Vocabulary.WorkflowName) {
            self.stage = stage
            self.workflow = workflow
        }
    }

    /// Files with mistakes: nothing was rehearsed.
    package struct Mistaken: Error {
        package let files: [FileDiagnostics]
    }

    // MARK: One definition

    /// Reads a definition together with the catalogue in whose folder it lies; one that lies elsewhere is a catalogue
    /// of its own.
    package static func open(
        _ path: String,
        _ surroundings: Catalog.Surroundings
    ) -> Result<Piece, Mistaken> {
        switch CatalogFiles.read(path, limit: YAMLSource.bytesMax) {
        case .failure(let diagnostic): .failure(Mistaken(path, [diagnostic]))
        case .success(let file): open(file, surroundings)
        }
    }

    package static func open(
        _ file: CatalogFiles.File,
        _ surroundings: Catalog.Surroundings
    ) -> Result<Piece, Mistaken> {
        let root: Located
        switch YAMLSource.read(file.text) {
        case .failure(let diagnostic): return .failure(Mistaken(file.path, [diagnostic]))
        case .success(let located): root = located
        }
        var files = CatalogFiles(folder: DefinitionCheck.root(of: file.path) ?? ".")
        let place = DefinitionCheck.canonical(file.path)
        files.workflows.removeAll { DefinitionCheck.canonical($0.path) == place }
        // Read first, so that it is the other file that has the version twice.
        files.workflows.insert(file, at: 0)
        let catalog = Catalog.load(files, surroundings)
        let told = catalog.files.filter { $0.file == file.path }
        if told.contains(where: { $0.diagnostics.contains(where: \.isError) }) {
            return .failure(Mistaken(files: told))
        }
        guard let name = DefinitionDecoder.name(of: root), catalog.definitions[name] != nil else {
            return .failure(Mistaken(file.path, [.error(.missingKey, at: .start, "this is no workflow")]))
        }
        return .success(Piece(stage: Stage(catalog), workflow: name))
    }

    /// Reads the answers for a definition.
    package static func answers(_ file: CatalogFiles.File, for piece: Piece) -> Result<Answers, Mistaken> {
        let findings = Findings()
        var answers = Answers()
        switch YAMLSource.read(file.text) {
        case .failure(let diagnostic): findings.add(diagnostic)
        case .success(let root): answers = AnswersReader(piece.stage, of: piece.workflow, findings).read(root)
        }
        return findings.hasErrors ? .failure(Mistaken(file.path, findings.inOrder)) : .success(answers)
    }

    /// Reads an input: YAML, of which JSON is a part.
    package static func input(_ file: CatalogFiles.File) -> Result<JSON, Mistaken> {
        switch YAMLSource.read(file.text) {
        case .failure(let diagnostic): .failure(Mistaken(file.path, [diagnostic]))
        case .success(let root): .success(root.json)
        }
    }

    /// One file as text.
    package static func read(_ path: String) -> Result<CatalogFiles.File, Mistaken> {
        CatalogFiles.read(path, limit: YAMLSource.bytesMax).mapError { Mistaken(path, [$0]) }
    }

    // MARK: Scenarios

    /// A file of scenarios: what was read, or what is wrong with it.
    package struct ScenarioFile: Sendable {
        package let path: String
        package let stage: Stage
        package let scenarios: [Scenario]
        package let diagnostics: [Diagnostic]

        package var hasErrors: Bool { diagnostics.contains(where: \.isError) }
    }

    /// The folder below `Workflows` that scenarios lie in, whose files are never loaded as definitions.
    package static let folder = "scenarios"
    private static let filesMax = 1000

    /// Reads the scenarios of files and folders. Of a folder, those below its `Workflows/scenarios`, or its
    /// `scenarios`, or else all below itself.
    package static func scenarios(
        _ paths: [String],
        _ surroundings: Catalog.Surroundings
    ) -> Result<[ScenarioFile], Mistaken> {
        var stages: [String: Stage] = [:]
        var read: [ScenarioFile] = []
        var mistaken: [FileDiagnostics] = []
        for path in paths {
            let files = scenarioFiles(path)
            if files.isEmpty {
                let missing = Diagnostic.error(.unreadable, at: .start, "there are no scenarios here: *.yaml")
                mistaken.append(FileDiagnostics(file: path, diagnostics: [missing]))
            }
            for path in files where !read.contains(where: { $0.path == path }) {
                let root = DefinitionCheck.root(of: path) ?? "."
                let stage = stages[root] ?? Stage(Catalog.load(folder: root, surroundings))
                stages[root] = stage
                read.append(scenarioFile(path, stage))
            }
        }
        return mistaken.isEmpty ? .success(read) : .failure(Mistaken(files: mistaken))
    }

    private static func scenarioFile(_ path: String, _ stage: Stage) -> ScenarioFile {
        switch CatalogFiles.read(path, limit: YAMLSource.bytesMax) {
        case .failure(let diagnostic):
            ScenarioFile(path: path, stage: stage, scenarios: [], diagnostics: [diagnostic])
        case .success(let file): scenarioFile(file, stage)
        }
    }

    /// Reads one file of scenarios on a stage.
    package static func scenarioFile(_ file: CatalogFiles.File, _ stage: Stage) -> ScenarioFile {
        let findings = Findings()
        var scenarios: [Scenario] = []
        switch YAMLSource.read(file.text) {
        case .failure(let diagnostic): findings.add(diagnostic)
        case .success(let root) where root["document"] != nil && root["scenarios"] == nil:
            let place = "its scenarios are files in Workflows/\(folder)"
            findings.error(.wrongValue, at: .start, "this is a definition, and no file of scenarios: \(place)")
        case .success(let root): scenarios = ScenarioReader(stage, findings).read(root)
        }
        return ScenarioFile(path: file.path, stage: stage, scenarios: scenarios, diagnostics: findings.inOrder)
    }

    private static func scenarioFiles(_ path: String) -> [String] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return [] }
        guard isFolder.boolValue else { return [path] }
        let inner = ["\(path)/Workflows/\(folder)", "\(path)/\(folder)"].first { inner in
            FileManager.default.fileExists(atPath: inner, isDirectory: &isFolder) && isFolder.boolValue
        }
        let start = inner ?? path
        let found = FileManager.default.enumerator(atPath: start)?.prefix(filesMax).compactMap { $0 as? String } ?? []
        return found.filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") }.sorted().map { "\(start)/\($0)" }
    }
}

extension RehearsalFiles.Mistaken {
    fileprivate init(_ file: String, _ diagnostics: [Diagnostic]) {
        self.init(files: [FileDiagnostics(file: file, diagnostics: diagnostics)])
    }

    /// A line for each mistake.
    package var lines: [String] { files.flatMap { file in file.diagnostics.map { $0.text(in: file.file) } } }
}
