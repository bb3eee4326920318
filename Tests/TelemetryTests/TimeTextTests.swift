import Bytes
import Foundation
import Testing

@testable import Telemetry

@Suite struct TimeTextTests {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z", "01/Jan/1970:00:00:00 +0000"),
        (999_999, "1970-01-01T00:00:00.000Z", "01/Jan/1970:00:00:00 +0000"),
        (1_000_000, "1970-01-01T00:00:00.001Z", "01/Jan/1970:00:00:00 +0000"),
        (-1, "1969-12-31T23:59:59.999Z", "31/Dec/1969:23:59:59 +0000"),
        (951_782_400_000_000_000, "2000-02-29T00:00:00.000Z", "29/Feb/2000:00:00:00 +0000"),
        (someTime, "2026-11-20T09:39:51.123Z", "20/Nov/2026:09:39:51 +0000"),
        (4_107_542_399_999_999_999, "2100-02-28T23:59:59.999Z", "28/Feb/2100:23:59:59 +0000"),
        (4_107_542_400_000_000_000, "2100-03-01T00:00:00.000Z", "01/Mar/2100:00:00:00 +0000"),
        (Int64.max, "2262-04-11T23:47:16.854Z", "11/Apr/2262:23:47:16 +0000"),
    ])
    func writesTimes(_ time: Int64, _ rfc3339: String, _ common: String) {
        var clock = TimeText()
        var line = ByteBuffer()
        clock.append(rfc3339: time, to: &line)
        #expect(line.span.string == rfc3339)
        line.removeAll()
        clock.append(common: time, to: &line)
        #expect(line.span.string == common)
    }

    /// The C library's calendar is the judge; the same clock is used throughout, so that what it keeps is tried too.
    @Test func agreesWithTheSystemsCalendar() {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("TimeTextTests.agreesWithTheSystemsCalendar seed \(seed)")
        var random = SeededRandom(seed: seed)
        var clock = TimeText()
        for _ in 0..<20_000 {
            var second = Int.random(in: -9_000_000_000...9_000_000_000, using: &random)
            let date = CivilTime(unixSecond: Int64(second))
            var fields = tm()
            gmtime_r(&second, &fields)
            let judged = [
                fields.tm_year + 1900, fields.tm_mon + 1, fields.tm_mday, fields.tm_hour, fields.tm_min, fields.tm_sec,
            ]
            let ours = [date.year, date.month, date.day, date.hour, date.minute, date.second]
            #expect(ours == judged.map(Int64.init), "seed \(seed) second \(second)")
            var line = ByteBuffer()
            clock.append(rfc3339: Int64(second) * 1_000_000_000 + 5_000_000, to: &line)
            let pad = { (number: Int32) in number < 10 ? "0\(number)" : "\(number)" }
            let day = judged[0..<3].map(pad).joined(separator: "-")
            let time = judged[3..<6].map(pad).joined(separator: ":")
            #expect(line.span.string == "\(day)T\(time).005Z", "seed \(seed)")
        }
    }

    @Test(arguments: [
        (0, "0.000"), (999, "0.000"), (1_000, "0.001"), (1_234_567, "1.234"), (60_000_000_000, "60000.000"),
        (-1_500_000, "-1.500"),
        (Int64.max, "9223372036854.775"), (Int64.min, "-9223372036854.775"),
    ])
    func writesMilliseconds(_ nanoseconds: Int64, _ text: String) {
        var line = ByteBuffer()
        line.append(millisecondsOf: nanoseconds)
        #expect(line.span.string == text)
    }
}
