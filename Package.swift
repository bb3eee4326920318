// swift-tools-version:6.2
import PackageDescription

/// One list of settings for every Swift target: Swift 6 mode, async calls stay on the caller's loop, warnings are errors.
let house: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("ExistentialAny"),
    .enableExperimentalFeature("Lifetimes"),
    .treatAllWarnings(as: .error),
    // Checked in debug builds, where every test runs; see docs/decisions/0003.
    .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
]

func module(_ name: String, _ imports: [Target.Dependency] = [], resources: [Resource] = []) -> Target {
    .target(name: name, dependencies: imports, resources: resources, swiftSettings: house)
}

func tests(_ name: String, _ imports: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: imports, exclude: exclude, swiftSettings: house)
}

/// What Redis and PostgreSQL run for their stores, within the program.
let storeScripts: [Resource] =
    [
        "adapt", "admit", "batch", "beat", "begin", "bucket", "claim", "control", "ending", "enter", "leave", "line", "read",
        "release",
        "renew", "restore", "revoke", "tickets",
    ].map { .embedInCode("Redis/Scripts/\($0).lua") } + [.embedInCode("Postgres/SQL")]

/// The page that visitors see, within the program.
let pageFiles: [Resource] = ["page.html", "page.css", "page.js", "en.txt", "ko.txt", "ja.txt"].map {
    .embedInCode("Page/Files/\($0)")
}

/// The operators' page, put together within the program.
let dashboard: [Resource] = ["html", "css", "js"].map { .embedInCode("Admin/Page/dashboard.\($0)") }

let package = Package(
    name: "WaitingRoom",
    products: [
        .executable(name: "waitingroom", targets: ["waitingroom"]),
        .executable(name: "simulate", targets: ["simulate"]),
        .executable(name: "crowd", targets: ["crowd"]),
        .library(
            name: "Engine",
            targets: [
                "Bytes", "Address", "Digest", "Admission", "HTTP", "Settings", "Telemetry", "Loop", "TLS", "Redis", "Stores",
                "Web", "Relay",
            ]),
    ],
    targets: [
        // C, behind the thinnest shims.
        .target(name: "CLinux"),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CHiredis", providers: [.apt(["libhiredis-dev"])]),
        .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .target(name: "CToml", cxxSettings: [.unsafeFlags(["-std=c++17"])]),

        // Values that everything speaks in.
        module("Bytes"),
        module("Address"),

        // Pure: decide, and know no socket and no clock.
        module("Digest", ["COpenSSL"]),
        module("Deflate", ["Bytes", "CZlib"]),
        module("Admission", ["Address", "Digest"]),
        module("Ledger", ["Admission", "Digest"]),
        module("HTTP", ["Bytes", "Address"]),
        module("Gate", ["Bytes", "Address", "Admission", "HTTP"]),
        module("Settings", ["Address", "CToml"]),
        module("Telemetry", ["Bytes"]),

        // Impure: do.
        module("Loop", ["Bytes", "Address", "CLinux"]),
        module("TLS", ["Bytes", "COpenSSL"]),
        module("Redis", ["Bytes", "Address", "Digest", "Loop", "TLS", "CHiredis"]),
        module("Postgres", ["Address", "Loop", "CPostgres"]),
        module("Web", ["Bytes", "Address", "HTTP", "Telemetry", "Loop", "TLS"]),
        module("Relay", ["Bytes", "Address", "HTTP", "Telemetry", "Loop", "TLS", "Web"]),
        module("Stores", ["Digest", "Admission", "Loop", "Redis", "Postgres"], resources: storeScripts),

        // Plays all of it over virtual time.
        module("Simulation", ["Admission", "Digest"]),
        .executableTarget(
            name: "simulate", dependencies: ["Simulation"], path: "Sources/Simulate", swiftSettings: house),

        .target(
            name: "WaitingRoom",
            dependencies: [
                "Bytes", "Address", "Digest", "Deflate", "Admission", "Ledger", "HTTP", "Gate", "Settings", "Telemetry",
                "Loop",
                "TLS", "Redis", "Postgres", "Stores", "Web", "Relay",
            ],
            resources: pageFiles + dashboard, swiftSettings: house),
        .executableTarget(name: "waitingroom", dependencies: ["WaitingRoom"], path: "Sources/Main", swiftSettings: house),

        // Goes to its door.
        module("Crowd", ["Bytes", "Address", "HTTP", "Loop", "TLS"]),
        .executableTarget(name: "crowd", dependencies: ["Crowd"], path: "Sources/CrowdMain", swiftSettings: house),

        tests("BytesTests", ["Bytes"]),
        tests("AddressTests", ["Address"]),
        tests("DigestTests", ["Digest"]),
        tests("DeflateTests", ["Deflate", "Bytes", "TestSupport"]),
        // Counts what a thread allocates, for the tests that say how much that may be.
        .target(name: "CAllocations", path: "Tests/CAllocations"),
        tests(
            "AdmissionTests", ["Admission", "Address", "Digest", "TestSupport", "CAllocations"],
            exclude: ["Tokens/pyjwt_peer.py"]),
        tests("LedgerTests", ["Ledger", "Admission", "Digest", "TestSupport"]),
        tests("HTTPTests", ["HTTP", "Bytes", "Address"], exclude: ["Corpus"]),
        tests("GateTests", ["Gate", "Admission", "HTTP", "Bytes", "Address"]),
        tests("SettingsTests", ["Settings", "Address"], exclude: ["Golden"]),
        tests("TelemetryTests", ["Telemetry", "Bytes", "TestSupport"]),
        .target(
            name: "TestSupport", dependencies: ["CLinux", "Address", "Admission", "Loop", "TLS", "Telemetry", "Web"],
            path: "Tests/Support",
            swiftSettings: house),
        tests("LoopTests", ["Loop", "Bytes", "Address", "TestSupport"]),
        tests("PostgresTests", ["Postgres", "Loop", "TestSupport"]),
        tests("WebTests", ["Web", "HTTP", "Bytes", "Address", "Loop", "TLS", "Telemetry", "TestSupport"]),
        tests("TLSTests", ["TLS", "Bytes", "TestSupport"]),
        tests("RelayTests", ["Relay", "Web", "HTTP", "Bytes", "Address", "Loop", "Telemetry", "TestSupport"]),
        tests(
            "WaitingRoomTests",
            [
                "WaitingRoom", "Settings", "Admission", "Gate", "HTTP", "Relay", "Web", "Loop", "Address", "Bytes",
                "Telemetry",
                "TestSupport",
            ]),
        .executableTarget(
            name: "chaos",
            dependencies: ["Address", "Admission", "Loop", "Postgres", "Redis", "Stores", "TestSupport"],
            path: "Tests/Chaos", swiftSettings: house),
        tests("StoresTests", ["Stores", "Admission", "Loop", "Redis", "Postgres", "TestSupport"]),
        tests("SimulationTests", ["Simulation", "Admission", "Digest", "TestSupport", "simulate"]),
        tests("CrowdTests", ["Crowd", "Bytes"]),
        tests("IntegrationTests", ["Admission", "TestSupport", "waitingroom", "chaos", "crowd"], exclude: ["Browser"]),
        tests("RedisTests", ["Redis", "Bytes", "Address", "Loop", "TLS", "TestSupport"]),
        tests("HouseTests", []),
    ],
    cxxLanguageStandard: .cxx17
)
