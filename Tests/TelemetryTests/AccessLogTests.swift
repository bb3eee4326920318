import Bytes
import Foundation
import Testing

@testable import Telemetry

@Suite struct AccessLogTests {
    private static let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    private func line(_ format: LogFormat, _ change: (inout AccessEntry) -> Void = { _ in }) throws -> [String] {
        let trace = TraceContext.parse(Self.trace.utf8.span)
        return try written(format) { writer in
            let log = AccessLog(writer)
            var entry = AccessEntry(time: someTime)
            entry.client = StaticString("203.0.113.7").bytes
            entry.method = StaticString("GET").bytes
            entry.host = StaticString("tickets.example").bytes
            entry.target = StaticString("/seats?row=4").bytes
            entry.status = 200
            entry.bytesSent = 5_120
            entry.bytesReceived = 311
            entry.duration = 12_345_678
            entry.upstream = StaticString("10.0.0.1:80").bytes
            entry.upstreamDuration = 11_000_999
            entry.requestID = StaticString("abc-123").bytes
            entry.trace = trace
            entry.userAgent = StaticString("Mozilla/5.0 (X11)").bytes
            entry.referer = StaticString("https://tickets.example/").bytes
            entry.reason = StaticString("retried").bytes
            change(&entry)
            log.append(entry)
            log.flush()
        }
    }

    @Test func writesText() throws {
        #expect(
            try line(.text) == [
                #"203.0.113.7 - - [20/Nov/2026:09:39:51 +0000] "GET /seats?row=4 HTTP/1.1" 200 5120 "https://tickets.example/" "#
                    + #""Mozilla/5.0 (X11)" host="tickets.example" in=311 ms=12.345 upstream="10.0.0.1:80" upstream_ms=11.000 "#
                    + #"id="abc-123" trace=4bf92f3577b34da6a3ce929d0e0e4736 reason="retried""#
            ])
    }

    @Test func writesJSON() throws {
        let lines = try line(.json)
        let entry = try object(try #require(lines.first))
        #expect(lines.count == 1)
        let texts = [
            "time": "2026-11-20T09:39:51.123Z", "level": "info", "event": "access", "client": "203.0.113.7", "method": "GET",
            "host": "tickets.example", "target": "/seats?row=4", "protocol": "HTTP/1.1", "upstream": "10.0.0.1:80",
            "request_id": "abc-123", "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736", "user_agent": "Mozilla/5.0 (X11)",
            "referer": "https://tickets.example/", "reason": "retried",
        ]
        for (key, value) in texts { #expect(entry[key] as? String == value, "\(key)") }
        let numbers = [
            "status": 200, "bytes_sent": 5_120, "bytes_received": 311, "duration_ms": 12.345, "upstream_ms": 11.0,
        ]
        for (key, value) in numbers { #expect(entry[key] as? Double == value, "\(key)") }
        #expect(entry.count == texts.count + numbers.count)
    }

    @Test func leavesOutWhatSaysNothing() throws {
        let bare: (inout AccessEntry) -> Void = { entry in
            entry = AccessEntry(time: someTime)
            entry.minorVersion = 0
        }
        let text = try line(.text, bare)
        #expect(text == [#"- - - [20/Nov/2026:09:39:51 +0000] "  HTTP/1.0" 0 0 "-" "-" host="" in=0 ms=0.000"#])
        let keys = try object(try #require(try line(.json, bare).first)).keys.sorted()
        #expect(
            keys == [
                "bytes_received", "bytes_sent", "client", "duration_ms", "event", "host", "level", "method", "protocol",
                "status", "target", "time",
            ])
    }

    @Test func hostileBytesStayInTheirPlace() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("AccessLogTests.hostileBytesStayInTheirPlace seed \(seed)")
        var random = SeededRandom(seed: seed)
        for _ in 0..<20 {
            var hostile = (0..<300).map { _ in UInt8.random(in: 0...255, using: &random) }
            hostile += Array("\" 200 0 \"\n1.2.3.4 - - forged".utf8)
            for format in LogFormat.allCases {
                let lines = try written(format) { writer in
                    let log = AccessLog(writer)
                    var entry = AccessEntry(time: someTime)
                    entry.client = hostile.span
                    entry.method = hostile.span
                    entry.host = hostile.span
                    entry.target = hostile.span
                    entry.userAgent = hostile.span
                    entry.referer = hostile.span
                    entry.upstream = hostile.span
                    entry.requestID = hostile.span
                    entry.reason = hostile.span
                    log.append(entry)
                    log.flush()
                }
                #expect(lines.count == 1, "seed \(seed)")
                let line = try #require(lines.first)
                #expect(!line.utf8.contains { $0 < 0x20 }, "seed \(seed)")
                switch format {
                case .json: #expect(try object(line)["status"] as? Int == 0, "seed \(seed)")
                // Seven quoted values and the request line: the only quotes that no backslash stands before.
                case .text: #expect(line.replacing(/\\./, with: "").count(where: { $0 == "\"" }) == 14, "seed \(seed)")
                }
            }
        }
    }

    @Test func cutsAnEndlessTarget() throws {
        let target = [UInt8](repeating: UInt8(ascii: "a"), count: 60_000)
        let lines = try written(.text) { writer in
            let log = AccessLog(writer)
            var entry = AccessEntry(time: someTime)
            entry.target = target.span
            log.append(entry)
            log.flush()
        }
        let line = try #require(lines.first)
        #expect(line.contains(String(repeating: "a", count: LogLine.fieldBytesMax) + "... HTTP/1.1\""))
        #expect(line.utf8.count < LogLine.fieldBytesMax + 200)
    }
}
