import Foundation
import SirdarCore
import SirdarEngine
import SirdarOutbound
import Testing

@Suite("The file of outbound calls")
struct RulesTests {
    private func read(_ text: String) throws -> (rules: OutboundRules, told: [String]) {
        let findings = Findings()
        let rules = OutboundRules.read(try YAMLSource.read(text).get(), findings)
        return (rules, findings.inOrder.map { $0.text(in: "x") })
    }

    @Test("says which hosts may be called, by which doors, and in which networks of one's own")
    func reads() throws {
        let (rules, told) = try read(
            """
            hosts:
              - name: API.example.com
              - { name: '*.studio.example', ports: [443, 8443] }
              - { name: render.example, scheme: http, ports: [8080], networks: [10.57.0.0/16] }
              - { name: '10.57.0.20', scheme: http, networks: [10.57.0.0/16] }
            timeout: PT5S
            answerKiBMax: 16
            """
        )
        #expect(told == [])
        #expect(rules.hosts.map(\.name) == ["api.example.com", "*.studio.example", "render.example", "10.57.0.20"])
        #expect(rules.hosts.map(\.ports) == [[443], [443, 8443], [8080], [80]])
        #expect(rules.hosts[2].networks.map(\.description) == ["10.57.0.0/16"])
        #expect(rules.timeout == .seconds(5) && rules.answerBytesMax == 16 << 10)
        #expect(rules.hosts[1].names("a.studio.example") && rules.hosts[1].names("a.b.studio.example"))
        #expect(!rules.hosts[1].names("studio.example") && !rules.hosts[1].names("xstudio.example"))
    }

    @Test("with nothing in it, or not there, allows nothing")
    func nothing() throws {
        #expect(try read("").rules.hosts.isEmpty)
        #expect(try read("hosts: []").told == [])
        let loaded = OutboundRules.load(folder: "/nowhere")
        #expect(loaded.rules == OutboundRules() && loaded.file == nil)
    }

    @Test("as it is shipped allows nothing, and as it is explained has no mistake")
    func documents() throws {
        let shipped = try read(Self.text("config/outbound.yaml"))
        #expect(shipped.rules == OutboundRules() && shipped.told == [])
        let examples = try Self.text("docs/outbound.md").split(separator: "```yaml\n").dropFirst()
            .map { String($0.split(separator: "```")[0]) }
        #expect(examples.count == 2)
        let rules = try read(examples[0])
        #expect(rules.told == [] && rules.rules.hosts.count == 3)
        let head = "document: { dsl: '1.0.3', namespace: test, name: sample, version: 1.0.0 }\n"
        #expect(HTTPBench.decode(head + examples[1]).diagnostics == [])
    }

    private static func text(_ path: String) throws -> String {
        let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: package.appending(path: path), encoding: .utf8)
    }

    @Test(
        "with a mistake is told of it at its place",
        arguments: [
            ("host: []", "x:1:1: error[unknown-key]: the file of outbound calls has no `host`; did you mean `hosts`?"),
            ("hosts: {}", "x:1:8: error[wrong-type]: `hosts` is a list of hosts, and not a map"),
            ("hosts: [{ nam: x.example }]", "x:1:11: error[unknown-key]: a host has no `nam`; did you mean `name`?"),
            ("hosts: [{ name: 'https://x.example' }]", "x:1:17: error[wrong-value]: `https://x.example` is no host"),
            ("hosts: [{ name: '*.com' }]", "x:1:17: error[wrong-value]: `*.com` would be half the internet"),
            ("hosts: [{ name: '*' }]", "x:1:17: error[wrong-value]: `*` is no host"),
            ("hosts: [{ name: 0x7f.1 }]", "x:1:17: error[wrong-value]: `0x7f.1` is no host"),
            ("hosts: [{ name: x.example, scheme: htp }]", "x:1:36: error[wrong-value]: `scheme` cannot be `htp`; did"),
            ("hosts: [{ name: x.example, ports: [0] }]", "x:1:36: error[wrong-value]: a port is 1 to 65535"),
            (
                "hosts: [{ name: x.example, networks: [10.0.0.1/8] }]",
                "x:1:39: error[wrong-value]: a network is written"
            ),
            ("timeout: PT1H", "x:1:1: error[wrong-value]: `timeout` is 1 second to 5 minutes"),
            ("answerKiBMax: 0", "x:1:15: error[wrong-value]: `answerKiBMax` is 0, and must be 1 to 16384"),
        ]
    )
    func mistakes(_ text: String, _ expected: String) throws {
        let told = try read(text).told
        #expect(told.count == 1 && told.first?.hasPrefix(expected) == true, "\(told)")
    }
}
