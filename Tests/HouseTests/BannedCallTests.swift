import Testing

/// What is not written here, and what is written instead.
struct Ban: Sendable, CustomTestStringConvertible {
    let name: String
    let instead: String
    /// Any of these in the code is one too many.
    let words: [String]
    /// Where it counts.
    let applies: @Sendable (SourceFile) -> Bool
    /// Files where it is right nevertheless, and why; the file says more.
    var exceptions: [String: String] = [:]

    var testDescription: String { name }

    func findings(_ file: SourceFile) -> [Finding] {
        guard applies(file), exceptions[file.path] == nil else { return [] }
        return words.flatMap { word in
            file.linesWithCode(word).map { Finding(path: file.path, line: $0, what: word) }
        }
    }
}

extension Ban {
    @Sendable private static func inSources(_ file: SourceFile) -> Bool { file.isBelow("Sources") }
    @Sendable private static func inTests(_ file: SourceFile) -> Bool { file.isBelow("Tests") }
    @Sendable private static func inSourcesOrTests(_ file: SourceFile) -> Bool { inSources(file) || inTests(file) }

    /// Modules whose decisions depend on their arguments alone.
    static let pure: Set<String> = ["Bytes", "Address", "Admission", "HTTP", "Settings", "Gate", "Deflate", "Simulation"]
    /// Modules that hold memory or speak to C; all the others see spans and arrays.
    static let unsafe: Set<String> = ["Bytes", "HTTP", "Loop", "TLS", "Digest", "Deflate", "Settings", "Redis", "Postgres"]
    /// The command line speaks to a person; everything else to the log.
    @Sendable static func isCommandLine(_ file: SourceFile) -> Bool {
        file.isBelow("Sources/Main") || file.path.hasPrefix("Sources/WaitingRoom/Command") || file.isBelow("Sources/Crowd")
            || file.isBelow("Sources/Simulate")
    }

    static let all: [Ban] = [
        Ban(
            name: "crashes", instead: "Throw or return an error that says what is wrong and what would be right.",
            words: ["try!", "as!", "fatalError("], applies: inSourcesOrTests),
        Ban(
            name: "Foundation", instead: "Glibc and the standard library have it; Foundation costs start time and memory.",
            words: ["import Foundation", "import FoundationEssentials"], applies: inSources),
        Ban(
            name: "printing", instead: "Hand it to Telemetry's log, which never blocks the loop.",
            words: ["print(", "debugPrint("], applies: { inSources($0) && !isCommandLine($0) }),
        Ban(
            name: "sleeping",
            instead: "Tests wait for the event itself or move a clock of their own; sources use the loop's timers.",
            words: ["sleep(", "usleep(", "nanosleep(", "Task.sleep", "Thread.sleep"], applies: inSourcesOrTests),
        Ban(
            name: "skipping", instead: "A test that cannot run fails and names what is missing.",
            words: ["XCTSkip", "XCTSkipIf", "import XCTest", ".disabled(", ".enabled(", "withKnownIssue("], applies: inTests),
        Ban(
            name: "programs of tests",
            instead: """
                Start it by TestSupport's SpawnedProgram or FinishedProgram: Foundation's Process reads beyond a buffer when a \
                thousand descriptors are open. Who waits for any child takes the ends of the others' away.
                """,
            words: ["Process()", "Process.run(", "waitpid(-1", "ChildProcess.reap("], applies: inTests),
        Ban(
            name: "Dispatch",
            instead: "Work belongs to a loop; what crosses loops is an atomic or a message with an eventfd.",
            words: ["DispatchQueue", "DispatchSemaphore", "DispatchGroup", "import Dispatch"], applies: inSources),
        Ban(
            name: "clocks and dice in pure modules", instead: "Take the time or the random number as an argument.",
            words: [
                "ContinuousClock", "SuspendingClock", "clock_gettime(", "gettimeofday(", "time(nil)", ".random(", "random()",
                "SystemRandomNumberGenerator", "getrandom(", ".shuffled()", ".randomElement()",
            ], applies: { pure.contains($0.module ?? "") }),
        Ban(
            name: "unsafe memory",
            instead:
                "Take a Span or a ByteBuffer. Pointers stay in \(unsafe.sorted().joined(separator: ", ")), behind safe signatures.",
            words: [
                "UnsafePointer", "UnsafeMutablePointer", "UnsafeRawPointer", "UnsafeMutableRawPointer",
                "UnsafeBufferPointer",
                "UnsafeMutableBufferPointer", "UnsafeRawBufferPointer", "UnsafeMutableRawBufferPointer", "OpaquePointer",
                "Unmanaged", "unsafeBitCast(", "withUnsafePointer(", "withUnsafeBytes(", "withUnsafeMutablePointer(",
                "withUnsafeMutableBytes(", "withUnsafeTemporaryAllocation(", "unowned(unsafe)",
            ], applies: { inSources($0) && !unsafe.contains($0.module ?? "") },
            exceptions: [
                "Sources/Admission/Limits/AtomicWords.swift":
                    "a table of atomics of a size known at run time, which the language has not",
                "Sources/Telemetry/MetricsShard.swift": "the same, on a path that may neither retain nor check uniqueness",
                "Sources/Telemetry/LogThread.swift": "how an object is handed to a thread that begins",
            ]),
    ]
}

@Suite struct BannedCallTests {
    @Test(arguments: Ban.all) func isNowhere(_ ban: Ban) {
        let found = SourceTree.swift.flatMap(ban.findings)
        #expect(found.isEmpty, "\(found.advising(ban.instead))")
    }

    @Test func exceptionsAreUsed() {
        for ban in Ban.all {
            for path in ban.exceptions.keys {
                var strict = ban
                strict.exceptions = [:]
                let isUsed = SourceTree.swift.contains { $0.path == path && !strict.findings($0).isEmpty }
                #expect(isUsed, "\(path) needs no exception to '\(ban.name)' any more: remove it")
            }
        }
    }

    @Test func nothingIsUnwrappedByForce() {
        let found = SourceTree.swift.flatMap(Self.forcedUnwraps)
        #expect(found.isEmpty, "\(found.advising("Unwrap with guard or if; in a test with try #require."))")
    }

    @Test func uncheckedSharingSaysWhy() {
        let found = SourceTree.swift.flatMap(Self.unexplained)
        #expect(
            found.isEmpty, "\(found.advising("Say beside it, or in a comment above it, why two threads cannot meet there."))"
        )
    }

    @Test func namesAreOfTheDomain() {
        let found = SourceTree.swift.flatMap(Self.drawers)
        #expect(found.isEmpty, "\(found.advising("Name the type after the thing of the domain that it is."))")
    }

    static func forcedUnwraps(_ file: SourceFile) -> [Finding] {
        guard file.isBelow("Sources") || file.isBelow("Tests") else { return [] }
        return file.code.enumerated().compactMap { at, bytes in
            for place in bytes.indices.dropFirst() where bytes[place] == UInt8(ascii: "!") {
                let before = bytes[place - 1]
                let after = place + 1 < bytes.count ? bytes[place + 1] : 0
                let isOperand = before.isNameByte || before == UInt8(ascii: ")") || before == UInt8(ascii: "]")
                if isOperand && after != UInt8(ascii: "=") {
                    return Finding(path: file.path, line: at + 1, what: file.lines[at])
                }
            }
            return nil
        }
    }

    static func unexplained(_ file: SourceFile) -> [Finding] {
        ["@unchecked Sendable", "nonisolated(unsafe)"].flatMap { word in
            file.linesWithCode(word).filter { line in
                let same = file.lines[line - 1].contains("//")
                let above = line > 1 && file.lines[line - 2].drop { $0 == " " }.hasPrefix("//")
                return !same && !above
            }.map { Finding(path: file.path, line: $0, what: word) }
        }
    }

    static func drawers(_ file: SourceFile) -> [Finding] {
        let kinds: Set<Substring> = ["class", "struct", "enum", "protocol", "actor", "typealias"]
        return file.code.enumerated().compactMap { at, bytes in
            let words = String(decoding: bytes, as: UTF8.self).split { !($0.isLetter || $0.isNumber || $0 == "_") }
            for (word, name) in zip(words, words.dropFirst()) where kinds.contains(word) {
                for drawer in ["Manager", "Helper", "Helpers", "Util", "Utils", "Utilities"] where name.hasSuffix(drawer) {
                    return Finding(path: file.path, line: at + 1, what: String(name))
                }
            }
            return nil
        }
    }
}

@Suite struct BannedCallSelfTests {
    func file(_ path: String, _ text: String) -> SourceFile { SourceFile(path: path, text: text) }

    @Test(arguments: Ban.all) func isFoundWhereItCounts(_ ban: Ban) {
        let places = ["Sources/Web/Made.swift", "Sources/HTTP/Made.swift", "Tests/WebTests/Made.swift"]
        for word in ban.words {
            let found = places.flatMap { ban.findings(file($0, "let fine = 1\n    \(word)\n")) }
            #expect(!found.isEmpty && found.allSatisfy { $0.line == 2 }, "\(word) is not found")
            let quiet = places.flatMap {
                ban.findings(file($0, "// \(word)\nlet text = \"\"\"\n\(word)\n\"\"\"\n/* \(word) */\n"))
            }
            #expect(quiet.isEmpty, "\(word) in a comment or a string is no call")
        }
    }

    @Test func partsOfLongerNamesAreNotCalls() {
        let text = "blueprint(a)\nasleep(b)\nretry!(c)\nlet importFoundation = 1\n"
        #expect(Ban.all.flatMap { $0.findings(file("Sources/Web/Made.swift", text)) }.isEmpty)
    }

    @Test func forcedUnwrapsAreFound() {
        let text =
            "let a = b!\nlet c = d != e\nlet f = !g\nlet h = i()!.j\nlet k = \"l!\"\nlet m = \"\\(n!)\"\nvar o: P!\nq!=r\n"
        #expect(BannedCallTests.forcedUnwraps(file("Sources/Web/Made.swift", text)).map(\.line) == [1, 4, 6, 7])
    }

    @Test func silentUncheckedSharingIsFound() {
        let text = """
            final class A: @unchecked Sendable {}
            // Guarded by the loop.
            final class B: @unchecked Sendable {}
            nonisolated(unsafe) var c = 0  // set once before any thread starts
            nonisolated(unsafe) var d = 0
            """
        #expect(BannedCallTests.unexplained(file("Sources/Web/Made.swift", text)).map(\.line) == [1, 5])
    }

    @Test func drawersAreFound() {
        let text = "final class ConnectionManager {}\nstruct Room {}\nenum StringUtils {}\n// class AHelper\n"
        #expect(BannedCallTests.drawers(file("Sources/Web/Made.swift", text)).map(\.line) == [1, 3])
    }
}
