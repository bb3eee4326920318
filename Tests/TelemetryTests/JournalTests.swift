import Bytes
import Foundation
import Testing

@testable import Telemetry

@Suite struct JournalTests {
    @Test func writesText() throws {
        let name = "10.0.0.1:80"
        let lines = try written(.text) { writer in
            let journal = Journal(writer)
            journal.log(.warning, "upstream.ejected", at: someTime) {
                $0.field("upstream", name)
                $0.field("failures", 5)
                $0.field("backoff_ms", milliseconds: 1_500_000_000)
                $0.field("again", true)
                $0.field("offset", Int8(-3))
                $0.field("most", UInt64.max)
                $0.field("why", "connection refused")
                $0.field("empty", "")
                $0.field("pair", "a=b")
            }
            journal.log(.info, "plain", at: someTime)
            journal.flush(at: someTime)
        }
        #expect(
            lines == [
                "2026-11-20T09:39:51.123Z warning upstream.ejected upstream=10.0.0.1:80 failures=5 backoff_ms=1500.000 again=true "
                    + "offset=-3 most=18446744073709551615 why=\"connection refused\" empty=\"\" pair=\"a=b\"",
                "2026-11-20T09:39:51.123Z info plain",
            ])
    }

    @Test func writesJSON() throws {
        let lines = try written(.json) { writer in
            let journal = Journal(writer)
            let bytes: [UInt8] = [0x61, 0x22, 0xff, 0x0a]
            journal.log(.error, "tls.failed", at: someTime) {
                $0.field("peer", bytes.span)
                $0.field("code", -1)
                $0.field("wait_ms", milliseconds: 2_500_000)
                $0.field("fatal", false)
            }
            journal.flush(at: someTime)
        }
        let line = try object(try #require(lines.first))
        #expect(lines.count == 1)
        #expect(line["time"] as? String == "2026-11-20T09:39:51.123Z")
        #expect(line["level"] as? String == "error")
        #expect(line["event"] as? String == "tls.failed")
        #expect(line["peer"] as? String == "a\"\u{fffd}\n")
        #expect(line["code"] as? Int == -1)
        #expect(line["wait_ms"] as? Double == 2.5)
        #expect(line["fatal"] as? Bool == false)
    }

    /// Whatever a peer sends, a line stays one line and its fields stay theirs.
    @Test(arguments: LogFormat.allCases) func cannotBeForged(_ format: LogFormat) throws {
        let forged = "x\n2026-11-20T00:00:00.000Z error forged\r\n{\"event\":\"forged\"}\" level=error \u{85}\u{2028}y"
        let lines = try written(format) { writer in
            let journal = Journal(writer)
            journal.log(.info, "seen", at: someTime) { $0.field("agent", forged) }
            journal.flush(at: someTime)
        }
        #expect(lines.count == 1)
        let line = try #require(lines.first)
        #expect(!line.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x85 || $0.value == 0x2028 })
        if format == .json { #expect(try object(line)["agent"] as? String == forged) }
    }

    @Test(arguments: LogLevel.allCases) func writesUpToItsLevel(_ level: LogLevel) throws {
        let lines = try written(.text) { writer in
            let journal = Journal(writer, level: level)
            for each in LogLevel.allCases {
                journal.log(each, "event", at: someTime) { $0.field("evaluated", each.rawValue) }
            }
            journal.flush(at: someTime)
        }
        #expect(lines.count == Int(level.rawValue) + 1)
        #expect(LogLevel("\(level.name)") == level)
        #expect(LogLevel("loud") == nil)
    }

    @Test func aFloodOfOneEventIsCutShortAndAccountedFor() throws {
        let lines = try written(.text) { writer in
            let journal = Journal(writer)
            for turn in 0..<1_000 {
                journal.log(.warning, "flood", at: someTime + Int64(turn)) { $0.field("turn", turn) }
            }
            journal.log(.warning, "other", at: someTime)
            journal.flush(at: someTime + 999_999_999)
            journal.flush(at: someTime + 1_000_000_000)
            journal.log(.warning, "flood", at: someTime + 1_000_000_001)
            journal.flush(at: someTime + 3_000_000_000)
        }
        #expect(lines.count(where: { $0.contains(" flood") }) == EventCeiling.linesPerSecondMax + 1)
        #expect(lines.count(where: { $0.contains(" other") }) == 1)
        let suppressed = lines.filter { $0.contains(" log.suppressed ") }
        #expect(suppressed == ["2026-11-20T09:39:52.123Z warning log.suppressed suppressed=flood lines=990"])
    }

    @Test func debugLinesHaveNoCeiling() throws {
        let lines = try written(.text) { writer in
            let journal = Journal(writer, level: .debug)
            for _ in 0..<100 { journal.log(.debug, "step", at: someTime) }
            journal.flush(at: someTime)
        }
        #expect(lines.count == 100)
    }

    @Test func handsOverLargeChunksBeforeTheTurnEnds() throws {
        let folder = try TemporaryFolder()
        let writer = try LogWriter(to: .file(folder.file("log")))
        let journal = Journal(writer, level: .debug)
        let value = String(repeating: "v", count: 200)
        while writer.counts.submitted == 0 {
            journal.log(.debug, "large", at: someTime) { $0.field("value", value) }
            #expect(journal.line.bytes.count <= Journal.chunkBytesMax)
        }
        #expect(writer.counts.submitted > 100)
        #expect(journal.line.bytes.isEmpty == true)
        #expect(writer.close(millisecondsMax: patienceMilliseconds))
        #expect(try folder.lines("log").count == writer.counts.submitted)
    }

    @Test(arguments: LogFormat.allCases) func cutsLongValues(_ format: LogFormat) throws {
        let lines = try written(format) { writer in
            let journal = Journal(writer)
            // The ceiling falls into the middle of a character.
            journal.log(.info, "long", at: someTime) { $0.field("value", "x" + String(repeating: "é", count: 5_000)) }
            journal.flush(at: someTime)
        }
        let line = try #require(lines.first)
        if format == .json {
            #expect(try object(line)["value"] as? String == "x" + String(repeating: "é", count: 1_023) + "...")
        }
        #expect(line.utf8.count < 4 * LogLine.fieldBytesMax + 200)
        #expect(line.contains("..."))
    }
}
