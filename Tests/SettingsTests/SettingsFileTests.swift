import Foundation
import Testing

@testable import Settings

struct SettingsFileTests {
    static func inFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "settings-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder.path(percentEncoded: false))
    }

    @Test func readsAFile() throws {
        try Self.inFolder { folder in
            try "[server]\n".write(toFile: "\(folder)/config.toml", atomically: true, encoding: .utf8)
            #expect(try SettingsFile.read("\(folder)/config.toml") == Array("[server]\n".utf8))
            #expect(SettingsFile.trouble("\(folder)/config.toml") == nil)
            try "".write(toFile: "\(folder)/empty", atomically: true, encoding: .utf8)
            #expect(try SettingsFile.read("\(folder)/empty") == [])
            #expect(SettingsFile.trouble("\(folder)/empty") == "it is empty")
        }
    }

    @Test func saysWhyNot() throws {
        try Self.inFolder { folder in
            let missing = #expect(throws: SettingsProblems.self) { _ = try SettingsFile.read("\(folder)/none.toml") }
            #expect(missing?.description == "\(folder)/none.toml: cannot be read: No such file or directory")
            let directory = #expect(throws: SettingsProblems.self) { _ = try SettingsFile.read(folder) }
            #expect(directory?.description == "\(folder): cannot be read: Is a directory")
            #expect(SettingsFile.trouble("\(folder)/none.pem") == "No such file or directory")
            #expect(SettingsFile.trouble(folder) == "Is a directory")
            try Data(repeating: 10, count: Settings.fileBytesMax + 1).write(to: URL(filePath: "\(folder)/large.toml"))
            let large = #expect(throws: SettingsProblems.self) { _ = try SettingsFile.read("\(folder)/large.toml") }
            #expect(large?.description == "\(folder)/large.toml: is larger than 1MiB, which no configuration is")
        }
    }

    @Test func aPathIsTakenFromTheFolderOfItsFile() throws {
        let text = "[tls]\nlisten = \"127.0.0.1:1\"\ncertificates = [{ certificate = \"a.pem\", key = \"/k.pem\" }]"
        let settings = try Settings.load(text: text, file: "/etc/waitingroom/config.toml")
        #expect(settings.tls.certificates == [.init(certificate: "/etc/waitingroom/a.pem", key: "/k.pem")])
        let flag = [SettingsOverride("server.state_dir", "here", flag: "--state")]
        #expect(try Settings.load(text: nil, overrides: flag).server.stateDirectory == "here")
    }
}
