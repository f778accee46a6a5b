// swift-tools-version: 6.2
import PackageDescription

/// The rules of the main package.
let rules: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")

/// A module of the main package, compiled again as one of this package: `Modules` is a link to its `Sources`. What is
/// declared `package` stays within a package, and the benchmarks measure what is behind it.
func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, path: "Modules/\(name)", swiftSettings: rules)
}

/// A package of its own, so that the main build never pays for it. `make bench` runs it.
let package = Package(
    name: "Benchmarks",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "sirdar-bench", targets: ["sirdar-bench"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.2"),
    ],
    targets: [
        module("JSON"),
        module("JQ", ["JSON"]),
        module("JSONSchema", ["JSON"]),
        module("SirdarCore", ["JSON", "JQ", "JSONSchema"]),
        module("SirdarJournal", ["JSON", "SirdarCore", crypto]),
        .systemLibrary(name: "CMarkdown", path: "Modules/CMarkdown"),
        module(
            "SirdarEngine",
            [
                "JSON", "JQ", "JSONSchema", "SirdarCore", "SirdarJournal", "CMarkdown", crypto, logging,
                .product(name: "Yams", package: "Yams"),
            ]
        ),
        module(
            "SirdarSQLite",
            [
                "JSON", "SirdarCore", "SirdarJournal", "SirdarEngine", logging,
                .product(name: "GRDB", package: "GRDB.swift"), .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]
        ),
        .executableTarget(
            name: "sirdar-bench",
            dependencies: [
                "JSON", "SirdarCore", "SirdarJournal", "SirdarEngine", "SirdarSQLite", logging,
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            swiftSettings: rules
        ),
    ]
)
