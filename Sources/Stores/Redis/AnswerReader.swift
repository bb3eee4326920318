import Admission

/// Reads what a script has packed. Whatever does not fit is `Misfit`.
struct AnswerReader {
    struct Misfit: Error {}

    private let bytes: [UInt8]
    private var at = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var left: Int { bytes.count - at }

    mutating func byte() throws(Misfit) -> UInt8 {
        guard left >= 1 else { throw Misfit() }
        at += 1
        return bytes[at - 1]
    }

    mutating func bytes(_ count: Int) throws(Misfit) -> ArraySlice<UInt8> {
        guard count >= 0, left >= count else { throw Misfit() }
        at += count
        return bytes[at - count..<at]
    }

    mutating func word() throws(Misfit) -> UInt64 {
        guard left >= 8 else { throw Misfit() }
        var word: UInt64 = 0
        for offset in 0..<8 { word = word << 8 | UInt64(bytes[at + offset]) }
        at += 8
        return word
    }

    mutating func number() throws(Misfit) -> Int64 { Int64(bitPattern: try word()) }

    /// Of things; not negative.
    mutating func count() throws(Misfit) -> Int {
        guard let count = Int(exactly: try word()) else { throw Misfit() }
        return count
    }

    mutating func epoch() throws(Misfit) -> UInt64 {
        let epoch = try word()
        guard epoch <= UInt64(TimeBounds.countMax) else { throw Misfit() }
        return epoch
    }

    mutating func place() throws(Misfit) -> Place {
        guard let place = Place(rawValue: try word()) else { throw Misfit() }
        return place
    }

    mutating func id() throws(Misfit) -> TicketID { TicketID(high: try word(), low: try word()) }

    mutating func flag() throws(Misfit) -> Bool {
        switch try byte() {
        case 0: false
        case 1: true
        default: throw Misfit()
        }
    }

    /// Four bytes say how long it is.
    mutating func text() throws(Misfit) -> ArraySlice<UInt8> {
        var count = 0
        for _ in 0..<4 { count = count << 8 | Int(try byte()) }
        return try bytes(count)
    }

    mutating func string() throws(Misfit) -> String { String(decoding: try text(), as: UTF8.self) }

    mutating func strings() throws(Misfit) -> [String] {
        var count = 0
        for _ in 0..<4 { count = count << 8 | Int(try byte()) }
        // Each takes four bytes at least; no more is believed.
        guard count <= left / 4 else { throw Misfit() }
        var strings: [String] = []
        for _ in 0..<count { strings.append(try string()) }
        return strings
    }

    /// A text that is nothing but ids.
    mutating func ids() throws(Misfit) -> [TicketID] {
        let bytes = try text()
        guard bytes.count % TicketID.byteCount == 0 else { throw Misfit() }
        var reader = AnswerReader(Array(bytes))
        var ids: [TicketID] = []
        ids.reserveCapacity(bytes.count / TicketID.byteCount)
        while reader.left > 0 { ids.append(try reader.id()) }
        return ids
    }

    /// A text that is nothing but ids, each with how long it lasts.
    mutating func marks() throws(Misfit) -> [Recollection.Mark] {
        let bytes = try text()
        guard bytes.count % (TicketID.byteCount + 8) == 0 else { throw Misfit() }
        var reader = AnswerReader(Array(bytes))
        var marks: [Recollection.Mark] = []
        marks.reserveCapacity(bytes.count / (TicketID.byteCount + 8))
        while reader.left > 0 { marks.append(.init(id: try reader.id(), endsIn: try reader.number())) }
        return marks
    }

    func end() throws(Misfit) {
        guard left == 0 else { throw Misfit() }
    }
}
