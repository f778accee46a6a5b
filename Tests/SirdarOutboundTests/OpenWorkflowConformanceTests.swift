import Foundation
import JSON
import SirdarCore
import SirdarEngine
import SirdarOutbound
import SirdarTestKit
import Testing

/// The kit that the authors of the workflow language test runtimes with, its texts untouched: each scenario runs on
/// the real engine and a real store; the two hosts that it calls are answered by a server of this test.
@Suite("The conformance kit of the Open Workflow Specification")
struct OpenWorkflowConformanceTests {
    /// Calls that this profile leaves to actions, by the decoder's own word.
    private static let refused = ["Call OpenAPI With Content Output", "Call OpenAPI With Response Output"]

    @Test("every scenario passes, or is refused by name")
    func kit() throws {
        let folder = try #require(Self.folder, "set OPEN_WORKFLOW_CTK to the folder of the kit's *.feature files")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".feature") }
        let scenarios = try names.sorted().flatMap { name in
            try Scenario.read(String(contentsOf: folder.appending(path: name), encoding: .utf8))
        }
        #expect(scenarios.count == 21)
        let server = try ScriptedServer(KitHosts.answer)
        defer { server.stop() }
        var passed = 0
        var failed = 0
        var refused: [String] = []
        for scenario in scenarios {
            switch try ScenarioRun.of(scenario, server) {
            case .passed: passed += 1
            case .failed(let why):
                failed += 1
                Issue.record("\(scenario.name): \(why)")
            case .refused(let why):
                refused.append(scenario.name)
                print("  refused \(scenario.name): \(why)")
            }
        }
        print("CONFORMANCE open-workflow \(passed) passed, \(failed) failed, \(refused.count) refused")
        #expect(refused == Self.refused)
    }

    @Test("a scenario that does not come out as it says fails")
    func canFail() throws {
        let server = try ScriptedServer(.init(status: 404))
        defer { server.stop() }
        let text = """
              Scenario: Wrong
                Given a workflow with definition:
                \"""yaml
                document: { dsl: '1.0.3', namespace: default, name: wrong, version: '1.0.0' }
                do: [ { a: { set: { x: 1 } } }, { b: { set: { x: 2 } } } ]
                \"""
                When the workflow is executed
            """
        let wrong = [
            "Then the workflow should fault", "Then the workflow output should have properties 'x', 'y'",
            "Then the workflow should complete with output:\n    \"\"\"yaml\n    x: 3\n    \"\"\"",
            "Then b should run first",
            "Then a should run last", "Then a should run after b", "Then nobody knows this",
            "Then the workflow output should have a 'x' property containing 1 items",
        ]
        for line in wrong {
            let scenario = try #require(try Scenario.read("\(text)\n    \(line)\n").first)
            guard case .failed = try ScenarioRun.of(scenario, server) else {
                Issue.record("it passed: \(line)")
                continue
            }
        }
        let right = try #require(try Scenario.read("\(text)\n    Then b should run after a\n").first)
        #expect(try ScenarioRun.of(right, server) == .passed)
    }

    /// The folder named by OPEN_WORKFLOW_CTK, else `shared/open-workflow/ctk/features` beside the checkout.
    private static var folder: URL? {
        if let path = ProcessInfo.processInfo.environment["OPEN_WORKFLOW_CTK"] { return URL(filePath: path) }
        let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let folder = package.deletingLastPathComponent().appending(path: "shared/open-workflow/ctk/features")
        return FileManager.default.fileExists(atPath: folder.path()) ? folder : nil
    }
}

/// The two hosts of the kit, as far as it calls them.
enum KitHosts {
    static let names = ["petstore.swagger.io", "httpbin.org"]

    @Sendable static func answer(_ request: ScriptedServer.Request) -> ScriptedServer.Answer {
        let path = request.path.split(separator: "/").map(String.init)
        switch request.headers["host"]?.split(separator: ":").first {
        case "petstore.swagger.io": return pets(path)
        case "httpbin.org":
            guard path.count == 3, path[0] == "basic-auth" else { return .init(status: 404) }
            let pair = Data("\(path[1]):\(path[2])".utf8).base64EncodedString()
            guard request.headers["authorization"] == "Basic \(pair)" else { return .init(status: 401) }
            return .json(["authenticated": true, "user": .string(path[1])])
        default: return .init(status: 421)
        }
    }

    private static func pets(_ path: [String]) -> ScriptedServer.Answer {
        guard path.count == 3, path[0] == "v2", path[1] == "pet" else { return .init(status: 404) }
        let pet = { (id: Int) -> JSON in
            ["id": .number(JSON.Number(id)), "name": .string("pet \(id)"), "status": "available"]
        }
        if path[2] == "findByStatus" { return .json([pet(1), pet(2)]) }
        return Int(path[2]).map { .json(pet($0)) } ?? .init(status: 404)
    }
}
