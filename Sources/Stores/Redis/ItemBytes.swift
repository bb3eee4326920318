import Admission

/// Items of a call, packed: numbers are big-endian, as `struct.unpack('>…')` reads them.
struct ItemBytes {
    private(set) var bytes: [UInt8] = []

    init(reserving count: Int) { bytes.reserveCapacity(count) }

    init(_ ids: some Collection<TicketID>) {
        self.init(reserving: ids.count * TicketID.byteCount)
        for id in ids { add(id) }
    }

    mutating func add(_ byte: UInt8) { bytes.append(byte) }

    mutating func add(_ id: TicketID) {
        add(id.high)
        add(id.low)
    }

    mutating func add(_ place: Place) { add(place.rawValue) }

    /// Stays within what a script knows exactly.
    mutating func add(_ time: Microseconds) {
        add(UInt64(bitPattern: min(max(time, -RoomHeader.exactMax), RoomHeader.exactMax)))
    }

    private mutating func add(_ word: UInt64) {
        for shift in stride(from: UInt64(56), through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: word >> shift)) }
    }
}
