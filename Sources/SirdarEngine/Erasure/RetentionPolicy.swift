import Foundation
import JSON
package import SirdarCore

/// How long names and free text are kept, by kind; from `config/retention.yaml`. What has no period is kept.
package struct RetentionPolicy: Sendable, Hashable {
    package var periods: [Kind: Interval]

    package enum Kind: String, Sendable, Hashable, CaseIterable {
        /// From where and with which browser somebody signed in, and what was typed at the door.
        case signIns
        /// All other names and free text of the journal.
        case journalText
        /// What was said about tasks that have ended.
        case comments
        /// Who was disabled, which then is as if an administrator had erased them.
        case closedAccounts
    }

    package init(_ periods: [Kind: Interval] = [:]) { self.periods = periods }
}

extension RetentionPolicy {
    package static let fileName = "retention.yaml"
    private static let range = Interval.days(1)...Interval.days(36_500)

    /// Without the file, everything is kept.
    package static func load(folder: String) -> (policy: RetentionPolicy, file: FileDiagnostics?) {
        let path = "\(folder)/\(fileName)"
        guard FileManager.default.fileExists(atPath: path) else { return (RetentionPolicy(), nil) }
        let findings = Findings()
        var policy = RetentionPolicy()
        switch CatalogFiles.read(path, limit: YAMLSource.bytesMax) {
        case .failure(let diagnostic): findings.add(diagnostic)
        case .success(let file):
            switch YAMLSource.read(Data(file.text.utf8)) {
            case .failure(let diagnostic): findings.add(diagnostic)
            case .success(let root): policy = read(root, findings)
            }
        }
        return (policy, FileDiagnostics(file: path, diagnostics: findings.inOrder))
    }

    package static func read(_ root: Located, _ findings: Findings) -> RetentionPolicy {
        let keys = Kind.allCases.map(\.rawValue)
        guard !root.isNull, let file = Fields(root, "the file of retention", keys: keys, findings) else {
            return RetentionPolicy()
        }
        var policy = RetentionPolicy()
        for kind in Kind.allCases where file[kind.rawValue]?.isNull == false {
            guard let period = file.interval(kind.rawValue) else { continue }
            policy.periods[kind] = period
            if !range.contains(period) {
                let place = file.keyPlace(kind.rawValue)
                findings.error(.wrongValue, at: place, "`\(kind.rawValue)` is 1 day to 100 years, as in P90D")
            }
        }
        return policy
    }
}
