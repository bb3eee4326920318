import Address

/// How often somebody may be wrong about a token. Pure.
///
/// An address pauses longer with each wrong try; all addresses together may be wrong a few times a minute, those excepted that
/// have been right lately, so that nobody is locked out by others who guess.
struct LoginLimiter: Sendable {
    /// Wrong tries of an address that cost nothing.
    static let freeTries = 3
    static let pauseFirst: UInt64 = 1_000_000_000
    static let pauseMax: UInt64 = 300_000_000_000
    /// An address is forgotten so long after its last try.
    static let forgetAfter: UInt64 = 3_600_000_000_000
    /// Remembered at most; the one that was heard of least lately gives way.
    static let addressesMax = 1024
    /// Wrong tries of all together: so many at once, and one more each second.
    static let overallMax: Double = 60

    private struct Entry {
        var wrong = 0
        var pausedUntil: UInt64 = 0
        var heardAt: UInt64
        /// It has been right.
        var isGood = false
    }

    private var entries: [IPAddress: Entry] = [:]
    private var overall = Self.overallMax
    private var overallAt: UInt64 = 0

    var count: Int { entries.count }

    /// Nil: it may try. Else in how many nanoseconds.
    mutating func pause(_ address: IPAddress, at now: UInt64) -> UInt64? {
        refill(now)
        let entry = entries[Self.key(address)]
        if let entry, entry.pausedUntil > now { return entry.pausedUntil - now }
        if entry?.isGood == true || overall >= 1 { return nil }
        return UInt64((1 - overall) * 1e9) + 1
    }

    mutating func wasWrong(_ address: IPAddress, at now: UInt64) {
        refill(now)
        overall = max(0, overall - 1)
        var entry = entry(address, now)
        entry.wrong += 1
        if entry.wrong >= Self.freeTries {
            let doublings = min(entry.wrong - Self.freeTries, 20)
            entry.pausedUntil = now + min(Self.pauseFirst << UInt64(doublings), Self.pauseMax)
        }
        keep(entry, address)
    }

    mutating func wasRight(_ address: IPAddress, at now: UInt64) {
        var entry = entry(address, now)
        entry.wrong = 0
        entry.pausedUntil = 0
        entry.isGood = true
        keep(entry, address)
    }

    private func entry(_ address: IPAddress, _ now: UInt64) -> Entry {
        guard var entry = entries[Self.key(address)], now < entry.heardAt + Self.forgetAfter else {
            return Entry(heardAt: now)
        }
        entry.heardAt = now
        return entry
    }

    private mutating func keep(_ entry: Entry, _ address: IPAddress) {
        let key = Self.key(address)
        if entries[key] == nil, entries.count >= Self.addressesMax,
            let oldest = entries.min(by: { $0.value.heardAt < $1.value.heardAt })
        {
            entries[oldest.key] = nil
        }
        entries[key] = entry
    }

    private mutating func refill(_ now: UInt64) {
        if now > overallAt { overall = min(Self.overallMax, overall + Double(now - overallAt) / 1e9) }
        overallAt = max(overallAt, now)
    }

    /// A network of IPv6 belongs to one.
    private static func key(_ address: IPAddress) -> IPAddress {
        address.isV4 ? address : IPAddress(high: address.high, low: 0)
    }
}
