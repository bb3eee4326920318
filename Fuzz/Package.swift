// swift-tools-version:6.2
import PackageDescription

// One program with all fuzz targets; `Fuzz/run` builds it with libFuzzer's and the address sanitizer's instrumentation,
// which then also covers the modules that it feeds.
let package = Package(
    name: "Fuzz",
    dependencies: [.package(name: "WaitingRoom", path: "..")],
    targets: [
        .systemLibrary(name: "CLibFuzzer"),
        .executableTarget(
            name: "fuzz", dependencies: ["CLibFuzzer", .product(name: "Engine", package: "WaitingRoom")],
            path: "Sources/Fuzz",
            swiftSettings: [
                .swiftLanguageMode(.v6), .enableExperimentalFeature("Lifetimes"), .treatAllWarnings(as: .error),
            ]),
    ]
)
