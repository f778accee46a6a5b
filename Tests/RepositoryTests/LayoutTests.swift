import Testing

/// Where things are, and that the parts that name each other agree.
@Suite("Layout")
struct LayoutTests {
    private let repository = Repository.here

    @Test("every folder Tests/*Tests is a suite of Package.swift, so that none is forgotten")
    func suitesAreDeclared() throws {
        let folders = Self.suites(repository)
        #expect(folders.contains("RepositoryTests"))
        PackageText(try repository.text("Package.swift")).undeclared(folders).report()
    }

    @Test("a folder of tests that Package.swift does not declare is found")
    func undeclaredSuite() {
        let package = PackageText(
            "  suite(\"ATests\", []),\n  .testTarget(name: \"BTests\")\n  // suite(\"CTests\", [])\n"
        )
        #expect(package.undeclared(["ATests", "BTests", "CTests"]).map(\.path) == ["Tests/CTests"])
    }

    @Test("Package.resolved, builds and data are not part of the repository")
    func ignoredByGit() throws {
        let ignored = IgnoreList(text: try repository.text(".gitignore"))
        #expect(ignored.holds("Package.resolved", isFolder: false))
        #expect(ignored.holds(".build", isFolder: true))
        #expect(ignored.holds("data", isFolder: true))
    }

    @Test("every script can be run, and stops at its first error")
    func scriptsStopAtErrors() throws {
        let scripts = repository.files(endingIn: [".sh"], in: ["scripts/"]) + repository.files(endingIn: [".ci/run"])
        #expect(scripts.count > 1)
        scripts.flatMap { Script.findings(path: $0.path, text: $0.text, isExecutable: $0.isExecutable) }.report()
    }

    @Test("a script that goes on after an error, or cannot be run, is found")
    func scriptsThatGoOn() {
        let good = "#!/usr/bin/env bash\nset -euo pipefail\n"
        #expect(Script.findings(path: "a.sh", text: good, isExecutable: true).isEmpty)
        #expect(Script.findings(path: "a.sh", text: good, isExecutable: false).count == 1)
        #expect(Script.findings(path: "a.sh", text: "#!/usr/bin/env bash\nexit 0\n", isExecutable: true).count == 1)
        #expect(Script.findings(path: "a.sh", text: "set -euo pipefail\n", isExecutable: true).count == 1)
    }

    @Test("the build and the set-up reach the project's own addresses only")
    func addressesAreKnown() {
        let files = repository.files(endingIn: ["Package.swift", ".sh", "Makefile", ".ci/run"])
        files.flatMap { Address.findings(path: $0.path, text: $0.text) }.report()
        #expect(Address.findings(path: "a.sh", text: "curl https://example.org/x").map(\.line) == [1])
    }

    @Test("every package that is used is named with its licence")
    func packagesAreNamed() throws {
        let notices = try repository.text("THIRD-PARTY-NOTICES.md")
        let package = PackageText(try repository.text("Package.swift"))
        package.addresses(missingFrom: notices).report()
    }

    @Test("a package that the notices do not name is found")
    func unnamedPackage() {
        let package = PackageText("  .package(url: \"https://github.com/a/b.git\", from: \"1.0.0\"),\n")
        #expect(package.addresses(missingFrom: "(https://github.com/a/b)").isEmpty)
        #expect(package.addresses(missingFrom: "(https://github.com/a/bc)").count == 1)
    }

    private static func suites(_ repository: Repository) -> Set<String> {
        let folders = repository.files(endingIn: [".swift"], in: ["Tests/"]).map { $0.path.split(separator: "/")[1] }
        return Set(folders.filter { $0.hasSuffix("Tests") }.map(String.init))
    }
}

enum Script {
    static func findings(path: String, text: String, isExecutable: Bool) -> [Finding] {
        let lines = text.split(separator: "\n").map(String.init)
        var findings: [Finding] = []
        if lines.first != "#!/usr/bin/env bash" {
            findings.append(Finding(path: path, line: 1, text: "does not begin with #!/usr/bin/env bash"))
        }
        if !lines.contains("set -euo pipefail") {
            findings.append(Finding(path: path, line: 1, text: "goes on after an error: set -euo pipefail"))
        }
        if !isExecutable {
            findings.append(Finding(path: path, line: 1, text: "is not executable"))
        }
        return findings
    }
}

enum Address {
    /// Where the packages come from, where Swift is to be had, and this machine.
    static let known = ["https://github.com/", "https://www.swift.org/", "http://127.0.0.1"]

    static func findings(path: String, text: String) -> [Finding] {
        text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap { index, line in
            guard line.contains("://"), !known.contains(where: line.contains) else { return nil }
            return Finding(path: path, line: index + 1, text: "names an address that the project does not know")
        }
    }
}
