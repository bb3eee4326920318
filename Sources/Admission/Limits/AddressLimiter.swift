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
/// 4. *Clocks differ.* A loop whose idea of now is late sees debts as greater than they are, which is strict and does no
///    harm. More than `skewTicksMax` beyond the greatest debt there is, the clock itself must have gone back: the debt is
///    taken as the greatest, so that whoever meets this waits for one interval, and gets no burst for it. Times go
///    round after 13 days: `refresh`, called at least once a week, moves those long past up to now, so that none comes
///    round to look like a debt.
public final class AddressLimiter: Sendable {
    private static let timeBits: UInt64 = 42
    private static let timeMask: UInt64 = 1 << timeBits - 1
    /// Greater differences are of times past.
    private static let aheadMax: UInt64 = 1 << 40
    /// Ten seconds, by which the clocks of two loops surely do not differ.
    private static let skewTicksMax: UInt64 = 10_000_000_000 >> RateLimit.tickShift
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
            let (slot, word) = known(tag: tag, row: row) ?? oldest(tag: tag, row: row, tick: tick)
            let ahead = (word &- tick) & Self.timeMask
            let debt = word & ~Self.timeMask != tag || ahead > Self.aheadMax ? 0 : ahead
            if debt > limit.tolerance {
                if let refusal = refuse(debt, slot, word, tick, limit) { return refusal }
                continue
            }
            let after = debt &+ limit.interval
            if words.exchange(slot, expected: word, desired: tag | (tick &+ after) & Self.timeMask) {
                return .allowed(
                    remaining: limit.intervals(in: limit.tolerance &- debt), resetNanoseconds: after << RateLimit.tickShift)
            }
        }
        return refusal(limit.tolerance &+ limit.interval, limit)
    }

    /// Moves times long past up to now. Called about once a day or more often; a million slots take a millisecond or two.
    public func refresh(now: UInt64) {
        let tick = (now >> RateLimit.tickShift) & Self.timeMask
        for number in 0..<words.count {
            guard let slot = words.slot(number: UInt32(number)) else { return }
            let word = words.load(slot)
            let behind = (tick &- word) & Self.timeMask
            guard word != 0, behind > Self.aheadMax, behind < Self.timeMask - Self.aheadMax else { continue }
            _ = words.exchange(slot, expected: word, desired: word & ~Self.timeMask | tick)
        }
    }

    @inline(__always) private func known(tag: UInt64, row: AtomicWords.Slot) -> (slot: AtomicWords.Slot, word: UInt64)? {
        var place = 0
        while place < AtomicWords.rowCount {
            let slot = words.slot(row, place)
            let word = words.load(slot)
            if word & ~Self.timeMask == tag { return (slot, word) }
            place &+= 1
        }
        return nil
    }

    /// The slot that gives way, and what was in it; or that of the tag, if another loop has put it there meanwhile.
    @inline(never)
    private func oldest(tag: UInt64, row: AtomicWords.Slot, tick: UInt64) -> (slot: AtomicWords.Slot, word: UInt64) {
        var oldest = (slot: row, word: UInt64(0))
        var oldestRank = UInt64.max
        for place in 0..<AtomicWords.rowCount {
            let slot = words.slot(row, place)
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

    /// Nil when the slot changed while it was mended after a clock that went back.
    @inline(never)
    private func refuse(
        _ debt: UInt64, _ slot: AtomicWords.Slot, _ word: UInt64, _ tick: UInt64, _ limit: RateLimit
    ) -> Verdict? {
        let greatest = limit.tolerance + limit.interval
        if debt <= greatest + Self.skewTicksMax { return refusal(debt, limit) }
        let mended = word & ~Self.timeMask | (tick &+ greatest) & Self.timeMask
        return words.exchange(slot, expected: word, desired: mended) ? refusal(greatest, limit) : nil
    }

    private func refusal(_ debt: UInt64, _ limit: RateLimit) -> Verdict {
        .refused(
            retryAfterNanoseconds: (debt - limit.tolerance) << RateLimit.tickShift,
            resetNanoseconds: debt << RateLimit.tickShift)
    }
}
