import Bytes
import Foundation
import HTTP
import Testing

@Suite struct WritingTests {
    private func date(_ seconds: Int64) -> String {
        var buffer = ByteBuffer()
        HTTPDate.append(unixSeconds: seconds, to: &buffer)
        return buffer.span.string
    }

    @Test func dates() {
        #expect(date(784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(date(0) == "Thu, 01 Jan 1970 00:00:00 GMT")
        #expect(date(-1) == "Wed, 31 Dec 1969 23:59:59 GMT")
        #expect(date(951_782_400) == "Tue, 29 Feb 2000 00:00:00 GMT")
        #expect(date(4_107_542_399) == "Sun, 28 Feb 2100 23:59:59 GMT")
        #expect(date(.max) == "Fri, 31 Dec 9999 23:59:59 GMT")
        #expect(date(.min) == "Sat, 01 Jan 0000 00:00:00 GMT")
    }

    /// Every day of four centuries against the calendar of Foundation.
    @Test func datesAreThoseOfTheCalendar() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        for day in stride(from: Int64(-25_567), to: 120_530, by: 7) {
            let parts = calendar.dateComponents(
                [.year, .month, .day, .weekday], from: Date(timeIntervalSince1970: Double(day * 86_400)))
            let year = try #require(parts.year)
            let month = try #require(parts.month)
            let number = try #require(parts.day)
            let weekday = try #require(parts.weekday)
            #expect(
                date(day * 86_400)
                    == "\(days[weekday - 1]), \(number < 10 ? "0" : "")\(number) \(months[month - 1]) \(year) 00:00:00 GMT")
        }
    }

    @Test func reasons() {
        #expect(ResponseStatus.reason(200).description == "OK")
        #expect(ResponseStatus.reason(431).description == "Request Header Fields Too Large")
        #expect(ResponseStatus.reason(299).description == "Success")
        #expect(ResponseStatus.reason(0).description == "Unknown")
        for status in UInt16(100)...599 { #expect(!ResponseStatus.reason(status).description.isEmpty) }
    }

    /// What is written as chunks is read as the same bytes.
    @Test func chunks() {
        var buffer = ByteBuffer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        let pieces = ["hello", "", " ", String(repeating: "x", count: 5000)]
        for piece in pieces { ChunkWriter.append(Array(piece.utf8).span, to: &buffer) }
        ChunkWriter.appendTerminator(to: &buffer)
        let transcript = ResponseTranscript.read([buffer.span.array], method: .get)
        #expect(transcript.fault == nil && transcript.answers.first?.hasEnded == true)
        #expect(transcript.body == Array(pieces.joined().utf8))
    }

    @Test func chunkHeaders() {
        var buffer = ByteBuffer()
        ChunkWriter.appendHeader(count: 0, to: &buffer)
        let headerOfNothing = buffer.count
        #expect(headerOfNothing == 0)
        ChunkWriter.appendHeader(count: 65_535, to: &buffer)
        ChunkWriter.appendEndOfChunk(to: &buffer)
        let text = buffer.span.string
        #expect(text == "ffff\r\n\r\n")
    }
}
