import Bytes
import Foundation
import Testing

@testable import Telemetry

@Suite struct LogWriterTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func line(_ text: String) -> [UInt8] { Array((text + "\n").utf8) }

    /// A FIFO and its reading end, which is not read from until somebody does.
    private func fifo(_ name: String) throws -> Int32 {
        try #require(mkfifo(folder.file(name), 0o600) == 0)
        let reader = open(folder.file(name), O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        try #require(reader >= 0)
        return reader
    }

    private func readAll(_ descriptor: Int32) -> [UInt8] {
        var all: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(descriptor, &piece, piece.count)
            guard count > 0 else { return all }
            all += piece[0..<count]
        }
    }

    private func droppedAccordingTo(_ lines: [String]) -> Int {
        lines.filter { $0.contains(" warning log.dropped lines=") }
            .compactMap { $0.split(separator: "=").last.flatMap { Int($0) } }.reduce(0, +)
    }

    /// Every accepted line once and in its producer's order; the rest counted; with room for everything and with little.
    @Test(arguments: [LogWriter.bytesMaxDefault, 1_024]) func keepsEveryProducersOrder(_ bytesMax: Int) throws {
        let writer = try LogWriter(to: .file(folder.file("log")), bytesMax: bytesMax)
        let producers = 4
        let turns = 5_000
        let accepted = (0..<producers).map { _ in Recorder() }
        let group = DispatchGroup()
        for producer in 0..<producers {
            let recorder = accepted[producer]
            Thread.run(in: group) {
                for turn in 0..<turns where writer.submit(Array("\(producer) \(turn)\n\(producer) \(turn)b\n".utf8)) {
                    recorder.add(["\(turn)", "\(turn)b"])
                }
            }
        }
        group.wait()
        #expect(writer.close(millisecondsMax: patienceMilliseconds))
        let lines = try folder.lines("log")
        for producer in 0..<producers {
            let seen = lines.filter { $0.hasPrefix("\(producer) ") }.map { String($0.dropFirst(2)) }
            #expect(seen == accepted[producer].all)
        }
        let counts = writer.counts
        #expect(counts.submitted == producers * turns * 2)
        #expect(counts.submitted == counts.written + counts.dropped)
        #expect(counts.written == accepted.map(\.all.count).reduce(0, +))
        #expect(droppedAccordingTo(lines) == counts.dropped)
        if bytesMax == LogWriter.bytesMaxDefault { #expect(counts.dropped == 0) }
    }

    /// Nobody asks for a flush: a line is written whether it finds the thread lingering or idle.
    @Test func aSingleLineComesByItself() throws {
        let reader = try fifo("pipe")
        defer { close(reader) }
        let writer = try LogWriter(to: .file(folder.file("pipe")))
        for turn in 0..<6 {
            while turn % 2 == 0, !writer.isIdle { sched_yield() }
            #expect(writer.submit(line("\(turn)")))
            var watched = pollfd(fd: reader, events: Int16(POLLIN), revents: 0)
            let ready = poll(&watched, 1, Int32(patienceMilliseconds))
            #expect(ready == 1)
            #expect(readAll(reader) == line("\(turn)"))
        }
        #expect(writer.close(millisecondsMax: patienceMilliseconds))
    }

    @Test func aReaderThatStandsStillBlocksNobody() throws {
        let reader = try fifo("pipe")
        defer { close(reader) }
        let bytesMax = 200_000
        let writer = try LogWriter(to: .file(folder.file("pipe")), bytesMax: bytesMax)
        let chunk = line(String(repeating: "x", count: 99))
        // More than the pipe, the batch being written and the queue can hold together: without a ceiling this fills
        // memory, and with a submit that blocks it does not end.
        var accepted = 0
        for _ in 0..<20_000 where writer.submit(chunk) { accepted += 1 }
        #expect(accepted >= bytesMax / chunk.count)
        #expect(accepted * chunk.count <= 2 * bytesMax + 1 << 20)
        #expect(writer.counts.dropped == 20_000 - accepted)
        // Once somebody reads, everything that was accepted comes, and the count of the rest.
        let group = DispatchGroup()
        let closed = Recorder()
        Thread.run(in: group) { closed.add(["\(writer.close(millisecondsMax: patienceMilliseconds))"]) }
        var bytes: [UInt8] = []
        while group.wait(timeout: .now()) == .timedOut { bytes += readAll(reader) }
        bytes += readAll(reader)
        #expect(closed.all == ["true"])
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
        #expect(lines.count(where: { $0.hasPrefix("xxx") && $0.utf8.count == 99 }) == accepted)
        #expect(droppedAccordingTo(lines) == 20_000 - accepted)
        #expect(writer.counts.written == accepted)
    }

    @Test func closingGivesUpOnAReaderThatNeverReads() throws {
        let reader = try fifo("pipe")
        defer { close(reader) }
        let writer = try LogWriter(to: .file(folder.file("pipe")))
        let chunk = line(String(repeating: "x", count: 999))
        for _ in 0..<1_000 { #expect(writer.submit(chunk)) }
        // The first deadline holds for the thread however long one waits afterwards.
        _ = writer.close(millisecondsMax: 1)
        #expect(writer.close(millisecondsMax: patienceMilliseconds))
        let counts = writer.counts
        #expect(counts.submitted == 1_000)
        #expect(counts.dropped > 0)
        #expect(counts.written + counts.dropped == 1_000)
        #expect(!writer.submit(chunk))
        #expect(writer.counts.dropped == counts.dropped + 1)
        #expect(writer.flush(millisecondsMax: 1))
        #expect(readAll(reader).span.newlines == counts.written)
    }

    @Test func aFullDiskIsCountedAndSaidOnce() throws {
        var complaints: [Int32] = [0, 0]
        try #require(pipe(&complaints) == 0)
        defer { close(complaints[0]) }
        let writer = try LogWriter(
            to: .file("/dev/full"), format: .text, bytesMax: LogWriter.bytesMaxDefault, complaintsTo: complaints[1])
        for turn in 0..<5 {
            #expect(writer.submit(line("one") + line("two")))
            #expect(writer.flush(millisecondsMax: patienceMilliseconds))
            #expect(writer.counts.failedWrites >= turn + 1)
        }
        #expect(writer.close(millisecondsMax: patienceMilliseconds))
        let counts = writer.counts
        #expect(counts.submitted == 10)
        #expect(counts.written == 0)
        #expect(counts.dropped == 10)
        let metrics = Metrics()
        writer.register(in: metrics, as: "access")
        var page = ByteBuffer()
        metrics.render(into: &page)
        #expect(page.span.string.contains("\nwaitingroom_log_lines_total{log=\"access\",outcome=\"dropped\"} 10\n"))
        close(complaints[1])
        let said = String(decoding: readAll(complaints[0]), as: UTF8.self)
        #expect(said == "log: cannot write to /dev/full: No space left on device; lines lost: 2\n")
    }

    @Test func goesOnWhenTheReaderComesBack() throws {
        let first = try fifo("pipe")
        let writer = try LogWriter(to: .file(folder.file("pipe")))
        #expect(writer.submit(line("one")))
        #expect(writer.flush(millisecondsMax: patienceMilliseconds))
        #expect(readAll(first) == line("one"))
        close(first)
        #expect(writer.submit(line("lost") + line("lost too")))
        #expect(writer.flush(millisecondsMax: patienceMilliseconds))
        let second = open(folder.file("pipe"), O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        defer { close(second) }
        #expect(writer.submit(line("three")))
        #expect(writer.close(millisecondsMax: patienceMilliseconds))
        let lines = String(decoding: readAll(second), as: UTF8.self).split(separator: "\n")
        #expect(lines.first == "three")
        #expect(lines.count == 2)
        #expect(lines.last?.hasSuffix(" warning log.dropped lines=2") == true)
        let counts = writer.counts
        #expect((counts.submitted, counts.written, counts.dropped) == (4, 2, 2))
        // The lines, and perhaps the attempt to tell of them.
        #expect((1...2).contains(counts.failedWrites))
    }

    @Test func aTornLineIsNotGluedToTheNext() throws {
        let reader = try fifo("pipe")
        defer { close(reader) }
        var file = try LogFile(.file(folder.file("pipe")), format: .text, complaintsTo: -1)
        let chunk = (0..<200).flatMap { _ in line(String(repeating: "x", count: 999)) }
        let first = file.write(chunk.span, lines: 200, droppedBefore: 0) { MonotonicTime.now() }
        #expect(first.failures == 1)
        let before = readAll(reader)
        #expect(before.count < chunk.count)
        #expect(before.span.newlines == 200 - first.linesLost)
        let isTorn = before.last != UInt8(ascii: "\n")
        let second = file.write(line("whole").span, lines: 1, droppedBefore: 0) { nil }
        #expect(second.failures == 0)
        #expect(readAll(reader) == (isTorn ? line("") : []) + line("whole"))
        file.close()
    }

    @Test func writesToTheNewFileAfterRotation() throws {
        let writer = try LogWriter(to: .file(folder.file("log")))
        #expect(writer.submit(line("old")))
        #expect(writer.flush(millisecondsMax: patienceMilliseconds))
        try FileManager.default.moveItem(atPath: folder.file("log"), toPath: folder.file("log.1"))
        #expect(writer.submit(line("still old")))
        #expect(writer.flush(millisecondsMax: patienceMilliseconds))
        writer.reopen()
        #expect(writer.submit(line("new")))
        #expect(writer.close(millisecondsMax: patienceMilliseconds))
        #expect(try folder.lines("log.1") == ["old", "still old"])
        #expect(try folder.lines("log") == ["new"])
    }

    @Test func keepsTheOldFileWhenTheNewOneCannotBeOpened() throws {
        let inner = folder.file("inner")
        try FileManager.default.createDirectory(atPath: inner, withIntermediateDirectories: false)
        let writer = try LogWriter(
            to: .file(inner + "/log"), format: .text, bytesMax: LogWriter.bytesMaxDefault, complaintsTo: -1)
        #expect(writer.submit(line("one")))
        #expect(writer.flush(millisecondsMax: patienceMilliseconds))
        try FileManager.default.moveItem(atPath: inner, toPath: folder.file("elsewhere"))
        writer.reopen()
        #expect(writer.submit(line("two")))
        #expect(writer.close(millisecondsMax: patienceMilliseconds))
        #expect(try folder.lines("elsewhere/log") == ["one", "two"])
    }

    @Test func appendsToWhatIsThere() throws {
        for text in ["one", "two"] {
            let writer = try LogWriter(to: .file(folder.file("log")))
            #expect(writer.submit(line(text)))
            #expect(writer.close(millisecondsMax: patienceMilliseconds))
        }
        #expect(try folder.lines("log") == ["one", "two"])
    }

    @Test func saysWhatIsWrongWithThePath() throws {
        let path = folder.file("missing/log")
        let error = #expect(throws: LogWriterError.self) { try LogWriter(to: .file(path)) }
        #expect(
            error?.description
                == "cannot open the log file \(path): No such file or directory; its folder must exist and be writable")
    }
}

/// What a thread did, to be read when it has ended.
private final class Recorder: @unchecked Sendable {
    private let lock = NSLock()
    private var items: [String] = []

    func add(_ more: [String]) { lock.withLock { items += more } }

    var all: [String] { lock.withLock { items } }
}
