import Bytes

/// What the site itself counted: a line for each request, `TIME ID`, where TIME is seconds since 1970 with a fraction and ID is what
/// came in `Waiting-Room-Id`, or `-` where nothing did. What else is in a line is not read.
public struct OriginLog: Sendable {
    public struct Session: Equatable, Sendable {
        public var first: UInt64
        public var last: UInt64
    }

    public private(set) var requests = 0
    /// Nobody had let them in.
    public private(set) var requestsWithoutID = 0
    public private(set) var linesUnread = 0
    /// By the name of the ticket; times as the run has them.
    public private(set) var sessions: [UInt64: Session] = [:]

    /// `openedAt`: nanoseconds since 1970 at the opening. What came before it is not of this run.
    public init(_ bytes: Span<UInt8>, openedAt: UInt64) {
        var start = 0
        while start < bytes.count {
            var end = start
            while end < bytes.count, bytes[end] != UInt8(ascii: "\n") { end += 1 }
            if end > start { take(bytes.extracting(start..<end), openedAt) }
            start = end + 1
        }
    }

    private mutating func take(_ line: Span<UInt8>, _ openedAt: UInt64) {
        var at = 0
        guard let time = Self.time(line, &at), at < line.count, line[at] == 32 else {
            linesUnread += 1
            return
        }
        if time < openedAt { return }
        let start = at + 1
        at = start
        while at < line.count, line[at] > 32 { at += 1 }
        let id = line.extracting(start..<at)
        requests += 1
        if id.isEmpty || id.equals("-") {
            requestsWithoutID += 1
            return
        }
        let elapsed = time - openedAt
        var session = sessions[TicketName.of(id: id)] ?? Session(first: elapsed, last: elapsed)
        session.first = min(session.first, elapsed)
        session.last = max(session.last, elapsed)
        sessions[TicketName.of(id: id)] = session
    }

    private static func time(_ line: Span<UInt8>, _ at: inout Int) -> UInt64? {
        var nanoseconds: UInt64 = 0
        var fraction = -1
        while at < line.count, line[at] != 32 {
            let byte = line[at]
            if byte == UInt8(ascii: "."), fraction < 0 {
                fraction = 0
            } else if (48...57).contains(byte) {
                if fraction < 9 {
                    let (more, isTooMuch) = nanoseconds.multipliedReportingOverflow(by: 10)
                    if isTooMuch { return nil }
                    nanoseconds = more &+ UInt64(byte - 48)
                    if fraction >= 0 { fraction += 1 }
                }
            } else {
                return nil
            }
            at += 1
        }
        guard at > 0 else { return nil }
        for _ in max(0, fraction)..<9 {
            let (more, isTooMuch) = nanoseconds.multipliedReportingOverflow(by: 10)
            if isTooMuch { return nil }
            nanoseconds = more
        }
        return nanoseconds
    }

    /// The visits with the times that the site has seen them; of whom it has not seen nothing is said.
    public func witnessed(_ visits: [Visit]) -> [Visit] {
        visits.map { visit in
            guard visit.isAdmitted else { return visit }
            var visit = visit
            guard let session = sessions[visit.ticket] else {
                visit.isFree = true
                return visit
            }
            visit.admittedAt = session.first
            visit.insideUntil = session.last
            return visit
        }
    }

    /// How many have been served the site, as they say, and never got there.
    public func missing(_ visits: [Visit]) -> Int {
        visits.count { $0.isAdmitted && $0.hasSeenSite && sessions[$0.ticket] == nil }
    }
}
