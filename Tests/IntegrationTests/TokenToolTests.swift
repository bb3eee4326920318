import Foundation
import Testing
import TestSupport

/// `keygen` and `token`.
@Suite struct TokenToolTests {
    private func run(_ arguments: String..., input: String = "") throws -> FinishedProgram {
        try Tool.run([RunningProgram.executable] + arguments, input: input)
    }

    @Test func aKeyIsPrintedOrPutWhereItIsWanted() throws {
        let folder = try TemporaryFolder()
        let printed = try run("keygen").output.split(whereSeparator: \.isWhitespace)
        #expect(printed.count == 2 && printed.last?.count == 43)
        let file = folder.path("keys")
        for arguments in [["--add", file], ["--add", file], ["--add", file, "--front"]] {
            let tool = try Tool.run([RunningProgram.executable, "keygen"] + arguments)
            #expect(tool.exitCode == 0, "\(tool.errors)")
        }
        #expect(folder.read("keys").split(separator: "\n").count == 3)
        #expect(try run("keygen", "--add", file, "--front").output.contains("the first, which signs"))
        let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        try folder.write("keys", "nonsense\n")
        #expect(try run("keygen", "--add", file).exitCode == 2)
        #expect(folder.read("keys") == "nonsense\n")
        #expect(try run("keygen", "--front").exitCode == 2)
    }

    @Test func aTokenSaysWhatItIsAndWhetherItWouldBeTaken() throws {
        let folder = try TestKeys.folder()
        let keys = try TestKeys()
        let (good, old) = (try keys.pass(), try keys.pass(agoSeconds: 500))
        let read = try run("token", "inspect", good)
        #expect(read.exitCode == 0 && read.output.contains("\"aud\":\"event\"") && read.output.contains("ends"))
        #expect(try run("token", "inspect", good, "--keys", folder.path("keys")).output.contains("good in room event"))
        #expect(try run("token", "inspect", "-", "--keys", folder.path("keys"), input: good + "\n").exitCode == 0)
        #expect(try run("token", "inspect", try keys.ticket(), "--keys", folder.path("keys")).exitCode == 0)
        let refused = [
            (old, "it has ended"), (String(good.dropLast(2)) + "AA", "nature is wrong"),
            (try TestKeys(identifier: "k").pass(), "another kind, algorithm or key"),
        ]
        for (token, why) in refused {
            let tool = try run("token", "inspect", token, "--keys", folder.path("keys"))
            #expect(tool.exitCode == 1 && tool.output.contains(why), "\(tool.output)")
        }
        #expect(
            try run("token", "inspect", good, "--keys", folder.path("keys"), "--room", "b").output.contains("another room"))
        #expect(try run("token", "inspect", "x.y").exitCode == 2)
    }

    @Test func aMonitorGetsAMark() throws {
        let folder = try TestKeys.folder()
        let made = try run("token", "monitor", "--for", "30d", "--keys", folder.path("keys"))
        let mark = made.output.trimmingCharacters(in: .whitespacesAndNewlines)
        #expect(made.exitCode == 0)
        let verdict = try TestKeys().ring.check(monitor: Array(mark.utf8).span, now: TestKeys.now())
        guard case .valid(let end) = verdict else {
            Issue.record("\(verdict)")
            return
        }
        #expect(end > TestKeys.now() + 29 * 86400)
        for wrong in ["", "30", "0d", "367d", "-1d", "30m"] {
            #expect(try run("token", "monitor", "--for", wrong, "--keys", folder.path("keys")).exitCode == 2)
        }
    }
}
