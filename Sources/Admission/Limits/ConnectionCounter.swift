import Address
import Synchronization

/// Where a connection was counted; given back exactly once.
public struct ConnectionPlace: Equatable, Sendable {
    /// Only for passing it through interfaces that know nothing of it.
    public let slot: UInt32
    public static let untracked = ConnectionPlace(slot: .max)

    public init(slot: UInt32) { self.slot = slot }

    /// Not counted, because the table had no room for its address.
    public var isUntracked: Bool { slot == .max }
}

public enum ConnectionVerdict: Equatable, Sendable {
    case granted(ConnectionPlace)
    /// The address has as many as it may.
    case refused
}

/// How many connections each address has open, in memory that does not grow, shared by all loops without a lock.
///
/// A slot is one word: 48 bits of the keyed hash (the tag) above a count of 16 bits; eight slots are a row and a cache
/// line. A slot whose count is 0 is free for anybody; its tag only makes the same address choose it again. Hence:
///
/// 1. *A place stays its address's.* A slot is given to another tag only by an exchange that expects a count of 0, and a
///    place given out keeps it above 0. So `release` can take one off without looking whose it is.
/// 2. *An address has one slot.* Two loops might count the same newcomer in two slots at once. So whoever has counted
///    itself looks at the whole row after that; if its tag is counted in another slot as well, it takes itself back and
///    begins again. In the one order of all these steps (they are sequentially consistent), of two that stay in
///    different slots one counted itself first, and the other would have seen it: none stays. When both go
///    back, both find the first slot with their tag next time.
/// 3. *It never grows and never refuses for want of room.* With eight other addresses in a row the connection is let in
///    without being counted, and `untracked` goes up. One that is about to take itself back counts for a moment, so that at
///    the very limit another loop may refuse one too many; never the other way round.
public final class ConnectionCounter: Sendable {
    public static let limitMax = 65_535
    private static let countMask: UInt64 = 0xffff
    static let attemptsMax = 64

    private let words: AtomicWords
    private let hash: AddressHash
    private let untrackedTotal = Atomic<UInt64>(0)

    /// Memory: 8 bytes a slot, between 4 and 8 slots for each of `addressesMax`, so that rows are seldom full.
    public init(addressesMax: Int, seed: (UInt64, UInt64)) {
        words = AtomicWords(atLeast: min(max(addressesMax, 8), 1 << 28) * 4)
        hash = AddressHash(seed: seed)
    }

    /// Connections that were let in without being counted, since the start.
    public var untracked: UInt64 { untrackedTotal.load(ordering: .relaxed) }

    /// Counts one more connection of an address, IPv6 by its /64, if it has fewer than `limit`.
    public func acquire(_ address: IPAddress, limit: Int) -> ConnectionVerdict {
        let ceiling = UInt64(min(max(limit, 0), Self.limitMax))
        let key = hash(address, class: 0)
        let row = words.row(key)
        // The row takes the lowest bits of the hash, the tag the highest; never 0.
        let tag = max(1, key >> 16) << 16
        for _ in 0..<Self.attemptsMax {
            guard let slot = find(tag: tag, row: row) else { break }
            let word = words.loadOrdered(slot)
            let counted = word & ~Self.countMask == tag ? word & Self.countMask : 0
            guard counted > 0 || word & Self.countMask == 0 else { continue }
            guard counted < ceiling else { return .refused }
            guard words.exchange(slot, expected: word, desired: tag | (counted + 1)) else { continue }
            let place = ConnectionPlace(slot: slot.number)
            if isAlone(tag: tag, row: row, slot: slot) { return .granted(place) }
            release(place)
        }
        untrackedTotal.wrappingAdd(1, ordering: .relaxed)
        return .granted(.untracked)
    }

    /// The connection ended. A place given back twice is another's loss; one that was never counted is nothing.
    public func release(_ place: ConnectionPlace) {
        guard !place.isUntracked, let slot = words.slot(number: place.slot) else { return }
        while true {
            let word = words.loadOrdered(slot)
            guard word & Self.countMask > 0 else { return }
            if words.exchange(slot, expected: word, desired: word - 1) { return }
        }
    }

    /// How many an address has open now.
    public func count(of address: IPAddress) -> Int {
        let key = hash(address, class: 0)
        let row = words.row(key)
        let tag = max(1, key >> 16) << 16
        for place in 0..<AtomicWords.rowCount {
            let slot = words.slot(row, place)
            let word = words.loadOrdered(slot)
            if word & ~Self.countMask == tag, word & Self.countMask > 0 { return Int(word & Self.countMask) }
        }
        return 0
    }

    /// The slot where a tag is counted, else one that was its own, else a free one.
    private func find(tag: UInt64, row: AtomicWords.Slot) -> AtomicWords.Slot? {
        var own: AtomicWords.Slot?
        var free: AtomicWords.Slot?
        for place in 0..<AtomicWords.rowCount {
            let slot = words.slot(row, place)
            let word = words.loadOrdered(slot)
            if word & ~Self.countMask == tag {
                if word & Self.countMask > 0 { return slot }
                if own == nil { own = slot }
            } else if word & Self.countMask == 0, free == nil {
                free = slot
            }
        }
        return own ?? free
    }

    private func isAlone(tag: UInt64, row: AtomicWords.Slot, slot: AtomicWords.Slot) -> Bool {
        for place in 0..<AtomicWords.rowCount {
            let other = words.slot(row, place)
            let word = words.loadOrdered(other)
            if other != slot, word & ~Self.countMask == tag, word & Self.countMask > 0 { return false }
        }
        return true
    }
}
