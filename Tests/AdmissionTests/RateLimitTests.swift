import Address
import Admission
import Testing

let oneSecond: UInt64 = 1_000_000_000

/// What the limiter must say, with all the width and memory that it does not have itself.
struct ReferenceLimiter {
    private var times: [IPAddress: UInt64] = [:]
    let interval: UInt64
    let burst: UInt64

    /// Interval in ticks of 256 ns: rounded up, and one more.
    init(count: UInt64, per period: UInt64, burst: UInt64) {
        interval = (period + count * 256 - 1) / (count * 256) + 1
        self.burst = burst
    }

    mutating func take(_ address: IPAddress, now: UInt64) -> Verdict {
        let tick = now / 256
        let debt = max(times[address] ?? 0, tick) - tick
        let tolerance = (burst - 1) * interval
        if debt > tolerance {
            return .refused(retryAfterNanoseconds: (debt - tolerance) * 256, resetNanoseconds: debt * 256)
        }
        times[address] = tick + debt + interval
        return .allowed(remaining: (tolerance - debt) / interval, resetNanoseconds: (debt + interval) * 256)
    }
}

/// The promise itself, in nanoseconds: among the times allowed, none of the windows holds more than burst + rate × width.
/// Checked with the sum that starts anew, which finds the worst window of all in one pass.
func exceeds(_ allowed: [UInt64], count: UInt64, per period: UInt64, burst: UInt64) -> Bool {
    // Each one adds `period`, each nanosecond pays `count`; a window is too full when more than burst × period is owed.
    var owed: UInt64 = 0
    var last = allowed.first ?? 0
    for time in allowed {
        let paid = (time - last) * count
        owed = (owed > paid ? owed - paid : 0) + period
        last = time
        if owed > burst * period { return true }
    }
    return false
}

@Suite struct RateLimitTests {
    @Test func agreesWithTheReferenceForAnyTraffic() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededRandom(seed: seed)
        for round in 0..<60 {
            let countMax: UInt64 = [1, 10, 1000, 100_000].randomElement(using: &random) ?? 1
            let count = UInt64.random(in: 1...countMax, using: &random)
            let periods = [oneSecond, 60 * oneSecond, oneSecond / 7, 3600 * oneSecond]
            let period = periods.randomElement(using: &random) ?? oneSecond
            let burst = UInt64.random(in: 1...20, using: &random)
            let limit = RateLimit(count: count, per: period, burst: burst)
            let limiter = AddressLimiter(addressesMax: 4096, seed: (random.next(), random.next()))
            var reference = ReferenceLimiter(count: count, per: period, burst: burst)
            let addresses = (0..<20).map { IPAddress(v4: 0x0a00_0000 + $0) }
            var allowed: [IPAddress: [UInt64]] = [:]
            var now = UInt64.random(in: 0...(1 << 62), using: &random)
            for step in 0..<2000 {
                now += UInt64.random(in: 0...max(1, period / count / 8), using: &random)
                guard let address = addresses.randomElement(using: &random) else { continue }
                let verdict = limiter.take(address, class: 1, limit: limit, now: now)
                let expected = reference.take(address, now: now)
                #expect(verdict == expected, "seed \(seed) round \(round) step \(step)")
                if verdict.isAllowed { allowed[address, default: []].append(now) }
            }
            for times in allowed.values {
                #expect(!exceeds(times, count: count, per: period, burst: burst), "seed \(seed) round \(round)")
            }
        }
    }

    @Test func theCheckOfThePromiseFindsAWindowThatIsTooFull() {
        #expect(!exceeds([0, 0, oneSecond], count: 1, per: oneSecond, burst: 2))
        #expect(exceeds([0, 0, oneSecond - 1], count: 1, per: oneSecond, burst: 2))
        #expect(exceeds([5, 5, 5], count: 1, per: oneSecond, burst: 2))
    }

    @Test func aWholeBurstThenTheRate() {
        let limit = RateLimit(count: 100, per: oneSecond, burst: 5)
        let limiter = AddressLimiter(addressesMax: 16, seed: (1, 2))
        let now = 7 * oneSecond
        for left in [4, 3, 2, 1, 0] as [UInt64] {
            guard case .allowed(let remaining, let reset) = limiter.take(.loopback4, class: 0, limit: limit, now: now) else {
                Issue.record("refused within the burst")
                return
            }
            #expect(remaining == left)
            // 10 ms for each of the burst, rounded up a little.
            #expect(((5 - left) * 10_000_000...(5 - left) * 10_001_000).contains(reset))
        }
        guard case .refused(let retryAfter, _) = limiter.take(.loopback4, class: 0, limit: limit, now: now) else {
            Issue.record("allowed beyond the burst")
            return
        }
        #expect((10_000_000...10_001_000).contains(retryAfter))
        #expect(!limiter.take(.loopback4, class: 0, limit: limit, now: now + retryAfter - 1000).isAllowed)
        #expect(limiter.take(.loopback4, class: 0, limit: limit, now: now + retryAfter).isAllowed)
        #expect(!limiter.take(.loopback4, class: 0, limit: limit, now: now + retryAfter).isAllowed)
    }

    @Test func classesAndAddressesAreCountedApartAndASlash64Together() throws {
        let limit = RateLimit(count: 1, per: oneSecond, burst: 1)
        let limiter = AddressLimiter(addressesMax: 1024, seed: (3, 4))
        #expect(limiter.take(.loopback4, class: 0, limit: limit, now: 0).isAllowed)
        #expect(limiter.take(.loopback4, class: 1, limit: limit, now: 0).isAllowed)
        #expect(!limiter.take(.loopback4, class: 1, limit: limit, now: 0).isAllowed)
        #expect(limiter.take(IPAddress(v4: 0x7f00_0002), class: 0, limit: limit, now: 0).isAllowed)
        let home = try #require(IPAddress("2001:db8:1:2::1"))
        let phone = try #require(IPAddress("2001:db8:1:2:ffff::9"))
        let neighbour = try #require(IPAddress("2001:db8:1:3::1"))
        #expect(limiter.take(home, class: 0, limit: limit, now: 0).isAllowed)
        #expect(!limiter.take(phone, class: 0, limit: limit, now: 0).isAllowed)
        #expect(limiter.take(neighbour, class: 0, limit: limit, now: 0).isAllowed)
        // ::1 and the IPv4 addresses share their upper half.
        #expect(limiter.take(.loopback6, class: 0, limit: limit, now: 0).isAllowed)
    }

    @Test func impossibleLimitsAreBroughtIntoRange() {
        for limit in [
            RateLimit(count: 0, per: 0, burst: 0), RateLimit(count: .max, per: 1, burst: .max),
            RateLimit(count: 1, per: .max, burst: .max), RateLimit(count: .max, per: .max, burst: 1),
        ] {
            #expect(limit.burst >= 1)
            let limiter = AddressLimiter(addressesMax: 0, seed: (0, 0))
            #expect(limiter.take(.loopback4, class: 255, limit: limit, now: .max).isAllowed)
        }
        // Two a day: the second one of a burst is kept, although the day is long.
        #expect(RateLimit(count: 2, per: 86_400 * oneSecond, burst: 2).burst == 2)
    }
}
