import Foundation
import TestSupport
import Testing

/// A site that counts who comes, as sites do that give `crowd` their own log.
final class CountingOrigin: Sendable {
    let origin: ScriptedOrigin
    let log: String

    init(in folder: TemporaryFolder) throws {
        log = try folder.write("origin.log", "")
        let file = Shared(try FileHandle(forWritingTo: URL(fileURLWithPath: log)))
        origin = try ScriptedOrigin { connection in
            while true {
                let request = try connection.receiveRequest()
                let id = request["Waiting-Room-Id"] ?? "-"
                let time = String(format: "%.6f", Date().timeIntervalSince1970)
                file.change { $0.write(Data("\(time) \(id) \(request.target)\n".utf8)) }
                try connection.answer("welcome", fields: request.target == "/done" ? ["Waiting-Room: release"] : [])
            }
        }
    }

    var lines: Int { get throws { try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").count } }
}

/// `crowd` at the door of the program: what is kept is found to be, and what is not is found.
@Suite(.serialized) struct RehearsalTests {
    static let crowd = RunningProgram.executable.replacingOccurrences(of: "/waitingroom", with: "/crowd")

    let folder: TemporaryFolder
    let site: CountingOrigin
    let program: RunningProgram

    init() throws {
        folder = try TemporaryFolder()
        site = try CountingOrigin(in: folder)
        program = try RunningProgram(Self.config(site))
    }

    static func config(_ site: CountingOrigin, _ more: [String: ConfigText.Value] = [:]) -> ConfigText {
        ConfigText(
            upstream: site.origin.port,
            with: [
                "room.state": "queue", "room.rate": "400/s", "room.max_active": 1000, "log.access": "off",
                "server.trusted_proxies": ["127.0.0.1"],
            ]
        ).with(more)
    }

    /// A slow machine makes what a node knows older: the lag is no part of what is tried.
    func crowd(_ more: [String], at other: String? = nil) throws -> FinishedProgram {
        try Tool.run(
            [
                Self.crowd, "--target", other ?? "http://127.0.0.1:\(program.port)/tickets?show=7", "--requests", "2",
                "--think",
                "200ms",
                "--lag", "2s", "--for", "50s", "--origin-log", site.log, "--json", folder.path("report.json"), "--quiet",
            ] + more)
    }

    func report() throws -> [String: Any] {
        let object = try JSONSerialization.jsonObject(with: Data(folder.read("report.json").utf8))
        return try #require(object as? [String: Any])
    }

    @Test func twoThousandAndEverythingIsKept() throws {
        let tool = try crowd([
            "--visitors", "2000", "--rate", "400/s", "--max-active", "1000", "--leave-path", "/done", "--addresses", "xff",
        ])
        #expect(tool.exitCode == 0, "\(tool.output)\(tool.errors)")
        let report = try report()
        #expect(report["kept"] as? Bool == true)
        #expect(report["joined"] as? Int == 2000)
        #expect(report["admitted"] as? Int == 2000)
        #expect((report["endings"] as? [String: Int])?["finished"] == 2000)
        let origin = try #require(report["origin"] as? [String: Any])
        #expect(origin["visitors"] as? Int == 2000)
        #expect(origin["withoutPass"] as? Int == 0)
        // Two pages and the last one each.
        #expect(origin["requests"] as? Int == 6000)
        #expect(try site.lines == 6000)
    }

    @Test func aRateThatIsNotKeptIsFound() throws {
        let tool = try crowd(["--visitors", "1500", "--rate", "100/s", "--leave", "delete"])
        #expect(tool.exitCode == 1, "\(tool.output)\(tool.errors)")
        let broken = try #require(try report()["broken"] as? [String])
        #expect(broken.contains { $0.hasPrefix("rate: ") && !$0.contains("origin") }, "\(broken)")
        #expect(broken.contains { $0.hasPrefix("rate: ") && $0.contains("as the origin counted them") }, "\(broken)")
        #expect(broken.allSatisfy { $0.hasPrefix("rate: ") }, "\(broken)")
    }

    @Test func aCapThatIsNotKeptIsFound() throws {
        let tool = try crowd(["--visitors", "300", "--max-active", "10", "--leave", "delete", "--addresses", "loopback"])
        #expect(tool.exitCode == 1, "\(tool.output)\(tool.errors)")
        let broken = try #require(try report()["broken"] as? [String])
        #expect(broken.contains { $0.hasPrefix("cap: ") }, "\(broken)")
        #expect(broken.allSatisfy { $0.hasPrefix("cap: ") }, "\(broken)")
    }

    @Test func anOrderThatIsNotKeptIsFound() throws {
        let drawing = try RunningProgram(Self.config(site, ["room.method": "random", "room.rate": "80/s"]))
        let target = "http://127.0.0.1:\(try drawing.port)/"
        let arrivals = ["--visitors", "900", "--arrivals", "wall 450, pause 1s, wall 450", "--leave", "delete"]
        let ordered = try crowd(arrivals, at: target)
        #expect(ordered.exitCode == 1, "\(ordered.output)\(ordered.errors)")
        let broken = try #require(try report()["broken"] as? [String])
        #expect(broken.contains { $0.hasPrefix("order: ") && !$0.contains("origin") }, "\(broken)")
        #expect(broken.allSatisfy { $0.hasPrefix("order: ") }, "\(broken)")
        let drawn = try crowd(arrivals + ["--order", "any", "--rate", "80/s"], at: target)
        #expect(drawn.exitCode == 0, "\(drawn.output)\(drawn.errors)")
    }

    @Test func throughTLSAsWell() throws {
        let secure = try TLSTests.Site(["room.state": "queue", "room.rate": "100/s", "log.access": "off"])
        defer { secure.stop() }
        let tool = try Tool.run([
            Self.crowd, "--target", "https://127.0.0.1:\(secure.port)/", "--visitors", "200", "--connections", "20",
            "--rate",
            "100/s", "--think", "100ms", "--lag", "2s", "--leave", "delete", "--quiet",
        ])
        #expect(tool.exitCode == 0, "\(tool.output)\(tool.errors)")
        #expect(tool.output.contains("joined 200, let in 200,"), "\(tool.output)")
    }

    @Test func peopleGiveUpReloadAndComeBack() throws {
        let tool = try crowd([
            "--visitors", "600", "--rate", "400/s", "--reload", "0.3", "--patience", "1s", "--come-back", "0.5", "--away",
            "1s",
            "--leave", "delete", "--seed", "5",
        ])
        #expect(tool.exitCode == 0, "\(tool.output)\(tool.errors)")
        let report = try report()
        let endings = try #require(report["endings"] as? [String: Int])
        #expect((endings["finished"] ?? 0) + (endings["gaveUp"] ?? 0) == 600)
        #expect(report["joined"] as? Int == 600)
    }

    @Test func aSiteWithoutAnyoneAtItsDoorIsFound() throws {
        program.stop()
        let tool = try crowd(["--visitors", "20", "--for", "2s"])
        #expect(tool.exitCode == 1)
        #expect(tool.output.contains("errors: cannot connect "), "\(tool.output)")
        #expect(tool.output.contains("nobody got as far as the line"), "\(tool.output)")
    }

    @Test func itEndsWithItsReportWhenInterrupted() throws {
        let (stdout, stderr) = (Pipe(), Pipe())
        let program = try SpawnedProgram(
            [
                Self.crowd, "--target", "http://127.0.0.1:\(try program.port)/", "--arrivals", "trickle 50/s", "--visitors",
                "100000", "--think", "10m", "--for", "10m",
            ], output: stdout.fileHandleForWriting, errors: stderr.fileHandleForWriting)
        try stdout.fileHandleForWriting.close()
        try stderr.fileHandleForWriting.close()
        defer { program.signal(SIGKILL) }
        let progress = ProgramLog(stderr.fileHandleForReading)
        try eventually("it says how it goes") { progress.text.contains("let in") }
        program.signal(SIGINT)
        let code = try program.waitForEnd(secondsMax: Patience.seconds)
        let report = String(decoding: stdout.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        #expect(code == 0, "\(report)")
        #expect(report.contains("all promises were kept"), "\(report)")
    }

    @Test func aWrongCommandLineIsSaid() throws {
        let stranger = try Tool.run([Self.crowd, "--target", "http://192.0.2.1/"])
        #expect(stranger.exitCode == 2)
        #expect(stranger.errors.contains("--yes-i-own 192.0.2.1"))
        #expect(try Tool.run([Self.crowd, "--visitors", "x"]).exitCode == 2)
        #expect(try Tool.run([Self.crowd, "--help"]).output.contains("--arrivals STEPS"))
    }
}
