import Foundation
import TestSupport
import Testing

/// A sale on two nodes that share a real Redis, proven afterwards by what they have written down.
@Suite(.serialized) struct ExportTests {
    private let redis: RedisServer
    private let folder: TemporaryFolder
    private let nodes: [RunningProgram]

    init() throws {
        let redis = try RedisServer.start()
        let folder = try TemporaryFolder()
        let site = try CountingOrigin(in: folder)
        let keys = try Tool.succeed([RunningProgram.executable, "keygen"])
        try folder.write("keys", keys)
        nodes = try (0..<2).map { number in
            let folder = try TemporaryFolder()
            return try RunningProgram(
                ConfigText(
                    upstream: site.origin.port,
                    with: [
                        "room.state": "queue", "room.rate": "200/s", "room.max_active": 150, "log.access": "off",
                        "server.trusted_proxies": ["127.0.0.1"], "tokens.keys_file": .text(try folder.write("keys", keys)),
                        "server.state_dir": .text(folder.path("state")), "store.place": "redis",
                        "store.redis": "redis://127.0.0.1:\(redis.port)", "store.node": "node\(number)",
                    ]), folder: folder)
        }
        (self.redis, self.folder) = (redis, folder)
        self.site = site
    }

    private let site: CountingOrigin

    private func visit(_ count: Int) throws {
        let targets = try nodes.flatMap { ["--target", "http://127.0.0.1:\(try $0.port)/"] }
        let crowd = try Tool.run(
            [RehearsalTests.crowd] + targets + [
                "--visitors", "\(count)", "--rate", "200/s", "--max-active", "150", "--leave", "delete", "--think", "100ms",
                "--addresses", "xff", "--lag", "2s", "--for", "60s", "--quiet",
            ])
        #expect(crowd.output.contains("joined \(count), let in \(count),"), "\(crowd.said)")
    }

    private func export(_ more: [String]) throws -> FinishedProgram {
        try Tool.run([RunningProgram.executable, "export", "--config", nodes[0].folder.path("config.toml")] + more)
    }

    /// By ours and by the one in Python.
    private func check(_ file: String) throws -> (ours: FinishedProgram, python: FinishedProgram) {
        let root = #filePath.components(separatedBy: "/Tests/")[0]
        return (
            try Tool.run([RunningProgram.executable, "export", "check", file]),
            try Tool.run(["python3", "scripts/check-export", file], in: root)
        )
    }

    @Test func aSaleOnTwoNodesIsProven() throws {
        try visit(600)
        let other = nodes[1].folder.path("state/ledger/main")
        // While they go on it is known up to their last word.
        #expect(try export(["--out", folder.path("early.csv"), other]).exitCode == 0)
        let early = try check(folder.path("early.csv"))
        #expect(early.ours.exitCode == 0 && early.python.exitCode == 0, "\(early.ours.said)\(early.python.said)")
        #expect(try nodes[0].metric(#"waitingroom_ledger_rows_total{outcome="written"}"#) > 300)
        #expect(try nodes[0].metric(#"waitingroom_ledger_rows_total{outcome="lost"}"#) == 0)
        for node in nodes {
            node.signal(SIGTERM)
            #expect(try node.waitForEnd() == 0)
        }
        for name in ["sale.csv", "sale.json"] {
            let made = try export(["--out", folder.path(name), other])
            #expect(made.exitCode == 0 && made.output.contains("of room main"), "\(made.said)")
            let checked = try check(folder.path(name))
            #expect(checked.ours.exitCode == 0, "\(checked.ours.said)")
            #expect(checked.ours.output.hasPrefix("holds: room main, 600 tickets, 600 sessions"), "\(checked.ours.said)")
            #expect(checked.python.output == checked.ours.output && checked.python.exitCode == 0, "\(checked.python.said)")
        }
        // One ledger is not enough, and says so.
        #expect(try export(["--out", folder.path("half.csv")]).exitCode == 0)
        let half = try check(folder.path("half.csv"))
        #expect(half.ours.exitCode == 3 && half.ours.output.contains("node node1"), "\(half.ours.said)")
        #expect(half.python.exitCode == 3, "\(half.python.said)")
        // A file that somebody has had a hand in.
        let text = try String(contentsOfFile: folder.path("sale.csv"), encoding: .utf8)
        let lines = text.split(separator: "\n")
        let file = try folder.write("short.csv", lines.filter { $0 != lines[200] }.joined(separator: "\n") + "\n")
        let short = try check(file)
        #expect(short.ours.exitCode == 1 && short.python.exitCode == 1, "\(short.ours.said)\(short.python.said)")
    }

    @Test func whatCannotBeExportedIsSaid() throws {
        let room = try export(["--room", "other"])
        #expect(room.exitCode == 2 && room.errors.contains("there is no ledger in "), "\(room.said)")
        let flag = try export(["--reveals"])
        #expect(flag.exitCode == 2 && flag.errors.contains("is no flag of export; there are --config, --room"))
        let format = try export(["--format", "xml"])
        #expect(format.exitCode == 2 && format.errors.contains("csv or json"))
        let file = try folder.write("notes.txt", "hello\n")
        let checked = try check(file)
        #expect(checked.ours.exitCode == 2 && checked.python.exitCode == 2, "\(checked.ours.said)\(checked.python.said)")
    }
}
