/// What a node remembers of a waiting ticket, in 16 bytes.
struct RememberedTicket: Sendable {
    /// The lane above the place's 53 bits.
    private var laneAndPlace: UInt64
    /// Seconds of the node's clock.
    private var beatSeconds: UInt32
    /// The best position that it was ever shown; a place never goes back.
    var shown: UInt32

    init(lane: Int, place: Place, beatAt: Microseconds) {
        laneAndPlace = UInt64(lane) << 53 | place.rawValue
        beatSeconds = UInt32(truncatingIfNeeded: beatAt / 1_000_000)
        shown = .max
    }

    var lane: Int { Int(laneAndPlace >> 53) }
    var place: Place { Place(rawValue: laneAndPlace & (1 << 53 - 1)) ?? .none }

    /// When a store was last told that it is there.
    var beatAt: Microseconds {
        get { Microseconds(beatSeconds) * 1_000_000 }
        set { beatSeconds = UInt32(truncatingIfNeeded: newValue / 1_000_000) }
    }
}

struct RememberedSession: Sendable {
    /// The store's clock.
    var startedAt: Microseconds
    /// The node's clock.
    var endsAt: Microseconds
}
