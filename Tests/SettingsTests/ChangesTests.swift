import Testing

@testable import Settings

struct ChangesTests {
    @Test func namesWhatChangedAndWhatNeedsARestart() throws {
        let old = try Settings.load(text: "[server]\nloops = 1\nhead_timeout = \"5s\"")
        let new = try Settings.load(text: "[server]\nloops = 2\nhead_timeout = \"5000ms\"\n[limits]\nburst = 7")
        let changes = Settings.changes(from: old, to: new)
        #expect(changes.live == ["limits.burst"])
        #expect(changes.needRestart == ["server.loops"])

        let holds = old.reloaded(to: new)
        #expect(holds.server.loops == 1)
        #expect(holds.limits.burst == 7)
        #expect(Settings.changes(from: holds, to: new).needRestart == ["server.loops"])
        #expect(Settings.changes(from: holds, to: new).live == [])
    }

    @Test func nothingChangesWithoutAChange() {
        #expect(Settings.changes(from: Settings(), to: Settings()).live == [])
        #expect(Settings.changes(from: Settings(), to: Settings()).needRestart == [])
    }

    @Test func whatIsBoundAtTheStartNeedsARestart() {
        let needing = Set(Settings.keys.filter(\.needsRestart).map(\.path))
        for path in [
            "server.listen", "server.loops", "server.backlog", "tls.listen", "admin.listen", "limits.addresses_max",
        ] {
            #expect(needing.contains(path))
        }
        for path in ["limits.per_address", "upstream.servers", "server.head_timeout", "tls.certificates"] {
            #expect(!needing.contains(path))
        }
    }
}
