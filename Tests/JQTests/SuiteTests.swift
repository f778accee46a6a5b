import Foundation
import Testing

@Suite("jq's own test suite")
struct SuiteTests {
    @Test("every group passes or is refused by a named rule", arguments: ["jq", "onig", "base64"])
    func suite(name: String) throws {
        let folder = try #require(Self.folder, "set JQ_TEST_SUITE to the folder of jq's test suite")
        let url = folder.appending(path: "\(name).test")
        let text = String(decoding: try Data(contentsOf: url), as: UTF8.self)
        let report = try DeepStack.run { SuiteRunner.run(SuiteFile(name: "\(name).test", text: text)) }
        print("CONFORMANCE \(name) \(report.summary)")
        for (rule, count) in report.refused.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            print("  refused \(count): \(rule.rawValue)")
            #expect(ConformanceReport.text.contains("| \(rule.rawValue) |"), "docs/conformance.md lacks a rule")
        }
        for failure in report.failures { Issue.record("\(failure)") }
        #expect(report.total >= 10)
        #expect(report.refusedCount * 10 <= report.total)
    }

    /// The folder named by JQ_TEST_SUITE, else `shared/jq-test-suite` beside the checkout.
    private static var folder: URL? {
        if let path = ProcessInfo.processInfo.environment["JQ_TEST_SUITE"] { return URL(filePath: path) }
        let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let folder = package.deletingLastPathComponent().appending(path: "shared/jq-test-suite")
        return FileManager.default.fileExists(atPath: folder.path()) ? folder : nil
    }
}
