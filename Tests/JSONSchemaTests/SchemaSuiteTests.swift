import Foundation
import JSON
import JSONSchema
import Testing

@Suite("The official JSON Schema test suite, draft 2020-12")
struct SchemaSuiteTests {
    @Test("every test of the draft passes or is refused by a named rule")
    func draft() throws {
        let report = try run("tests/draft2020-12", Schema.Options())
        tell("json-schema", report)
        #expect(report.total > 1_000)
        #expect(report.refusedCount * 10 <= report.total)
    }

    @Test("every optional test but those named passes or is refused by a named rule")
    func optional() throws {
        let report = try run("tests/draft2020-12/optional", Schema.Options())
        tell("json-schema optional", report)
        #expect(report.total > 100)
    }

    @Test("formats are checked when that is asked for")
    func formats() throws {
        let report = try run("tests/draft2020-12/optional/format", Schema.Options(assertsFormat: true))
        tell("json-schema formats", report)
        #expect(report.total > 400)
    }

    private func tell(_ name: String, _ report: SchemaSuite.Report) {
        print("CONFORMANCE \(name) \(report.summary)")
        for (rule, count) in report.refused.sorted(by: { $0.key < $1.key }) {
            print("  refused \(count): \(rule)")
            #expect(ConformanceReport.text.contains("| \(rule) |"), "docs/conformance.md lacks a rule")
        }
        for failure in report.failures { Issue.record("\(failure)") }
    }

    /// What is not done: languages' own names of hosts and mail boxes, templates, and drafts before this one.
    private static let left: Set<String> = [
        "cross-draft.json", "idn-email.json", "idn-hostname.json", "iri.json", "iri-reference.json",
        "uri-template.json", "dependencies-compatibility.json", "format-assertion.json",
    ]

    private func run(_ path: String, _ options: Schema.Options) throws -> SchemaSuite.Report {
        let root = try #require(Self.folder, "set JSON_SCHEMA_TEST_SUITE to the folder of the suite")
        let resources = try Self.remotes(root.appending(path: "remotes"))
        let folder = root.appending(path: path)
        var report = SchemaSuite.Report()
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path())
        for name in files.sorted() where name.hasSuffix(".json") {
            if Self.left.contains(name) {
                print("  left out: \(name)")
                continue
            }
            let file = try JSON(parsing: Data(contentsOf: folder.appending(path: name)))
            report.add(SchemaSuite.run(file, named: name, resources: resources, options))
        }
        return report
    }

    /// The suite's own documents, under the addresses by which its schemas ask for them.
    private static func remotes(_ folder: URL) throws -> [String: JSON] {
        var remotes: [String: JSON] = [:]
        for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path()) where path.hasSuffix(".json") {
            let data = try Data(contentsOf: folder.appending(path: path))
            remotes["http://localhost:1234/\(path)"] = try JSON(parsing: data)
        }
        return remotes
    }

    /// The folder named by JSON_SCHEMA_TEST_SUITE, else `shared/json-schema-test-suite` beside the checkout.
    private static var folder: URL? {
        if let path = ProcessInfo.processInfo.environment["JSON_SCHEMA_TEST_SUITE"] { return URL(filePath: path) }
        let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let folder = package.deletingLastPathComponent().appending(path: "shared/json-schema-test-suite")
        return FileManager.default.fileExists(atPath: folder.path()) ? folder : nil
    }
}
