import Address
import Admission
import Relay

/// What the edge wants to know of a forwarded request when its answer comes: who it is for, and what the answer has to bring.
struct EdgeMark {
    var id: TicketID
    /// Seconds since 1970.
    var sessionStart: UInt64
    var room: Int
    var generation: UInt8
    /// The answer brings a new pass.
    var bringsPass: Bool
    /// The session has just begun, and is known to the store. If the answer brings no pass, it ends with it.
    var isNew: Bool
    /// The way to the visitor is TLS.
    var isSecure: Bool
    var client: IPAddress

    /// The holder is inside for what it asked for and nothing else: see `EdgeHandler.placePart`.
    var isForOneAnswer: Bool { isNew && !bringsPass }

    /// Rooms have numbers below this.
    static let roomsMax = 1 << 13

    var mark: ForwardMark {
        let flags: UInt64 = (bringsPass ? 1 : 0) | (isNew ? 2 : 0) | (isSecure ? 4 : 0)
        let word = sessionStart << 24 | UInt64(generation) << 16 | UInt64(room & (Self.roomsMax - 1)) << 3 | flags
        return ForwardMark(high: id.high, low: id.low, word: word, client: client, group: room)
    }

    init(id: TicketID, sessionStart: UInt64, room: Int, generation: UInt8, bringsPass: Bool, isNew: Bool, _ guest: Guest) {
        self.id = id
        self.sessionStart = sessionStart
        self.room = room
        self.generation = generation
        self.bringsPass = bringsPass
        self.isNew = isNew
        isSecure = guest.isSecure
        client = guest.client
    }

    init(_ mark: ForwardMark) {
        id = TicketID(high: mark.high, low: mark.low)
        sessionStart = mark.word >> 24
        generation = UInt8(truncatingIfNeeded: mark.word >> 16)
        room = Int(mark.word >> 3) & (Self.roomsMax - 1)
        bringsPass = mark.word & 1 != 0
        isNew = mark.word & 2 != 0
        isSecure = mark.word & 4 != 0
        client = mark.client
    }
}
