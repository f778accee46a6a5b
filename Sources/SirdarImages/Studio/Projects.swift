package import SirdarEngine

/// The projects of the installation, by their code: those of `config/projects/`, and those that other systems handed
/// in. A file is the word of whoever runs the server, so what was handed in under the same code does not count.
package struct Projects: Sendable {
    private struct Book {
        var ofFiles: [String: Project]
        var handedIn: [String: Project] = [:]
    }

    private let book: Locked<Book>

    package init(_ projects: [Project]) {
        book = Locked(Book(ofFiles: Dictionary(projects.map { ($0.code, $0) }, uniquingKeysWith: { _, last in last })))
    }

    package subscript(code: String) -> Project? { book.withLock { $0.ofFiles[code] ?? $0.handedIn[code] } }

    package var all: [Project] {
        book.withLock { $0.handedIn.merging($0.ofFiles) { _, file in file }.values.sorted { $0.code < $1.code } }
    }

    /// Whether a file in `config/projects/` says what the project is.
    package func isOfFile(_ code: String) -> Bool { book.withLock { $0.ofFiles[code] != nil } }

    /// What is said of a handed-in project from now on.
    func take(_ project: Project) { book.withLock { $0.handedIn[project.code] = project } }

    /// Takes what was handed in before; answers the codes that files have taken over since.
    package func takeHandedIn(from records: any RecordReader) throws(StoreError) -> [String] {
        var query = RecordQuery(kind: Project.kind, limit: RecordQuery.limitMax)
        var superseded: [String] = []
        while true {
            let page = try records.records(query)
            for project in page.compactMap(Project.init) {
                take(project)
                if isOfFile(project.code) { superseded.append(project.code) }
            }
            guard page.count == query.limit, let last = page.last else { return superseded }
            query.after = last.key
        }
    }
}

extension Project {
    /// The kind of the records of projects that were handed in.
    package static let kind = "project"

    package init?(_ record: Record) { self.init(json: record.body) }
}
