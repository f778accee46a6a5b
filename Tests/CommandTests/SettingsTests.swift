import Foundation
import Testing
import sirdar

/// The settings: where they come from, what may stand there, and what is said of mistakes.
@Suite("Settings")
struct SettingsTests {
    private func resolved(
        _ commandLine: [String: String] = [:],
        _ environment: [String: String] = [:],
        file: String? = nil
    ) throws -> ResolvedSettings {
        let folder = try TemporaryFolder()
        var environment = environment
        if let file {
            try folder.write("sirdar.yaml", file)
            environment["SIRDAR_CONFIG"] = folder.path
        }
        return try ResolvedSettings(commandLine: commandLine, environment: environment)
    }

    private func problems(
        _ commandLine: [String: String] = [:],
        _ environment: [String: String] = [:],
        file: String? = nil
    ) throws -> [String] {
        do {
            _ = try resolved(commandLine, environment, file: file)
            return []
        } catch let error as SettingsProblems {
            // The folder's name is another each time.
            return error.sentences.map(Self.tail)
        }
    }

    private static func tail(_ sentence: String) -> String {
        guard sentence.hasPrefix("/"), let name = sentence.firstRange(of: "sirdar.yaml") else { return sentence }
        return String(sentence[name.lowerBound...])
    }

    @Test("an option comes before the environment, that before the file, that before the default")
    func precedence() throws {
        let file = "workerSlots: 5\nlaneLimit: 3\nleaseSeconds: 30\n"
        let resolved = try resolved(
            ["workerSlots": "7"],
            ["SIRDAR_WORKER_SLOTS": "6", "SIRDAR_LANE_LIMIT": "2"],
            file: file
        )
        #expect(resolved.settings.workerSlots == 7)
        #expect(resolved.settings.laneLimit == 2)
        #expect(resolved.settings.leaseSeconds == 30)
        #expect(resolved.settings.sessionIdleMinutes == 480)
        let sources = Dictionary(uniqueKeysWithValues: resolved.values.map { ($0.key.name, $0.source) })
        #expect(sources["workerSlots"] == "--worker-slots")
        #expect(sources["laneLimit"] == "SIRDAR_LANE_LIMIT")
        #expect(sources["leaseSeconds"]?.hasSuffix("sirdar.yaml:3:15") == true)
        #expect(sources["sessionIdleMinutes"] == "default")
    }

    @Test("the file in the repository has every setting with its default, as the program would write it")
    func fileAgrees() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let path = root.appendingPathComponent("config/sirdar.yaml")
        if ProcessInfo.processInfo.environment["SIRDAR_UPDATE_GOLDEN"] == "1" {
            try Data(SettingKey.template.utf8).write(to: path)
        }
        let text = try String(contentsOf: path, encoding: .utf8)
        #expect(text == SettingKey.template)
        for value in try resolved(file: text).values where value.key.name != "config" {
            #expect(value.text == value.key.fallback, "\(value.key.name)")
        }
    }

    @Test("every setting has an option and a variable of its name")
    func everySettingHasAnOption() throws {
        let help = try Tool().run("config explain --help").text
        for key in SettingKey.all { #expect(help.contains("--\(key.option) <"), "\(key.name)") }
        #expect(Set(SettingKey.all.map(\.variable)).count == SettingKey.all.count)
        #expect(SettingKey.all.allSatisfy { !$0.why.contains("\n") && $0.why.hasSuffix(".") })
    }

    @Test("a key that is none is told at its place, with the one that it resembles")
    func unknownKeys() throws {
        let found = try problems(file: "listen: 127.0.0.1:1\nworkerslots: 3\n\nnonsense: 1\nconfig: here\n")
        #expect(found.count == 3)
        #expect(found.first == "sirdar.yaml:2:1: there is no setting `workerslots`. Did you mean `workerSlots`?")
        #expect(
            found.dropFirst().first?.hasPrefix("sirdar.yaml:4:1: there is no setting `nonsense`. There is: listen, ")
                == true
        )
        #expect(found.last == "sirdar.yaml:5:1: `config` says where this file is: set it by --config or SIRDAR_CONFIG.")
    }

    @Test("every wrong value is told at once, each where it stands")
    func wrongValues() throws {
        let found = try problems(
            ["listen": "8080"],
            ["SIRDAR_LOG_LEVEL": "inf", "SIRDAR_TRUSTED_PROXIES": "yes"],
            file: "workerSlots: 0\n"
        )
        #expect(
            found == [
                "--listen is `8080`, and must be host:port.",
                "SIRDAR_TRUSTED_PROXIES is `yes`, and must be addresses or networks with commas between them, "
                    + "or nothing.",
                "sirdar.yaml:1:14: `workerSlots` is `0`, and must be 1 to 256.",
                "SIRDAR_LOG_LEVEL is `inf`, and must be trace, debug, info, notice, warning, error, critical; "
                    + "did you mean `info`?",
            ]
        )
    }

    @Test(
        "a file that is no YAML, or says something twice, is told at its place",
        arguments: [
            ("listen: 'x\n", "sirdar.yaml:"),
            ("workerSlots: 1\nworkerSlots: 2\n", "sirdar.yaml:2:1: `workerSlots` is here twice"),
            ("data: [a]\n", "sirdar.yaml:1:7: `data` is one value, and not a list."),
            ("- listen\n", "sirdar.yaml:1:1: settings are `key: value`, and not a list."),
        ]
    )
    func brokenFiles(_ text: String, _ beginning: String) throws {
        let found = try problems(file: text)
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix(beginning) == true, "\(found)")
    }

    @Test("a folder of settings that was named must have a file; the default one need not")
    func missingFile() throws {
        #expect(try problems(["config": "/nowhere"]).first?.contains("sirdar.yaml cannot be read") == true)
        #expect(throws: Never.self) { _ = try self.resolved(file: "") }
    }

    @Test("a variable that resembles one is warned about, and others' are none of our business")
    func warnings() throws {
        let resolved = try resolved(
            [:],
            ["SIRDAR_LISTN": "x", "SIRDAR_PORT_8080_TCP_ADDR": "x", "SIRDAR_URL": "http://x"]
        )
        #expect(
            resolved.warnings == ["SIRDAR_LISTN is in the environment and sets nothing. Did you mean SIRDAR_LISTEN?"]
        )
    }

    @Test(
        "an address to listen on is a host and a port",
        arguments: [
            ("127.0.0.1:8080", "127.0.0.1", 8080), ("[::1]:80", "::1", 80), ("localhost:0", "localhost", 0),
        ]
    )
    func addresses(_ text: String, _ host: String, _ port: Int) throws {
        let address = try #require(ListenAddress(text))
        #expect(address.host == host && address.port == port && address.description == text)
    }

    @Test(
        "what is no host and port is none",
        arguments: ["", "8080", ":8080", "a:", "a:65536", "::1:80", "a b:1", "a:-1"]
    )
    func noAddresses(_ text: String) {
        #expect(ListenAddress(text) == nil)
    }

    @Test("explaining shows each value with its source, and mistakes end it with 78")
    func explain() throws {
        let folder = try TemporaryFolder()
        try folder.write("sirdar.yaml", "workerSlots: 3 # few\n")
        var tool = Tool()
        tool.folder = folder.path
        tool.environment["SIRDAR_CONFIG"] = "."
        tool.environment["SIRDAR_LEASE_SECONDS"] = "90"
        let outcome = try tool.run("config explain --lane-limit 2")
        #expect(outcome.code == 0)
        func words(_ name: String) -> [String] {
            let line = outcome.lines.first { $0.hasPrefix("\(name) ") } ?? ""
            return line.split(separator: " ").prefix(3).map(String.init)
        }
        #expect(words("workerSlots") == ["workerSlots", "3", "./sirdar.yaml:1:14"])
        #expect(words("leaseSeconds") == ["leaseSeconds", "90", "SIRDAR_LEASE_SECONDS"])
        #expect(words("laneLimit") == ["laneLimit", "2", "--lane-limit"])
        let wrong = try tool.run("config explain --lane-limit 0")
        #expect(wrong.code == 78)
        #expect(wrong.messages == "sirdar: --lane-limit is `0`, and must be 1 to 256.\n")
    }
}
