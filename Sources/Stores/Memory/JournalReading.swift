import Admission

/// Bytes as records. What cannot be read is stepped over, byte by byte, until a whole record is found again: damage costs the
/// records that it hit. At the end it is what a crash left of the last write.
struct JournalReading {
    static let bodyBytesMax = 1 << 20

    /// What is wrong with a file that was read nevertheless.
    enum Flaw: Hashable, Sendable {
        case tornEnd(at: Int)
        /// From the first byte that could not be read; more may have been hit behind it.
        case damage(at: Int)
    }

    private(set) var records: [JournalRecord] = []
    private(set) var flaw: Flaw?

    init(_ bytes: [UInt8]) {
        var at = 0
        var lostAt: Int?
        while at < bytes.count {
            if let (record, end) = Self.record(bytes, at) {
                if let lostAt, !isDamaged { flaw = .damage(at: lostAt) }
                lostAt = nil
                records.append(record)
                at = end
            } else {
                lostAt = lostAt ?? at
                at += 1
            }
        }
        if let lostAt, !isDamaged { flaw = .tornEnd(at: lostAt) }
    }

    private var isDamaged: Bool { if case .damage = flaw { true } else { false } }

    private static func record(_ bytes: [UInt8], _ start: Int) -> (JournalRecord, end: Int)? {
        guard bytes[start] == JournalWriting.mark, start + JournalWriting.frameBytes <= bytes.count else { return nil }
        var frame = JournalBody(bytes[(start + 1)...])
        guard let length: UInt32 = frame.number(), length <= bodyBytesMax else { return nil }
        let end = start + 6 + Int(length)
        guard end + 4 <= bytes.count else { return nil }
        var sum = JournalBody(bytes[end..<(end + 4)])
        guard let right: UInt32 = sum.number(), right == Checksum.of(bytes[(start + 5)..<end]) else { return nil }
        guard let kind = JournalRecord.Kind(rawValue: bytes[start + 5]) else { return nil }
        var body = JournalBody(bytes[(start + 6)..<end])
        guard let record = body.record(kind), body.isEmpty || kind == .opened else { return nil }
        return (record, end + 4)
    }
}

/// The body of a record; nil as soon as something is missing.
struct JournalBody {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    var isEmpty: Bool { rest.isEmpty }

    mutating func record(_ kind: JournalRecord.Kind) -> JournalRecord? {
        switch kind {
        case .opened:
            guard let format: UInt16 = number(), let room = text() else { return nil }
            return .opened(format: format, room: room)
        case .begun: return number().map { .begun(at: $0) }
        case .resumed:
            guard let at: Int64 = number(), let spentFor: Int64 = number() else { return nil }
            return .resumed(at: at, spentFor: spentFor)
        case .watermarks: return watermarks()
        case .controls: return controls().map { .controls($0) }
        case .draw:
            guard let epoch: UInt64 = number(), let isOpened: UInt8 = number(), let seed = data() else { return nil }
            // What was written before there was this has no more.
            guard let openedFor = isEmpty ? .some(nil) : optional({ $0.number() as Int64? }) else { return nil }
            return .draw(Draw(epoch: epoch, seed: seed, isOpened: isOpened != 0, openedFor: openedFor))
        case .marks:
            var marks: [JournalMark] = []
            while !isEmpty {
                guard let mark = mark() else { return nil }
                marks.append(mark)
            }
            return .marks(marks)
        }
    }

    private mutating func watermarks() -> JournalRecord? {
        guard let at: Int64 = number(), let epoch: UInt64 = number(), let lineage: UInt64 = number(), let tail = place(),
            let count: UInt16 = number()
        else { return nil }
        var marks = Watermarks(epoch: epoch, lineage: lineage, tail: tail)
        for _ in 0..<count {
            guard let name = text(), let head = place(), let floor = place() else { return nil }
            marks.lanes.append(LaneMark(name: name, head: head, floor: floor))
        }
        return .watermarks(at: at, marks)
    }

    private mutating func controls() -> RoomControls? {
        var controls = RoomControls()
        guard let version: Int64 = number(),
            let rate = optional({ body -> AdmissionRate? in
                guard let count: Int64 = body.number(), let per: Int64 = body.number() else { return nil }
                return AdmissionRate(count: count, perMicroseconds: per)
            }), let burst = optional({ $0.number() as Int64? }), let slotsMax = optional({ $0.number() as Int64? }),
            let state = optional({ $0.text().flatMap(RoomState.init(rawValue:)) }),
            let opensAt = optional({ $0.number() as Int64? }), let message = optional({ $0.text() })
        else { return nil }
        (controls.version, controls.rate, controls.burst, controls.slotsMax) = (version, rate, burst, slotsMax)
        (controls.state, controls.opensAt, controls.message) = (state, opensAt, message)
        // What was written before there was this has no more.
        guard let adapted = isEmpty ? .some(nil) : optional({ $0.adapted() }) else { return nil }
        controls.adapted = adapted
        return controls
    }

    private mutating func adapted() -> AdaptedRate? {
        guard let version: Int64 = number(), let count: Int64 = number(), let per: Int64 = number(),
            let since: Int64 = number(), let reason = number().flatMap(AdaptedRate.Reason.init(rawValue:))
        else { return nil }
        return AdaptedRate(
            version: version, rate: AdmissionRate(count: count, perMicroseconds: per), since: since, reason: reason)
    }

    private mutating func mark() -> JournalMark? {
        guard let kind = number().flatMap(JournalMark.Kind.init(rawValue:)), let id = TicketID(bytes: take(16)) else {
            return nil
        }
        switch kind {
        case .session:
            guard let start: Int64 = number(), let end: Int64 = number() else { return nil }
            return .session(id, TicketTrace.Session(startedAt: start, endsAt: end))
        case .ended: return .ended(id)
        case .spent: return number().map { .spent(id, until: $0) }
        case .revoked: return number().map { .revoked(id, until: $0) }
        }
    }

    // MARK: Parts

    private mutating func take(_ count: Int) -> ArraySlice<UInt8> {
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    mutating func number<Value: FixedWidthInteger>() -> Value? {
        let count = Value.bitWidth / 8
        guard rest.count >= count else { return nil }
        return take(count).reversed().reduce(Value(0)) {
            Value(truncatingIfNeeded: UInt64(truncatingIfNeeded: $0) << 8 | UInt64($1))
        }
    }

    private mutating func place() -> Place? { number().flatMap { Place(rawValue: $0) } }

    private mutating func data() -> [UInt8]? {
        guard let count: UInt32 = number(), rest.count >= Int(count) else { return nil }
        return Array(take(Int(count)))
    }

    private mutating func text() -> String? { data().flatMap { String(validating: $0, as: UTF8.self) } }

    /// Nil when it cannot be read; nil within when it was not there.
    private mutating func optional<Value>(_ read: (inout JournalBody) -> Value?) -> Value?? {
        guard let isThere: UInt8 = number() else { return nil }
        if isThere == 0 { return .some(nil) }
        return read(&self).map { .some($0) }
    }
}
