import Foundation
import Testing

@testable import Settings

/// `Golden/NAME.toml` and what it leads to, `Golden/NAME.expected`: all problems, or `ok` and the values that it changed.
///
/// A first line `# flags: --listen=… --upstream=…` adds flags. Of the files that settings name, all exist but those with
/// `missing` in their path.
struct GoldenTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")
    static let flags = [
        "--listen": "server.listen", "--upstream": "upstream.servers", "--admin": "admin.listen",
        "--limit": "limits.per_address", "--rate": "room.rate", "--max-active": "room.max_active",
        "--loops": "server.loops", "--watch": "reload.watch", "--nothing": "server.nothing",
    ]

    static func names() throws -> [String] {
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path(percentEncoded: false))
        return files.filter { $0.hasSuffix(".toml") }.map { String($0.dropLast(5)) }.sorted()
    }

    @Test func thereAreSome() throws {
        let names = try Self.names()
        #expect(names.count >= 20)
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path(percentEncoded: false))
        #expect(files.count == 2 * names.count, "each .toml has its .expected and nothing else is there")
    }

    /// `WRITE_GOLDEN=1 swift test --filter GoldenTests` writes what is expected anew; read the difference before keeping it.
    @Test(arguments: try names()) func leadsToWhatIsExpected(_ name: String) throws {
        let bytes = try Data(contentsOf: Self.folder.appending(path: "\(name).toml"))
        let file = Self.folder.appending(path: "\(name).expected")
        let found = try Self.outcome(Array(bytes))
        if ProcessInfo.processInfo.environment["WRITE_GOLDEN"] == "1" {
            try found.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(found == (try String(contentsOf: file, encoding: .utf8)))
    }

    static func outcome(_ bytes: [UInt8]) throws -> String {
        let first = String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        var overrides: [SettingsOverride] = []
        if first.hasPrefix("# flags: ") {
            for flag in first.dropFirst(9).split(separator: " ") {
                let parts = flag.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
                overrides.append(SettingsOverride(try #require(flags[parts[0]]), parts[1], flag: parts[0]))
            }
        }
        do throws(SettingsProblems) {
            let settings = try Settings.load(
                bytes: bytes, overrides: overrides,
                required: first.contains("--upstream") ? ["upstream.servers": "--upstream"] : [:],
                fileTrouble: { $0.contains("missing") ? "No such file or directory" : nil })
            return (["ok"] + settings.dump(differingFrom: Settings())).joined(separator: "\n") + "\n"
        } catch {
            return error.description + "\n"
        }
    }
}
