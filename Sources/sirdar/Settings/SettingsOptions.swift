import ArgumentParser
import Foundation

/// The options of every command that runs here: one for each setting.
struct SettingsOptions: ParsableArguments {
    @Option(name: .of(.config), help: .of(.config)) var config: String?
    @Option(name: .of(.listen), help: .of(.listen)) var listen: String?
    @Option(name: .of(.origin), help: .of(.origin)) var origin: String?
    @Option(name: .of(.trustedProxies), help: .of(.trustedProxies)) var trustedProxies: String?
    @Option(name: .of(.tlsCertificate), help: .of(.tlsCertificate)) var tlsCertificate: String?
    @Option(name: .of(.tlsKey), help: .of(.tlsKey)) var tlsKey: String?
    @Option(name: .of(.requestsPerSecond), help: .of(.requestsPerSecond)) var requestsPerSecond: String?
    @Option(name: .of(.data), help: .of(.data)) var data: String?
    @Option(name: .of(.workflows), help: .of(.workflows)) var workflows: String?
    @Option(name: .of(.runbooks), help: .of(.runbooks)) var runbooks: String?
    @Option(name: .of(.secrets), help: .of(.secrets)) var secrets: String?
    @Option(name: .of(.journalKey), help: .of(.journalKey)) var journalKey: String?
    @Option(name: .of(.journalAnchor), help: .of(.journalAnchor)) var journalAnchor: String?
    @Option(name: .of(.attachmentMebibytes), help: .of(.attachmentMebibytes)) var attachmentMebibytes: String?
    @Option(name: .of(.attachmentTypes), help: .of(.attachmentTypes)) var attachmentTypes: String?
    @Option(name: .of(.workerSlots), help: .of(.workerSlots)) var workerSlots: String?
    @Option(name: .of(.laneLimit), help: .of(.laneLimit)) var laneLimit: String?
    @Option(name: .of(.leaseSeconds), help: .of(.leaseSeconds)) var leaseSeconds: String?
    @Option(name: .of(.coolingOffHours), help: .of(.coolingOffHours)) var coolingOffHours: String?
    @Option(name: .of(.sessionIdleMinutes), help: .of(.sessionIdleMinutes)) var sessionIdleMinutes: String?
    @Option(name: .of(.sessionAbsoluteMinutes), help: .of(.sessionAbsoluteMinutes)) var sessionAbsoluteMinutes: String?
    @Option(name: .of(.logLevel), help: .of(.logLevel)) var logLevel: String?
    @Option(name: .of(.logFormat), help: .of(.logFormat)) var logFormat: String?

    init() {}

    /// What was given, by the names of the settings.
    var given: [String: String] {
        let all: [(SettingKey, String?)] = [
            (.config, config), (.listen, listen), (.origin, origin), (.trustedProxies, trustedProxies),
            (.tlsCertificate, tlsCertificate), (.tlsKey, tlsKey), (.requestsPerSecond, requestsPerSecond),
            (.data, data),
            (.workflows, workflows), (.runbooks, runbooks), (.secrets, secrets),
            (.journalKey, journalKey), (.journalAnchor, journalAnchor), (.attachmentMebibytes, attachmentMebibytes),
            (.attachmentTypes, attachmentTypes), (.workerSlots, workerSlots),
            (.laneLimit, laneLimit), (.leaseSeconds, leaseSeconds),
            (.coolingOffHours, coolingOffHours), (.sessionIdleMinutes, sessionIdleMinutes),
            (.sessionAbsoluteMinutes, sessionAbsoluteMinutes), (.logLevel, logLevel),
            (.logFormat, logFormat),
        ]
        return all.reduce(into: [:]) { given, option in given[option.0.name] = option.1 }
    }

    func resolve() throws -> ResolvedSettings { try ResolvedSettings.said(given) }
}

/// The options of commands that work on an installation and do not run it.
struct FolderOptions: ParsableArguments {
    @Option(name: .of(.config), help: .of(.config)) var config: String?
    @Option(name: .of(.data), help: .of(.data)) var data: String?

    func resolve() throws -> Settings {
        let given: [(SettingKey, String?)] = [(.config, config), (.data, data)]
        return try ResolvedSettings.said(given.reduce(into: [:]) { $0[$1.0.name] = $1.1 }).settings
    }
}

extension ResolvedSettings {
    /// The settings; what is wrong with them is said, and ends the command.
    fileprivate static func said(_ given: [String: String]) throws -> ResolvedSettings {
        do throws(SettingsProblems) {
            let resolved = try ResolvedSettings(commandLine: given)
            resolved.warnings.forEach(Terminal.say)
            return resolved
        } catch {
            error.sentences.forEach(Terminal.say)
            throw Ending.configuration.code
        }
    }
}

extension NameSpecification {
    fileprivate static func of(_ key: SettingKey) -> NameSpecification { .customLong(key.option) }
}

extension ArgumentHelp {
    fileprivate static func of(_ key: SettingKey) -> ArgumentHelp {
        let value =
            switch key.kind {
            case .address: "host:port"
            case .folder: "folder"
            case .file: "file"
            case .networks: "networks"
            case .mediaTypes: "types"
            case .origin: "address"
            case .integer: "number"
            case .word: "word"
            }
        let fallback = key.fallback.isEmpty ? "" : " (default: \(key.fallback))"
        return ArgumentHelp("\(key.why)\(fallback)", valueName: value)
    }
}
