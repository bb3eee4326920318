import Address

/// A rate limit per address and class of request, in memory that does not grow, shared by all loops without a lock.
///
/// GCRA: what is kept of an address is one time, at which all that it has had would be paid off at its rate. The next
/// request moves it on by one interval and is refused if it would lie further than `tolerance` ahead of now. So in any
/// window w at most burst + w / interval are allowed. An address whose time has passed is the same as one never seen.
///
/// A slot is one word: 22 bits of the keyed hash (the tag) above 42 bits of time in ticks of 256 ns. Eight slots are a row
/// and a cache line; a hash has one row. Tag and time change together, by one compare-and-exchange, hence:
///
/// 1. *No charge is lost.* A slot that somebody else charged, or gave to another address, is not the word expected any
///    more; the loser looks again. Its loss is another's gain, so the loops as a whole always go on.
/// 2. *An address has one slot.* A newcomer takes the slot with the earliest time of its row (the first of equals; empty is
///    earliest of all). Say loop A put it into slot p and loop B into slot q. A had read q before B took it, else it had
///    found the newcomer there; so, as long as no slot's time goes back, q's time when taken was not before what A had
///    read, and that was later than p's when taken, else A had chosen q. The same holds with A and B, p and q exchanged: p's
///    was later than q's. Both cannot be. A time goes back only when a newcomer replaces a time ahead of its own, that is,
///    when all eight slots hold live debts: the next rule. All this needs only that each word has one history, whatever
///    the order in which changes of different words are seen; so loads are relaxed.
/// 3. *The oldest gives way.* In a row of eight live debts a newcomer takes the earliest. Whom it belonged to may begin a
///    burst again, and two loops that meet there may let one more through. That is all that a flood of addresses can do:
///    it needs more addresses in debt at the same time than the table has slots, and it never refuses
///    anybody for what another did. (Two addresses with the same tag in the same row do share a debt: one in 500,000 of a
///    full table, chosen by the seed and not by them.)
/// 4. *The clock may be wrong.* A time further ahead than any debt can be is taken as the greatest debt: whoever meets a
///    clock that went back waits for one interval, and gets no burst for it. Times go round after 13 days: `refresh`, called
///    at least once a week, moves those long past up to now, so that none comes round to look like a debt.
public final class AddressLimiter: Sendable {
    private static let timeBits: UInt64 = 42
    private static let timeMask: UInt64 = 1 << timeBits - 1
    /// Greater differences are of times past.
    private static let aheadMax: UInt64 = 1 << 40
    /// Lost races for one slot before the request is refused; each means that another request of this row got through.
    static let attemptsMax = 64

    private let words: AtomicWords
    private let hash: AddressHash

    /// Memory: 8 bytes a slot, between 1.5 and 3 slots for each of `addressesMax`.
    public init(addressesMax: Int, seed: (UInt64, UInt64)) {
        words = AtomicWords(atLeast: min(max(addressesMax, 8), 1 << 29) / 2 * 3)
        hash = AddressHash(seed: seed)
    }

    /// Bytes of the whole table.
    public var footprint: Int { words.count * 8 }

    /// One request of a class at a time in nanoseconds since the process began.
    public func take(_ address: IPAddress, class kind: UInt8, limit: RateLimit, now: UInt64) -> Verdict {
        let key = hash(address, class: kind)
        let row = words.row(key >> 32)
        // Never 0, so that no word in use is 0.
        let tag = max(1, key & (1 << (64 - Self.timeBits) - 1)) << Self.timeBits
        let tick = (now >> RateLimit.tickShift) & Self.timeMask
        for _ in 0..<Self.attemptsMax {
            let (slot, word) = find(tag: tag, row: row, tick: tick)
            let known = word & ~Self.timeMask == tag
            let ahead = (word &- tick) & Self.timeMask
            let greatest = limit.tolerance + limit.interval
            let debt = !known || ahead > Self.aheadMax ? 0 : min(ahead, greatest)
            guard debt <= limit.tolerance else {
                let mended = tag | (tick &+ debt) & Self.timeMask
                guard debt == ahead || words.exchange(slot, expected: word, desired: mended) else { continue }
                return refusal(debt, limit)
            }
            let after = debt + limit.interval
            if words.exchange(slot, expected: word, desired: tag | (tick &+ after) & Self.timeMask) {
                return .allowed(
                    remaining: limit.intervals(in: greatest - after), resetNanoseconds: after << RateLimit.tickShift)
            }
        }
        return refusal(limit.tolerance + limit.interval, limit)
    }

    /// Moves times long past up to now. Called about once a day or more often; a million slots take a millisecond or two.
    public func refresh(now: UInt64) {
        let tick = (now >> RateLimit.tickShift) & Self.timeMask
        for slot in 0..<words.count {
            let word = words.load(slot)
            let behind = (tick &- word) & Self.timeMask
            guard word != 0, behind > Self.aheadMax, behind < Self.timeMask - Self.aheadMax else { continue }
            _ = words.exchange(slot, expected: word, desired: word & ~Self.timeMask | tick)
        }
    }

    /// The slot of a tag, or the one that gives way to it, and what was in it.
    @inline(__always) private func find(tag: UInt64, row: Int, tick: UInt64) -> (slot: Int, word: UInt64) {
        var oldest = (slot: row, word: UInt64(0))
        var oldestRank = UInt64.max
        for slot in row..<row + AtomicWords.rowCount {
            let word = words.load(slot)
            if word & ~Self.timeMask == tag { return (slot, word) }
            // From the time that looks longest past (1) to the one furthest ahead.
            let rank = word == 0 ? 0 : (word &- tick &- Self.aheadMax &- 1) & Self.timeMask + 1
            if rank < oldestRank {
                oldestRank = rank
                oldest = (slot, word)
            }
        }
        return oldest
    }

    private func refusal(_ debt: UInt64, _ limit: RateLimit) -> Verdict {
        .refused(
            retryAfterNanoseconds: (debt - limit.tolerance) << RateLimit.tickShift,
            resetNanoseconds: debt << RateLimit.tickShift)
    }
}
