import Foundation
import Settings
import Testing

@testable import WaitingRoom

@Suite struct AdminPlanTests {
    private func file(_ text: String) throws -> String {
        let path = NSTemporaryDirectory() + "waitingroom-tokens-" + UUID().uuidString
        try #require(FileManager.default.createFile(atPath: path, contents: Data(text.utf8)))
        return path
    }

    private func problem(_ text: String) throws -> String {
        let path = try file(text)
        defer { try? FileManager.default.removeItem(atPath: path) }
        do throws(SettingsProblems) {
            return "none: \(try AdminPlan.read(path).map(\.name))"
        } catch { return error.description }
    }

    @Test func aLineIsATokenOrANameAndAToken() throws {
        #expect(try problem("0123456789abcdef\n") == "none: [\"operator\"]")
        #expect(try problem("# x\n\nann\t0123456789abcdef\r\nbob fedcba9876543210") == "none: [\"ann\", \"bob\"]")
    }

    @Test func whatIsWrongIsNamedByItsLine() throws {
        #expect(try problem("0123456789abcdef\nshort\n").contains(":2: is a token of less than 16 characters"))
        #expect(try problem("a b c\n").contains(":1: is not TOKEN or NAME TOKEN"))
        #expect(try problem("# nobody\n").contains("has 0 tokens"))
        #expect(try problem(String(repeating: "0123456789abcdef\n", count: 65)).contains("has 65 tokens"))
    }

    @Test func nothingIsMadeByACheckNorWhereTheListenerIsOff() throws {
        var settings = Settings()
        settings.server.stateDirectory = NSTemporaryDirectory() + "waitingroom-state-" + UUID().uuidString
        #expect(try AdminPlan.prepare(settings, makesToken: false).tokens.isEmpty)
        settings.admin.listen = []
        #expect(try AdminPlan.prepare(settings, makesToken: true).tokens.isEmpty)
        #expect(!FileManager.default.fileExists(atPath: settings.server.stateDirectory))
    }
}
