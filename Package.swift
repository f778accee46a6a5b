// swift-tools-version: 6.2
import PackageDescription

/// One rule book for every target. `.treatAllWarnings` binds this package only, never its dependencies.
let rules: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")

/// A library of this package: its folder is its name, and it may import what is listed and nothing else.
func library(
    _ name: String,
    _ dependencies: [Target.Dependency] = [],
    resources: [Resource] = [],
    path: String? = nil
) -> Target {
    .target(name: name, dependencies: dependencies, path: path, resources: resources, swiftSettings: rules)
}

/// A suite of tests, beside the module that it judges.
func suite(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: rules)
}

let package = Package(
    name: "Sirdar",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "sirdar", targets: ["sirdar"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration.git", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras.git", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache.git", from: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
    ],
    targets: [
        // Languages: values, expressions, schemas. They know nothing of workflows.
        library("JSON"),
        library("JQ", ["JSON"]),
        library("JSONSchema", ["JSON"]),

        // The core: decisions only.
        library("SirdarCore", ["JSON", "JQ", "JSONSchema"]),
        library("SirdarJournal", ["JSON", "SirdarCore", crypto]),

        // The engine: when to decide, and who does the work.
        .systemLibrary(name: "CMarkdown", providers: [.apt(["libmd4c-dev"])]),
        library(
            "SirdarEngine",
            [
                "JSON", "JQ", "JSONSchema", "SirdarCore", "SirdarJournal", "CMarkdown", crypto, logging,
                .product(name: "Yams", package: "Yams"),
            ]
        ),

        // The edges: each wraps one outside thing, and none knows another.
        library(
            "SirdarSQLite",
            [
                "JSON", "SirdarCore", "SirdarJournal", "SirdarEngine", logging,
                .product(name: "GRDB", package: "GRDB.swift"), .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]
        ),
        library(
            "SirdarOutbound",
            [
                "JSON", "SirdarCore", "SirdarEngine", crypto, cryptoExtras, logging,
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]
        ),
        library(
            "SirdarImages",
            ["JSON", "JSONSchema", "SirdarCore", "SirdarJournal", "SirdarEngine", crypto, logging]
        ),
        .systemLibrary(name: "CLinux"),
        library("SirdarClouds", ["SirdarCore", "SirdarEngine", "SirdarImages", "CLinux", crypto, logging]),
        .systemLibrary(name: "CArgon2", providers: [.apt(["libargon2-dev"])]),
        library(
            "SirdarServer",
            [
                "JSON", "SirdarCore", "SirdarJournal", "SirdarEngine", "SirdarImages", "CArgon2", crypto, logging,
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "Mustache", package: "swift-mustache"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            resources: [.embedInCode("templates"), .embedInCode("assets")]
        ),

        // The program.
        .executableTarget(
            name: "sirdar",
            dependencies: [
                "JSON", "JQ", "SirdarCore", "SirdarJournal", "SirdarEngine", "SirdarSQLite", "SirdarOutbound",
                "SirdarImages", "SirdarClouds", "SirdarServer", logging,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: rules
        ),

        // The tests.
        library(
            "SirdarTestKit",
            [
                "JSON", "SirdarCore", "SirdarEngine", "SirdarImages", "SirdarJournal",
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            path: "Tests/SirdarTestKit"
        ),
        suite("JSONTests", ["JSON"]),
        suite("JQTests", ["JSON", "JQ"]),
        suite("JSONSchemaTests", ["JSON", "JSONSchema"]),
        suite("SirdarCoreTests", ["JSON", "SirdarCore", "SirdarTestKit"]),
        suite("SirdarJournalTests", ["JSON", "SirdarCore", "SirdarJournal"]),
        suite(
            "SirdarEngineTests",
            [
                "JSON", "JSONSchema", "SirdarCore", "SirdarJournal", "SirdarEngine", "SirdarSQLite", "SirdarTestKit",
                logging,
            ]
        ),
        suite(
            "SirdarStoreTests",
            [
                "JSON", "SirdarCore", "SirdarJournal", "SirdarEngine", "SirdarSQLite", "SirdarTestKit", logging,
                .product(name: "GRDB", package: "GRDB.swift"),
            ]
        ),
        suite(
            "SirdarOutboundTests",
            [
                "JSON", "SirdarCore", "SirdarEngine", "SirdarJournal", "SirdarOutbound", "SirdarSQLite",
                "SirdarTestKit",
                crypto, cryptoExtras, logging,
            ]
        ),
        suite(
            "SirdarImagesTests",
            [
                "JSON", "JSONSchema", "SirdarCore", "SirdarJournal", "SirdarEngine", "SirdarSQLite", "SirdarImages",
                "SirdarTestKit", logging,
            ]
        ),
        suite(
            "SirdarCloudsTests",
            [
                "JSON", "SirdarCore", "SirdarJournal", "SirdarEngine", "SirdarSQLite", "SirdarImages", "SirdarClouds",
                "SirdarTestKit", crypto, logging,
            ]
        ),
        suite(
            "SirdarServerTests",
            [
                "JSON", "JSONSchema", "SirdarCore", "SirdarJournal", "SirdarEngine", "SirdarSQLite", "SirdarImages",
                "SirdarServer", "SirdarTestKit", logging,
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
            ]
        ),
        suite("CommandTests", ["JSON", "SirdarCore", "SirdarJournal", "SirdarEngine", "SirdarTestKit", "sirdar"]),
        suite("SirdarWalkTests", ["JSON", "SirdarEngine", "SirdarTestKit", "sirdar"]),
        suite("RepositoryTests", ["JSON", "SirdarCore", "SirdarEngine", "SirdarImages"]),
    ]
)
