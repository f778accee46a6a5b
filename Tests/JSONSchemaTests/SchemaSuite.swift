import JSON
import JSONSchema

/// Runs groups of the official JSON Schema test suite.
enum SchemaSuite {
    struct Report: Sendable {
        var passed = 0
        var failures: [String] = []
        var refused: [String: Int] = [:]

        var refusedCount: Int { refused.values.reduce(0, +) }
        var total: Int { passed + failures.count + refusedCount }
        var summary: String { "\(passed) passed, \(failures.count) failed, \(refusedCount) refused" }

        mutating func add(_ other: Report) {
            passed += other.passed
            failures += other.failures
            refused.merge(other.refused, uniquingKeysWith: +)
        }
    }

    static func run(_ file: JSON, named name: String, resources: [String: JSON], _ options: Schema.Options) -> Report {
        var report = Report()
        for group in file.asArray ?? [] {
            let title = "\(name): \(group["description"]?.asString ?? "")"
            report.add(run(group, title, resources, options))
        }
        return report
    }

    private static func run(
        _ group: JSON,
        _ title: String,
        _ resources: [String: JSON],
        _ options: Schema.Options
    ) -> Report {
        var report = Report()
        let tests = group["tests"]?.asArray ?? []
        do throws(SchemaError) {
            let schema = try Schema(group["schema"] ?? .null, resources: resources, options: options)
            for test in tests {
                let violations = schema.validate(test["data"] ?? .null)
                let name = "\(title): \(test["description"]?.asString ?? "")"
                if violations.isEmpty == test["valid"]?.asBool {
                    report.passed += 1
                } else if let rule = excuse(name) {
                    report.refused[rule, default: 0] += 1
                } else {
                    report.failures.append("\(name)\n    \(violations)")
                }
            }
        } catch {
            if let rule = rule(error) {
                report.refused[rule, default: 0] += tests.count
            } else {
                report.failures.append("\(title): does not compile: \(error)")
            }
        }
        return report
    }

    /// What formats are not checked for; a test that passes all the same counts as passed.
    private static func excuse(_ name: String) -> String? {
        if name.hasPrefix("hostname.json: validation of A-label") { return "names of hosts are not decoded" }
        if name.hasSuffix("a variable-width lookbehind (ES2018)") { return "look-behind has a fixed width" }
        return nil
    }

    /// The rule by which a schema is refused; `nil` when none covers it, which is a failure.
    private static func rule(_ error: SchemaError) -> String? {
        let keywords = [
            "$dynamicRef", "$dynamicAnchor", "$vocabulary", "contentEncoding", "contentMediaType", "contentSchema",
        ]
        for keyword in keywords where error.message == "the keyword '\(keyword)' is not supported" { return keyword }
        if error.message.hasPrefix("only the dialect of draft 2020-12") { return "another dialect" }
        if error.message.contains("'https://json-schema.org/draft/") {
            return "the metaschema, which was not handed in"
        }
        return nil
    }
}
