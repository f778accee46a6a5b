import Testing

/// The compiler takes any name of a feature without a word, so a misspelt one is off and nobody knows.
@Suite("Flags")
struct FlagTests {
    @Test("the Swift 6 language mode is on")
    func languageMode() {
        #if swift(>=6)
        let isOn = true
        #else
        let isOn = false
        #endif
        #expect(isOn)
    }

    @Test("every feature that the package enables is really on")
    func features() {
        #expect(Self.existentialAny && Self.internalImportsByDefault && Self.memberImportVisibility)
    }

    @Test("a feature that is off or misspelt is seen to be off")
    func misspeltFeature() {
        #if hasFeature(MemberImportVisibilty)
        let isOn = true
        #else
        let isOn = false
        #endif
        #expect(!isOn)
    }

    /// This package's `hasFeature` tests one target; the rule book is the same for all, and this holds it so.
    @Test("every target of the package obeys the one rule book, and warnings are errors")
    func everyTargetObeys() throws {
        let package = try Repository.here.text("Package.swift")
        PackageText(package).findings.report()
        #expect(package.contains(".treatAllWarnings(as: .error)"))
        #expect(package.contains(".swiftLanguageMode(.v6)"))
        for feature in ["ExistentialAny", "InternalImportsByDefault", "MemberImportVisibility"] {
            #expect(package.contains(".enableUpcomingFeature(\"\(feature)\")"))
        }
    }

    @Test("a target without the rule book is found")
    func targetWithoutRules() {
        let obedient = "  .target(name: \"A\", swiftSettings: rules),\n  .systemLibrary(name: \"C\")\n"
        #expect(PackageText(obedient).findings.isEmpty)
        #expect(PackageText(obedient + "  .target(name: \"B\"),\n").findings.map(\.line) == [3])
        #expect(PackageText("  .testTarget(\n    name: \"B\"\n  ),\n").findings.map(\.line) == [1])
    }

    #if hasFeature(ExistentialAny)
    private static let existentialAny = true
    #else
    private static let existentialAny = false
    #endif

    #if hasFeature(InternalImportsByDefault)
    private static let internalImportsByDefault = true
    #else
    private static let internalImportsByDefault = false
    #endif

    #if hasFeature(MemberImportVisibility)
    private static let memberImportVisibility = true
    #else
    private static let memberImportVisibility = false
    #endif
}
