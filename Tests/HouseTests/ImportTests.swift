import Testing

/// Who may import whom. An arrow may only point up in this table; it is the documentation of the layering, and
/// `Package.swift` has to say the same.
@Suite struct ImportTests {
    static let layers: [(module: String, imports: Set<String>)] = [
        // C, behind the thinnest shims.
        ("CLinux", []), ("COpenSSL", []), ("CToml", []), ("CHiredis", []), ("CPostgres", []), ("CZlib", []),
        ("CKafka", []),
        // Values that everything speaks in.
        ("Bytes", []),
        ("Address", []),
        // Pure: decide, and know no socket and no clock.
        ("Digest", ["COpenSSL"]),
        ("Deflate", ["Bytes", "CZlib"]),
        ("Admission", ["Address", "Digest"]),
        ("Ledger", ["Admission", "Digest"]),
        ("HTTP", ["Bytes", "Address"]),
        ("Settings", ["Address", "CToml"]),
        ("Telemetry", ["Bytes"]),
        ("Gate", ["Admission", "HTTP", "Bytes", "Address"]),
        // Impure: do.
        ("Loop", ["Bytes", "Address", "CLinux"]),
        ("TLS", ["Bytes", "COpenSSL"]),
        ("Redis", ["Bytes", "Address", "Digest", "Loop", "TLS", "CHiredis"]),
        ("Postgres", ["Bytes", "Address", "Loop", "CPostgres"]),
        ("Stores", ["Bytes", "Address", "Digest", "Admission", "Telemetry", "Loop", "Redis", "Postgres"]),
        ("Web", ["Bytes", "Address", "HTTP", "Telemetry", "Loop", "TLS"]),
        ("Relay", ["Bytes", "Address", "HTTP", "Telemetry", "Loop", "TLS", "Web"]),
        ("Simulation", ["Admission", "Digest"]),
        // Programs.
        (
            "WaitingRoom",
            [
                "Bytes", "Address", "Digest", "Deflate", "Admission", "Ledger", "HTTP", "Settings", "Telemetry", "Gate",
                "Loop",
                "TLS", "Redis", "Postgres", "Stores", "Web", "Relay",
            ]
        ),
        (
            "Origin",
            [
                "Bytes", "Address", "Digest", "Admission", "HTTP", "Settings", "Telemetry", "Loop", "Redis", "Postgres",
                "Web",
            ]
        ),
        ("Crowd", ["Bytes", "Address", "HTTP", "Telemetry", "Loop", "TLS"]),
        ("Main", ["WaitingRoom"]),
        ("Simulate", ["Simulation"]),
        ("CrowdMain", ["Crowd"]),
    ]

    /// What comes with the toolchain. The pure modules know none of the C library, where clocks and sockets are.
    static let fromToolchain: Set<String> = ["Glibc", "Synchronization"]
    static let withoutGlibc: Set<String> = ["Admission", "Gate", "HTTP", "Ledger", "Simulation"]
    /// Files that need memory from the C library all the same, and say why.
    static let glibcExceptions: Set<String> = ["Sources/Admission/Limits/AtomicWords.swift"]

    static func imports(_ file: SourceFile) -> [(name: String, line: Int)] {
        file.code.enumerated().compactMap { at, bytes in
            let words = String(decoding: bytes, as: UTF8.self).split { $0 == " " || $0 == ";" }
            guard let place = words.firstIndex(of: "import"), place + 1 < words.count else { return nil }
            let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
            let name = kinds.contains(words[place + 1]) && place + 2 < words.count ? words[place + 2] : words[place + 1]
            return (String(name.prefix { $0 != "." }), at + 1)
        }
    }

    static func strayImports(_ file: SourceFile) -> [Finding] {
        guard let module = file.module else { return [] }
        guard let layer = layers.first(where: { $0.module == module }) else {
            return [Finding(path: file.path, line: 1, what: "module \(module) is not in the table")]
        }
        return imports(file).filter { name, _ in
            if layer.imports.contains(name) { return false }
            let isBarred = name == "Glibc" && withoutGlibc.contains(module) && !glibcExceptions.contains(file.path)
            return !fromToolchain.contains(name) || isBarred
        }.map { Finding(path: file.path, line: $0.line, what: "\(module) may not import \($0.name)") }
    }

    /// What `Package.swift` gives each module of ours: `module("Name", ["A", …])` or `name: "Name", … dependencies: ["A", …]`.
    static func declared(_ package: String) -> [String: Set<String>] {
        var found: [String: Set<String>] = [:]
        let openers = [
            " module(\"", " module(\n            \"", "target(name: \"", "target(\n            name: \"",
            "executableTarget(name: \"",
            "executableTarget(\n            name: \"",
        ]
        for opener in openers {
            for piece in package.split(separator: opener, omittingEmptySubsequences: false).dropFirst() {
                let name = String(piece.prefix { $0 != "\"" })
                let rest = piece.dropFirst(name.count + 1)
                let declaration = rest.prefix(upTo: rest.firstIndex(of: "]") ?? rest.startIndex)
                let isOurs = opener.contains("module") ? rest.hasPrefix(", [") : declaration.contains("dependencies: [")
                let list = isOurs && !declaration.contains(")") ? declaration.split(separator: "\"") : []
                let names = list.enumerated().compactMap { $0.offset % 2 == 1 ? String($0.element) : nil }
                found[["waitingroom": "Main", "simulate": "Simulate", "crowd": "CrowdMain"][name] ?? name] = Set(names)
            }
        }
        return found
    }

    @Test func modulesImportWhatTheTableAllows() {
        let found = SourceTree.swift.flatMap(Self.strayImports)
        #expect(
            found.isEmpty,
            "\(found.advising("Turn the arrow: pass a value or a closure down, or move the type up. A new module gets its place in the table."))"
        )
    }

    @Test func arrowsPointUp() {
        for (at, layer) in Self.layers.enumerated() {
            let above = Set(Self.layers[..<at].map(\.module))
            #expect(layer.imports.isSubset(of: above), "\(layer.module) imports what does not stand above it")
        }
    }

    @Test func packageSaysTheSame() throws {
        let package = try #require(SourceTree.text("Package.swift"))
        let declared = Self.declared(package)
        let modules = Set(SourceTree.swift.compactMap(\.module))
        #expect(modules.isSubset(of: declared.keys), "a folder of Sources that Package.swift does not name")
        for (module, imports) in declared {
            guard let layer = Self.layers.first(where: { $0.module == module }) else { continue }
            #expect(
                imports.isSubset(of: layer.imports),
                "Package.swift lets \(module) import \(imports.subtracting(layer.imports).sorted()), the table does not")
        }
    }

    @Test func aStrayImportIsFound() {
        func stray(_ path: String, _ text: String) -> [Finding] { Self.strayImports(SourceFile(path: path, text: text)) }
        #expect(stray("Sources/HTTP/Head.swift", "import Bytes\npublic import Loop\n").map(\.line) == [2])
        #expect(stray("Sources/HTTP/Head.swift", "import Glibc\n").map(\.line) == [1])
        #expect(stray("Sources/Loop/Loop.swift", "import Glibc\n// import Web\n@preconcurrency import CLinux\n").isEmpty)
        #expect(stray("Sources/Loop/Loop.swift", "import struct Foundation.Data\n").map(\.line) == [1])
        #expect(stray("Sources/Unheard/Of.swift", "").count == 1)
        #expect(stray("Tests/LoopTests/LoopTests.swift", "import Foundation\n").isEmpty)
    }

    @Test func aPackageIsRead() {
        let package = """
             module("Bytes"),
             module("HTTP", ["Bytes", "Address"]),
             module(
                        "Stores", ["HTTP"],
                        resources: lua + [.embedInCode("SQL")]),
            .executableTarget(
                        name: "simulate", dependencies: ["Bytes"], path: "Sources/Simulate"),
            .target(
                        name: "Edge",
                        dependencies: [
                            "HTTP",
                        ],
            .executableTarget(name: "waitingroom", dependencies: ["Edge"], path: "Sources/Main"),
            """
        let expected: [String: Set<String>] = [
            "Bytes": [], "HTTP": ["Bytes", "Address"], "Edge": ["HTTP"], "Main": ["Edge"], "Stores": ["HTTP"],
            "Simulate": ["Bytes"],
        ]
        #expect(Self.declared(package) == expected)
    }
}
