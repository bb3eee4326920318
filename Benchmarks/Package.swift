// swift-tools-version:6.2
import PackageDescription

// What `make bench` measures of the engine by itself: a server that answers from memory, the check of a pass, and a
// node that asks a store.
let package = Package(
    name: "Benchmarks",
    dependencies: [.package(name: "WaitingRoom", path: "..")],
    targets: [
        .executableTarget(
            name: "bench-server", dependencies: [.product(name: "Engine", package: "WaitingRoom")],
            path: "Sources/BenchServer", swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]),
        .executableTarget(
            name: "bench-tokens", dependencies: [.product(name: "Engine", package: "WaitingRoom")],
            path: "Sources/BenchTokens", swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]),
        .executableTarget(
            name: "bench-store", dependencies: [.product(name: "Engine", package: "WaitingRoom")],
            path: "Sources/BenchStore", swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]),
    ]
)
