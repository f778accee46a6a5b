package import SirdarCore

extension Catalog {
    /// Reads the catalog of a folder: `Workflows/*.yaml`, `Runbooks/*.md`, `config/queues.yaml` and
    /// `config/calendars.yaml`.
    package static func load(folder: String, _ surroundings: Surroundings) -> Catalog {
        load(CatalogFiles(folder: folder), surroundings)
    }

    /// Reads a catalog from texts.
    package static func load(_ files: CatalogFiles, _ surroundings: Surroundings) -> Catalog {
        var loader = CatalogLoader(surroundings: surroundings)
        loader.told = files.unreadable
        if let calendars = files.calendars { loader.readCalendars(calendars) }
        if let queues = files.queues { loader.readQueues(queues) }
        for file in files.runbooks { loader.read(runbook: file) }
        for file in files.workflows { loader.parse(workflow: file) }
        loader.decodeWorkflows()
        return Catalog(
            definitions: loader.definitions,
            runbooks: loader.runbooks.mapValues(\.runbook),
            queues: loader.queues,
            calendars: loader.calendars,
            vocabulary: loader.vocabulary,
            files: loader.told
        )
    }

    /// Reads a version again that was deployed, from what was stored with it.
    ///
    /// What has gone since (a queue, an action, a calendar) is no reason not to read it: an instance that is pinned to
    /// it must go on. So its mistakes are told, and the workflow is there all the same unless it cannot be read at all.
    package static func decode(_ stored: Deployment, _ vocabulary: Vocabulary) -> DefinitionDecoder.Decoded {
        switch YAMLSource.read(stored.source) {
        case .failure(let diagnostic): .init(workflow: nil, diagnostics: [diagnostic])
        case .success(let root):
            DefinitionDecoder.decode(root, hash: stored.hash, vocabulary: vocabulary, keepsGoing: true)
        }
    }

    /// The runbooks that were stored with a deployed version.
    package static func runbooks(_ stored: Deployment) -> [Runbook] {
        stored.runbooks.compactMap { Runbook.read(name: $0.name, source: $0.source).runbook }
    }

    /// What a definition is pinned to: its text, and the names and texts of the runbooks that it names.
    package static func hash(source: String, runbooks: [Deployment.RunbookText]) -> ContentHash {
        let sorted = runbooks.sorted { $0.name < $1.name }
        return ContentHash(of: [source] + sorted.flatMap { [$0.name, $0.source] })
    }
}

private struct CatalogLoader {
    let surroundings: Catalog.Surroundings
    var told: [FileDiagnostics] = []
    private(set) var calendars: [WorkingCalendar] = []
    private(set) var queues: [QueuePolicy] = []
    private(set) var runbooks: [String: (runbook: Runbook, source: String)] = [:]
    private(set) var definitions: [Vocabulary.WorkflowName: Catalog.Definition] = [:]
    private var parsed: [(file: CatalogFiles.File, root: Located)] = []

    init(surroundings: Catalog.Surroundings) { self.surroundings = surroundings }

    var vocabulary: Vocabulary {
        Vocabulary(
            functions: surroundings.functions,
            queues: queues.map(\.entry),
            skills: Set(queues.flatMap(\.skills)),
            runbooks: runbooks.values.map(\.runbook.entry),
            calendars: calendarNames,
            workflows: surroundings.deployed.union(parsed.compactMap { DefinitionDecoder.name(of: $0.root) }),
            timeZones: WallClock.names
        )
    }

    private var calendarNames: Set<String> { Set(calendars.map(\.name)) }

    mutating func readCalendars(_ file: CatalogFiles.File) {
        let findings = Findings()
        switch YAMLSource.read(file.text) {
        case .failure(let diagnostic): findings.add(diagnostic)
        case .success(let root): calendars = WorkingCalendar.read(root, findings)
        }
        tell(file, findings.inOrder)
    }

    mutating func readQueues(_ file: CatalogFiles.File) {
        let findings = Findings()
        switch YAMLSource.read(file.text) {
        case .failure(let diagnostic): findings.add(diagnostic)
        case .success(let root): queues = QueuePolicy.read(root, calendars: calendarNames, findings)
        }
        tell(file, findings.inOrder)
    }

    mutating func read(runbook file: CatalogFiles.File) {
        let skills = Set(queues.flatMap(\.skills))
        let reading = Runbook.read(name: file.name, source: file.text, today: surroundings.today, skills: skills)
        if let runbook = reading.runbook { runbooks[file.name] = (runbook, file.text) }
        tell(file, reading.diagnostics)
    }

    mutating func parse(workflow file: CatalogFiles.File) {
        switch YAMLSource.read(file.text) {
        case .failure(let diagnostic): tell(file, [diagnostic])
        case .success(let root): parsed.append((file, root))
        }
    }

    mutating func decodeWorkflows() {
        let vocabulary = vocabulary
        var places: [Vocabulary.WorkflowName: String] = [:]
        for (file, root) in parsed {
            let texts = DefinitionDecoder.runbooks(of: root).compactMap { name in
                runbooks[name].map { Deployment.RunbookText(name: name, hash: $0.runbook.hash, source: $0.source) }
            }
            let hash = Catalog.hash(source: file.text, runbooks: texts)
            let decoded = DefinitionDecoder.decode(root, hash: hash, vocabulary: vocabulary)
            var diagnostics = decoded.diagnostics
            if let name = DefinitionDecoder.name(of: root) {
                if let other = places[name] {
                    let place = root["document"]?["version"]?.place ?? root.place
                    diagnostics.append(.error(.versionTaken, at: place, "\(name) is in \(other) already"))
                } else if let workflow = decoded.workflow {
                    definitions[name] = Catalog.Definition(
                        workflow: workflow,
                        source: file.text,
                        runbooks: texts.compactMap { runbooks[$0.name]?.runbook },
                        runbookSources: texts
                    )
                }
                places[name] = places[name] ?? file.path
            }
            tell(file, diagnostics)
        }
    }

    private mutating func tell(_ file: CatalogFiles.File, _ diagnostics: [Diagnostic]) {
        told.append(FileDiagnostics(file: file.path, diagnostics: diagnostics))
    }
}
