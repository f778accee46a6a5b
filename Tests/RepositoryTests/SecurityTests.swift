import Foundation
import SirdarEngine
import Testing

/// What is claimed of security names what shows it, and that is there.
@Suite("Security claims")
struct SecurityTests {
    private let repository = Repository.here

    private struct Row {
        let id: String
        let level: String
        let state: String
        let shownBy: [String]
        let remark: String
    }

    private func rows() throws -> [Row] {
        try repository.text("security/asvs.csv").split(separator: "\n").dropFirst().map { line in
            let cells = Self.cells(line)
            try #require(cells.count == 6, "\(line)")
            let shownBy = cells[4].split(separator: " + ", omittingEmptySubsequences: true).map(String.init)
            return Row(id: cells[0], level: cells[1], state: cells[3], shownBy: shownBy, remark: cells[5])
        }
    }

    /// The cells of a line of RFC 4180; none of ours has a line's end in it.
    private static func cells(_ line: Substring) -> [String] {
        var (cells, cell, isQuoted) = ([String](), "", false)
        for letter in line {
            switch (letter, isQuoted) {
            case ("\"", _): isQuoted.toggle()
            case (",", false):
                cells.append(cell)
                cell = ""
            default: cell.append(letter)
            }
        }
        return cells + [cell]
    }

    @Test("the whole of ASVS 5.0 level 1 is answered, each requirement once")
    func whole() throws {
        let rows = try rows()
        #expect(rows.count { $0.level == "1" } == 70)
        #expect(Set(rows.map(\.id)).count == rows.count)
    }

    @Test("what is held names what shows it; what is not says why")
    func said() throws {
        for row in try rows() {
            switch row.state {
            case "held": #expect(!row.shownBy.isEmpty, "\(row.id)")
            case "partly", "open", "not applicable": #expect(!row.remark.isEmpty, "\(row.id)")
            default: Issue.record("\(row.id) is \(row.state), which is no state")
            }
        }
    }

    @Test("every test that is named is there, under its name, and every file")
    func named() throws {
        let tests = repository.files(endingIn: ["Tests.swift"], in: ["Tests/"])
        for row in try rows() {
            for name in row.shownBy {
                guard let colon = name.firstRange(of: ": ") else {
                    #expect(repository.exists(name), "\(row.id): there is no \(name)")
                    continue
                }
                let (file, sentence) = (name[..<colon.lowerBound], name[colon.upperBound...])
                let found = tests.contains { test in
                    test.path.hasSuffix("/\(file).swift") && test.text.contains("\"\(sentence)\"")
                }
                #expect(found, "\(row.id): \(file).swift has no test \"\(sentence)\"")
            }
        }
    }

    /// `SIRDAR_UPDATE_GOLDEN=1 swift test --filter SecurityTests` writes it anew.
    @Test("the page of roles is what the program goes by")
    func roles() throws {
        let page = Self.rolesPage
        let url = repository.root.appending(path: "docs/roles.md")
        if ProcessInfo.processInfo.environment["SIRDAR_UPDATE_GOLDEN"] == "1" {
            try page.write(to: url, atomically: true, encoding: .utf8)
        }
        #expect(try repository.text("docs/roles.md") == page)
    }

    private static var rolesPage: String {
        let roles = Role.allCases
        let rows = Permissions.Operation.allCases.map { operation in
            let cells = roles.map { Permissions.includes(operation, in: $0) ? "yes" : "" }
            return "| \(operation.rawValue) | \(cells.joined(separator: " | ")) | \(operation.tokenScope.rawValue) |"
        }
        return """
            # Roles

            What each role may do, as the program goes by it; this page is written by a test from the same table. What
            is not in it is denied. Where: a person's projects limit what they see and do of machines, images, requests
            and instances, and their queues what they see and do of tasks; supervisors and auditors see every queue. A
            token never may more than its person, and only what its scopes include. The rules of a task (who holds it,
            who asked for it, which skills it needs) come on top.

            | may | \(roles.map(\.rawValue).joined(separator: " | ")) | scope of a token |
            | --- |\(String(repeating: " --- |", count: roles.count)) --- |
            \(rows.joined(separator: "\n"))

            """
    }
}
