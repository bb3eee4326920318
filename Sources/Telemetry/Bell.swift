import Glibc

/// Wakes a thread that waits: a pipe, so that the wait can have an end. Ringing twice before anybody looks is one ring.
final class Bell: Sendable {
    private let heard: Int32
    private let rung: Int32

    init() throws(LogWriterError) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw .noWakeup(errno: errno) }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        heard = ends[0]
        rung = ends[1]
    }

    deinit {
        close(heard)
        close(rung)
    }

    /// Never blocks: a full pipe means that it is ringing already.
    func ring() {
        var byte: UInt8 = 1
        _ = write(rung, &byte, 1)
    }

    /// Waits for a ring at most so long (negative: without an end); whether there was one.
    func wait(millisecondsMax: Int) -> Bool {
        let deadline = MonotonicTime.now().advanced(milliseconds: millisecondsMax)
        while true {
            let left = millisecondsMax < 0 ? -1 : deadline.millisecondsLeft()
            var watched = pollfd(fd: heard, events: Int16(POLLIN), revents: 0)
            let ready = poll(&watched, 1, Int32(clamping: left))
            if ready > 0 { break }
            if ready < 0 && errno == EINTR { continue }
            return false
        }
        var bytes: [UInt8] = Array(repeating: 0, count: 64)
        while read(heard, &bytes, bytes.count) == bytes.count {}
        return true
    }
}

/// A time of the clock that is never set.
struct MonotonicTime: Sendable {
    private var nanoseconds: Int64

    static func now() -> MonotonicTime { MonotonicTime(nanoseconds: read(CLOCK_MONOTONIC)) }

    /// Unix time in nanoseconds, for lines that the writer makes itself.
    static func unixNanoseconds() -> Int64 { read(CLOCK_REALTIME) }

    func advanced(milliseconds: Int) -> MonotonicTime {
        MonotonicTime(nanoseconds: nanoseconds + Int64(milliseconds) * 1_000_000)
    }

    func millisecondsLeft() -> Int {
        Int(max(0, (nanoseconds - Self.now().nanoseconds + 999_999) / 1_000_000))
    }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
