import Admission

/// Records as bytes. Each is framed as
///
///     0xA9  length of the body (4)  kind (1)  body  CRC-32C of kind and body (4)
///
/// All numbers have their lowest byte first; ids are bytes.
struct JournalWriting {
    static let mark: UInt8 = 0xa9
    static let frameBytes = 10

    private(set) var bytes: [UInt8] = []

    mutating func append(_ record: JournalRecord) {
        let start = bytes.count
        bytes += [Self.mark, 0, 0, 0, 0, record.kind.rawValue]
        body(of: record)
        let length = UInt32(bytes.count - start - Self.frameBytes + 4)
        for at in 0..<4 { bytes[start + 1 + at] = UInt8(truncatingIfNeeded: length >> UInt32(at * 8)) }
        number(Checksum.of(bytes[(start + 5)...]))
    }

    private mutating func body(of record: JournalRecord) {
        switch record {
        case .opened(let format, let room):
            number(format)
            text(room)
        case .begun(let at): number(at)
        case .resumed(let at, let spentFor):
            number(at)
            number(spentFor)
        case .watermarks(let at, let marks): watermarks(at, marks)
        case .controls(let controls): self.controls(controls)
        case .draw(let draw):
            number(draw.epoch)
            bytes.append(draw.isOpened ? 1 : 0)
            data(draw.seed)
            optional(draw.openedFor) { $0.number($1) }
        case .marks(let marks):
            for mark in marks { append(mark) }
        }
    }

    private mutating func watermarks(_ at: Microseconds, _ marks: Watermarks) {
        number(at)
        number(marks.epoch)
        number(marks.lineage)
        number(marks.tail.rawValue)
        number(UInt16(truncatingIfNeeded: marks.lanes.count))
        for lane in marks.lanes {
            text(lane.name)
            number(lane.head.rawValue)
            number(lane.floor.rawValue)
        }
    }

    private mutating func controls(_ controls: RoomControls) {
        number(controls.version)
        optional(controls.rate) {
            $0.number($1.count)
            $0.number($1.perMicroseconds)
        }
        optional(controls.burst) { $0.number($1) }
        optional(controls.slotsMax) { $0.number($1) }
        optional(controls.state) { $0.text($1.rawValue) }
        optional(controls.opensAt) { $0.number($1) }
        optional(controls.message) { $0.text($1) }
        optional(controls.adapted) {
            $0.number($1.version)
            $0.number($1.rate.count)
            $0.number($1.rate.perMicroseconds)
            $0.number($1.since)
            $0.number($1.reason.rawValue)
        }
    }

    private mutating func append(_ mark: JournalMark) {
        switch mark {
        case .session(let id, let session):
            bytes.append(JournalMark.Kind.session.rawValue)
            bytes += id.bytes
            number(session.startedAt)
            number(session.endsAt)
        case .ended(let id):
            bytes.append(JournalMark.Kind.ended.rawValue)
            bytes += id.bytes
        case .spent(let id, let end):
            bytes.append(JournalMark.Kind.spent.rawValue)
            bytes += id.bytes
            number(end)
        case .revoked(let id, let end):
            bytes.append(JournalMark.Kind.revoked.rawValue)
            bytes += id.bytes
            number(end)
        }
    }

    // MARK: Parts

    private mutating func number(_ value: some FixedWidthInteger) {
        for at in 0..<(value.bitWidth / 8) { bytes.append(UInt8(truncatingIfNeeded: value >> (at * 8))) }
    }

    private mutating func data(_ value: [UInt8]) {
        number(UInt32(truncatingIfNeeded: value.count))
        bytes += value
    }

    private mutating func text(_ value: String) { data(Array(value.utf8)) }

    private mutating func optional<Value>(_ value: Value?, _ write: (inout JournalWriting, Value) -> Void) {
        bytes.append(value == nil ? 0 : 1)
        if let value { write(&self, value) }
    }
}

extension JournalRecord {
    enum Kind: UInt8 { case opened = 1, begun, resumed, watermarks, controls, draw, marks }

    var kind: Kind {
        switch self {
        case .opened: .opened
        case .begun: .begun
        case .resumed: .resumed
        case .watermarks: .watermarks
        case .controls: .controls
        case .draw: .draw
        case .marks: .marks
        }
    }

    var bytes: [UInt8] {
        var writing = JournalWriting()
        writing.append(self)
        return writing.bytes
    }
}

extension JournalMark {
    enum Kind: UInt8 { case session = 1, ended, spent, revoked }
}
