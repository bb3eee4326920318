import Digest

/// The lot that orders those who were there before the opening.
///
/// Before the opening the SHA-256 of a secret seed is published, after it the seed itself. A ticket's number is the first 39
/// bits of HMAC-SHA256(seed, ticket id), so that anybody who knows ids can check that they stood where the seed put them,
/// and nobody could choose an id that is good, not knowing the seed. Of equal numbers the smaller id goes first.
public struct Draw: Hashable, Sendable {
    public static let seedBytes = 32
    public static let numberBits: UInt64 = 39

    /// Those drawn stand in this epoch, which nothing else does.
    public let epoch: UInt64
    public let seed: [UInt8]
    /// The opening has passed; the next pre-queue has a draw of its own.
    public internal(set) var isOpened = false
    /// Which opening that was, or by lot which close, as far as it was scheduled: for the same one nothing is drawn again,
    /// though a clock be set back, or another store's be behind.
    public internal(set) var openedFor: Microseconds?

    public init(epoch: UInt64, seed: [UInt8], isOpened: Bool = false, openedFor: Microseconds? = nil) {
        self.epoch = TimeBounds.epoch(epoch)
        self.seed = seed
        self.isOpened = isOpened
        self.openedFor = openedFor.map(TimeBounds.time)
    }

    /// It was drawn for this end, or a later one: what comes before it again does not draw again.
    public func isOver(for end: Microseconds?) -> Bool {
        guard isOpened, let openedFor, let end else { return false }
        return end <= openedFor
    }

    /// What is published before the opening: 64 hexadecimal digits.
    public var commitment: String { SHA256Value(of: seed).hex }

    /// Never number 0, which says that the number is still to be drawn.
    public func place(of id: TicketID) -> Place {
        let mac = MACKey(seed).authenticate(id.bytes).array
        let word = mac.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Place(epoch: epoch, number: max(1, word >> (64 - Self.numberBits)))
    }

    /// What a ticket says until the opening.
    public var ticketPlace: Place { Place(epoch: epoch, number: 0) }
}
