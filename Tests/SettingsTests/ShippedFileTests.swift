import Foundation
import Testing

@testable import Settings

/// The shipped `config.toml` is the documentation of the keys: it has each of them, with its real default, and no other.
struct ShippedFileTests {
    static let path = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../config.toml").standardizedFileURL.path(percentEncoded: false)

    /// `WRITE_GOLDEN=1 swift test --filter ShippedFileTests` writes the file anew after a key was added.
    @Test func isWhatTheTableSays() throws {
        if ProcessInfo.processInfo.environment["WRITE_GOLDEN"] == "1" {
            try Settings.shippedFile.write(toFile: Self.path, atomically: true, encoding: .utf8)
        }
        let shipped = String(decoding: try SettingsFile.read(Self.path), as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false)
        let expected = Settings.shippedFile.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in expected.enumerated() {
            let found = index < shipped.count ? shipped[index] : "(the end)"
            try #require(found == line, "config.toml:\(index + 1)")
        }
        #expect(shipped.count == expected.count)
    }

    @Test func loadsToTheDefaults() throws {
        let settings = try Settings.load(bytes: SettingsFile.read(Self.path), file: "config.toml")
        #expect(settings == Settings())
        #expect(settings.dump(differingFrom: Settings()) == [])
    }

    /// Read as TOML, apart from how it is generated.
    @Test func hasEveryKeyOnceWithItsDefaultAndAComment() throws {
        let document = try TOMLDocument(SettingsFile.read(Self.path), file: "config.toml")
        let found = document.items.flatMap { section -> [String] in
            guard case .table(let items, _) = section.value else { return [section.name] }
            return items.map { "\(section.name).\($0.name)" }
        }
        #expect(found == Settings.keys.map(\.path))

        let lines = String(decoding: try SettingsFile.read(Self.path), as: UTF8.self).split(separator: "\n").map(String.init)
        for key in Settings.keys {
            let line = "\(key.name) = \(key.write(Settings()))"
            let at = try #require(lines.indices.first { lines[$0] == line && lines[..<$0].contains("[\(key.section)]") })
            let comment = lines[..<at].reversed().prefix { $0.hasPrefix("#") }.reversed().joined(separator: " ")
            #expect(comment.contains("Allowed:"), "\(key.path)")
            #expect(comment.contains("A change needs a restart.") == key.needsRestart, "\(key.path)")
        }
    }

    @Test func namesAreUniqueAndWritten() {
        #expect(Set(Settings.keys.map(\.path)).count == Settings.keys.count)
        #expect(Set(Settings.sections.map(\.name)).count == Settings.sections.count)
        for section in Settings.sections { #expect(section.keys.allSatisfy { $0.section == section.name }) }
        for key in Settings.keys {
            #expect(key.name.allSatisfy { $0.isLowercase || $0 == "_" }, "\(key.path)")
            #expect(key.about.hasSuffix("."), "\(key.path)")
        }
    }

    /// Each field of each section has a row: a field that nothing fills would keep its default whatever the file says.
    @Test func everyFieldHasAKey() {
        // `rooms` is made of [rooms.NAME], each of which has the keys of [room].
        let sections = Mirror(reflecting: Settings()).children.filter { $0.label != "rooms" }
        let fields = sections.flatMap { section in
            Mirror(reflecting: section.value).children.map { "\(section.label ?? "").\($0.label ?? "")" }
        }
        #expect(fields.count == Settings.keys.count)
        #expect(sections.compactMap(\.label) == Settings.sections.map(\.name))
    }
}
