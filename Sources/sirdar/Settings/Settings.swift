import Configuration
import Foundation
package import SirdarCore

/// How the program is set up: read once at its start, checked together, and handed on as values.
package struct Settings: Sendable, Hashable {
    package let config: String
    package let listen: ListenAddress
    /// How browsers reach the server; `nil`: whatever they say.
    package let origin: String?
    package let trustedProxies: [NetworkRange]
    /// Both or neither.
    package let tlsCertificate: String?
    package let tlsKey: String?
    /// `nil`: no limit.
    package let requestsPerSecond: Int?
    package let data: String
    package let workflows: String
    package let runbooks: String
    package let secrets: String
    /// The files of the key that signs the journal, and of its checkpoints.
    package let journalKey: String
    package let journalAnchor: String
    package let attachmentMebibytes: Int
    package let attachmentTypes: [String]
    package let workerSlots: Int
    package let laneLimit: Int
    package let leaseSeconds: Int
    package let coolingOffHours: Int
    package let sessionIdleMinutes: Int
    package let sessionAbsoluteMinutes: Int
    /// One of the levels of swift-log.
    package let logLevel: String
    package let logFormat: LogFormat

    package enum LogFormat: String, Sendable, Hashable { case text, json }

    /// Whether browsers reach the server by https only.
    package var isOverTLS: Bool { tlsCertificate != nil || origin?.hasPrefix("https://") ?? false }

    package static let fileName = "sirdar.yaml"
}

/// Everything that is wrong with the settings, at once.
package struct SettingsProblems: Error, Sendable, Hashable {
    package let sentences: [String]
}

/// Each setting with where its value comes from.
package struct ResolvedSettings: Sendable {
    package let values: [(key: SettingKey, text: String, source: String)]
    /// What is probably a mistake, and might be somebody else's business.
    package let warnings: [String]
    package let settings: Settings

    /// Reads the command line, else the environment, else the file, else the defaults.
    package init(
        commandLine: [String: String] = [:],
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(SettingsProblems) {
        let said = InMemoryProvider(
            name: "command line",
            values: commandLine.reduce(into: [:]) { values, option in
                values[AbsoluteConfigKey([option.key])] = ConfigValue(.string(option.value), isSecret: false)
            }
        )
        let exported = EnvironmentVariablesProvider(environmentVariables: environment.filter { !$0.value.isEmpty })
            .prefixKeys(with: "sirdar")
        var reading = SettingsReading(commandLine: said, environment: exported)
        reading.readFile(
            isNamed: commandLine["config"] != nil || environment[SettingKey.config.variable]?.isEmpty == false
        )
        values = SettingKey.all.map { reading.value(of: $0) }
        reading.expectBoth(.tlsCertificate, .tlsKey, of: values)
        guard reading.problems.isEmpty else { throw SettingsProblems(sentences: reading.problems) }
        warnings = Self.warnings(environment)
        settings = Settings(values)
    }

    private static func warnings(_ environment: [String: String]) -> [String] {
        let known = SettingKey.all.map(\.variable) + SettingKey.ofClients
        return environment.keys.filter { $0.hasPrefix("SIRDAR_") && !known.contains($0) }.sorted().compactMap { name in
            // Others put variables of that beginning there too, as Kubernetes does: only what resembles is told.
            Suggestion.nearest(to: name, among: known).map {
                "\(name) is in the environment and sets nothing. Did you mean \($0)?"
            }
        }
    }
}

/// The layers, and what was found to be wrong with them.
private struct SettingsReading {
    let commandLine: any ConfigProvider
    let environment: any ConfigProvider
    var file: SettingsFile?
    var problems: [String] = []

    init(commandLine: any ConfigProvider, environment: any ConfigProvider) {
        self.commandLine = commandLine
        self.environment = environment
    }

    mutating func readFile(isNamed: Bool) {
        let folder = value(of: .config).text
        let path = (folder as NSString).appendingPathComponent(Settings.fileName)
        guard isNamed || FileManager.default.fileExists(atPath: path) else { return }
        do throws(Failure) {
            let text = try LocalFile.text(path, bytesMax: SettingsFile.bytesMax)
            do throws(Diagnostic) { file = try SettingsFile(path: path, text: text) } catch {
                problems.append("\(path):\(error.place): \(error.message).")
            }
        } catch { problems += error.sentences }
        for member in file?.members ?? [] { checkKey(member, path) }
    }

    private mutating func checkKey(_ member: SettingsFile.Member, _ path: String) {
        guard !SettingKey.inFile.contains(where: { $0.name == member.key }) else { return }
        let place = "\(path):\(member.keyPlace)"
        if member.key == SettingKey.config.name {
            problems.append(
                "\(place): `config` says where this file is: set it by --config or \(SettingKey.config.variable)."
            )
        } else if let nearest = Suggestion.nearest(to: member.key, among: SettingKey.inFile.map(\.name)) {
            problems.append("\(place): there is no setting `\(member.key)`. Did you mean `\(nearest)`?")
        } else {
            let names = SettingKey.inFile.map(\.name).joined(separator: ", ")
            problems.append("\(place): there is no setting `\(member.key)`. There is: \(names).")
        }
    }

    mutating func value(of key: SettingKey) -> (key: SettingKey, text: String, source: String) {
        if let said = text(key, commandLine) { return checked(key, said.text, "--\(key.option)") }
        if let exported = text(key, environment) { return checked(key, exported.text, exported.name) }
        if let member = file?.members.first(where: { $0.key == key.name }), let file {
            return checked(key, member.text, "\(file.path):\(member.valuePlace)", subject: "`\(key.name)` ")
        }
        return (key, key.fallback, "default")
    }

    /// Two settings of which one is of no use without the other.
    mutating func expectBoth(
        _ one: SettingKey,
        _ other: SettingKey,
        of values: [(key: SettingKey, text: String, source: String)]
    ) {
        let said = values.filter { [one.name, other.name].contains($0.key.name) && !$0.text.isEmpty }
        guard said.count == 1, let alone = said.first else { return }
        let missing = alone.key.name == one.name ? other : one
        problems.append("`\(alone.key.name)` is of no use without `\(missing.name)`: set both, or neither.")
    }

    private func text(_ key: SettingKey, _ provider: any ConfigProvider) -> (text: String, name: String)? {
        // Both providers hold texts, and fail for no text.
        guard let found = try? provider.value(forKey: AbsoluteConfigKey([key.name]), type: .string),
            case .string(let text) = found.value?.content
        else { return nil }
        return (text, found.encodedKey)
    }

    private mutating func checked(
        _ key: SettingKey,
        _ text: String,
        _ source: String,
        subject: String? = nil
    ) -> (key: SettingKey, text: String, source: String) {
        if let refusal = key.refusal(of: text) {
            let problem = subject.map { "\(source): \($0)\(refusal)" } ?? "\(source) \(refusal)"
            if !problems.contains(problem) { problems.append(problem) }
            return (key, key.fallback, source)
        }
        return (key, text, source)
    }
}

extension Settings {
    /// Values that have been checked.
    fileprivate init(_ values: [(key: SettingKey, text: String, source: String)]) {
        func text(_ key: SettingKey) -> String { values.first { $0.key.name == key.name }?.text ?? key.fallback }
        func integer(_ key: SettingKey) -> Int {
            guard let integer = Int(text(key)) else { preconditionFailure("a checked integer is one") }
            return integer
        }
        guard let address = ListenAddress(text(.listen)), let format = LogFormat(rawValue: text(.logFormat)) else {
            preconditionFailure("a checked address and a checked word are what they must be")
        }
        config = text(.config)
        listen = address
        origin = text(.origin).isEmpty ? nil : text(.origin)
        trustedProxies = SettingKey.networks(text(.trustedProxies)) ?? []
        tlsCertificate = text(.tlsCertificate).isEmpty ? nil : text(.tlsCertificate)
        tlsKey = text(.tlsKey).isEmpty ? nil : text(.tlsKey)
        requestsPerSecond = integer(.requestsPerSecond) == 0 ? nil : integer(.requestsPerSecond)
        // What runs elsewhere (tools, a lock) sees it from another folder.
        data = URL(filePath: text(.data)).standardizedFileURL.path
        workflows = text(.workflows)
        runbooks = text(.runbooks)
        secrets = text(.secrets)
        journalKey = text(.journalKey).isEmpty ? "\(data)/journal.key" : text(.journalKey)
        journalAnchor = text(.journalAnchor).isEmpty ? "\(data)/journal-checkpoints.txt" : text(.journalAnchor)
        attachmentMebibytes = integer(.attachmentMebibytes)
        attachmentTypes = SettingKey.mediaTypes(text(.attachmentTypes)) ?? []
        workerSlots = integer(.workerSlots)
        laneLimit = integer(.laneLimit)
        leaseSeconds = integer(.leaseSeconds)
        coolingOffHours = integer(.coolingOffHours)
        sessionIdleMinutes = integer(.sessionIdleMinutes)
        sessionAbsoluteMinutes = integer(.sessionAbsoluteMinutes)
        logLevel = text(.logLevel)
        logFormat = format
    }
}
