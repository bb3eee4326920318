import Address
import Admission
import Synchronization
import Testing

private final class Clock: Sendable {
    private let now = Atomic<UInt64>(0)

    func advance(by nanoseconds: UInt64) -> UInt64 { now.wrappingAdd(nanoseconds, ordering: .relaxed).newValue }
}

@Suite struct AddressLimiterTests {
    /// Threads that fight for the same few addresses at one instant: exactly the burst goes through, no charge is lost.
    @Test func losesNoChargeUnderContention() async {
        let limit = RateLimit(count: 1, per: oneSecond, burst: 1000)
        for round in 0..<20 as Range<UInt64> {
            let limiter = AddressLimiter(addressesMax: 64, seed: (round, 9))
            let total = await allowedByFourThreads { _ in
                (0..<3 as Range<UInt32>).count {
                    limiter.take(IPAddress(v4: $0), class: 0, limit: limit, now: oneSecond).isAllowed
                }
            }
            #expect(total == 3 * 1000, "round \(round)")
        }
    }

    /// The same while time passes, 1 µs a step, and a thread may be late with what it read: never more than 50 + 20.
    @Test func keepsThePromiseUnderContention() async {
        let limit = RateLimit(count: 1000, per: oneSecond, burst: 50)
        for round in 0..<20 as Range<UInt64> {
            let limiter = AddressLimiter(addressesMax: 64, seed: (round, 9))
            let clock = Clock()
            let total = await allowedByFourThreads { _ in
                let now = clock.advance(by: 1000)
                return (0..<3 as Range<UInt32>).count {
                    limiter.take(IPAddress(v4: $0), class: 0, limit: limit, now: now).isAllowed
                }
            }
            #expect(total <= 3 * 70, "round \(round)")
            #expect(total >= 3 * 50, "round \(round)")
        }
    }

    /// Calls `step` 5,000 times in each of four threads.
    private func allowedByFourThreads(_ step: @escaping @Sendable (UInt32) -> Int) async -> Int {
        await withTaskGroup(of: Int.self) { group in
            for _ in 0..<4 { group.addTask { (0..<5000 as Range<UInt32>).reduce(0) { $0 + step($1) } } }
            return await group.reduce(0, +)
        }
    }

    /// All at the same instant, and new to the table: nobody slips in through a oneSecond slot.
    @Test func newcomersGetOneSlotUnderContention() async {
        let limit = RateLimit(count: 1, per: 3600 * oneSecond, burst: 3)
        let limiter = AddressLimiter(addressesMax: 100_000, seed: (5, 6))
        let total = await allowedByFourThreads { address in
            (0..<2 as Range<Int>).count { _ in
                limiter.take(IPAddress(v4: address), class: 0, limit: limit, now: oneSecond).isAllowed
            }
        }
        // So few of the slots are used that no row is full.
        #expect(total == 3 * 5000)
    }

    @Test func aClockThatGoesBackLocksNobodyOutAndGivesNoBurst() {
        let limit = RateLimit(count: 10, per: oneSecond, burst: 5)
        let limiter = AddressLimiter(addressesMax: 64, seed: (1, 1))
        let late = 36_000 * oneSecond
        for _ in 0..<5 { #expect(limiter.take(.loopback4, class: 0, limit: limit, now: late).isAllowed) }
        // An hour back: the debt is the greatest possible, no more.
        let early = late - 3600 * oneSecond
        guard case .refused(let retryAfter, _) = limiter.take(.loopback4, class: 0, limit: limit, now: early) else {
            Issue.record("a burst for a clock that went back")
            return
        }
        #expect(retryAfter < 101_000_000)
        var allowed: [UInt64] = []
        for step in 0..<200 as Range<UInt64> {
            let now = early + step * 10_000_000
            if limiter.take(.loopback4, class: 0, limit: limit, now: now).isAllowed { allowed.append(now) }
        }
        // Two seconds at ten a oneSecond, without the burst.
        #expect((18...20).contains(allowed.count))
        #expect(!exceeds(allowed, count: 10, per: oneSecond, burst: 1))
    }

    /// Loops that differ by less than ten seconds: the later one is believed, and nothing that was charged is forgotten.
    @Test func aLoopThatIsLateForgivesNothing() {
        let limit = RateLimit(count: 10, per: oneSecond, burst: 5)
        let limiter = AddressLimiter(addressesMax: 64, seed: (1, 1))
        let now = 100 * oneSecond
        for _ in 0..<5 { #expect(limiter.take(.loopback4, class: 0, limit: limit, now: now).isAllowed) }
        guard case .refused(let retryAfter, _) = limiter.take(.loopback4, class: 0, limit: limit, now: now - 9 * oneSecond)
        else {
            Issue.record("a late loop gave a burst")
            return
        }
        #expect((9 * oneSecond...9 * oneSecond + 101_000_000).contains(retryAfter))
        #expect(!limiter.take(.loopback4, class: 0, limit: limit, now: now + 90_000_000).isAllowed)
        #expect(limiter.take(.loopback4, class: 0, limit: limit, now: now + 101_000_000).isAllowed)
    }

    /// 42 bits of 256 ns are 13 days.
    @Test func timesGoRoundWithoutHarm() {
        let limit = RateLimit(count: 1, per: oneSecond, burst: 2)
        let limiter = AddressLimiter(addressesMax: 64, seed: (1, 1))
        let day = 86_400 * oneSecond
        var now: UInt64 = 0
        for _ in 0..<100 {
            #expect(limiter.take(.loopback4, class: 0, limit: limit, now: now).isAllowed)
            #expect(limiter.take(.loopback4, class: 0, limit: limit, now: now).isAllowed)
            #expect(!limiter.take(.loopback4, class: 0, limit: limit, now: now).isAllowed)
            // Away for 12 days, in which only the daily refresh happened.
            for _ in 0..<12 {
                now += day
                limiter.refresh(now: now)
            }
        }
    }

    @Test func refreshKeepsDebts() {
        let limit = RateLimit(count: 1, per: 1000 * oneSecond, burst: 1)
        let limiter = AddressLimiter(addressesMax: 64, seed: (1, 1))
        #expect(limiter.take(.loopback4, class: 0, limit: limit, now: 0).isAllowed)
        limiter.refresh(now: 500 * oneSecond)
        #expect(!limiter.take(.loopback4, class: 0, limit: limit, now: 900 * oneSecond).isAllowed)
        limiter.refresh(now: 1001 * oneSecond)
        #expect(limiter.take(.loopback4, class: 0, limit: limit, now: 1001 * oneSecond).isAllowed)
    }

    /// A million addresses in a table for a thousand: the memory stays, newcomers are served, and one who is busy all the time
    /// keeps the slot, because it is never the oldest of its row.
    @Test func aFloodOfAddressesForgetsTheOldestOnly() {
        let limit = RateLimit(count: 10, per: oneSecond, burst: 10)
        let limiter = AddressLimiter(addressesMax: 1000, seed: (7, 8))
        let footprint = limiter.footprint
        #expect(footprint <= 1000 * 8 * 3)
        let busy = IPAddress(v4: 0xc0a8_0001)
        var allowed: [UInt64] = []
        var now: UInt64 = oneSecond
        for address in 0..<1_000_000 as Range<UInt32> {
            now += 1000
            #expect(limiter.take(IPAddress(v4: address), class: 0, limit: limit, now: now).isAllowed)
            if address % 20 == 0, limiter.take(busy, class: 0, limit: limit, now: now).isAllowed { allowed.append(now) }
        }
        #expect(limiter.footprint == footprint)
        #expect(!exceeds(allowed, count: 10, per: oneSecond, burst: 10))
        #expect(allowed.count >= 18)
    }
}
