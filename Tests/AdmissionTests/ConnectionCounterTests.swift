import Address
import Admission
import Synchronization
import Testing

extension ConnectionVerdict {
    fileprivate var place: ConnectionPlace? {
        if case .granted(let place) = self { return place }
        return nil
    }
}

/// How many are held at once, by whoever looks from outside.
private final class Tally: Sendable {
    private let held = Atomic<Int>(0)
    let most = Atomic<Int>(0)
    let served = Atomic<Int>(0)

    func enter() {
        most.max(held.wrappingAdd(1, ordering: .sequentiallyConsistent).newValue, ordering: .relaxed)
        served.wrappingAdd(1, ordering: .relaxed)
    }

    func leave() { held.wrappingSubtract(1, ordering: .sequentiallyConsistent) }
}

@Suite struct ConnectionCounterTests {
    @Test func countsUpToTheLimitAndDownAgain() throws {
        let counter = ConnectionCounter(addressesMax: 100, seed: (1, 2))
        let first = try #require(counter.acquire(.loopback4, limit: 2).place)
        let second = try #require(counter.acquire(.loopback4, limit: 2).place)
        #expect(counter.acquire(.loopback4, limit: 2) == .refused)
        #expect(counter.acquire(.loopback6, limit: 2).place != nil)
        #expect(counter.count(of: .loopback4) == 2)
        counter.release(first)
        #expect(counter.acquire(.loopback4, limit: 2).place == second)
        #expect(counter.acquire(.loopback4, limit: 2) == .refused)
        #expect(counter.acquire(.loopback4, limit: 0) == .refused)
        #expect(counter.untracked == 0)
    }

    @Test func aSlash64CountsAsOne() throws {
        let counter = ConnectionCounter(addressesMax: 100, seed: (1, 2))
        let home = try #require(IPAddress("2001:db8:1:2::1"))
        let phone = try #require(IPAddress("2001:db8:1:2:ffff::9"))
        let neighbour = try #require(IPAddress("2001:db8:1:3::1"))
        #expect(counter.acquire(home, limit: 1).place != nil)
        #expect(counter.acquire(phone, limit: 1) == .refused)
        #expect(counter.acquire(neighbour, limit: 1).place != nil)
    }

    @Test func letsInUncountedWhenARowIsFull() {
        let counter = ConnectionCounter(addressesMax: 1, seed: (1, 2))
        var places: [ConnectionPlace] = []
        for address in 0..<1000 as Range<UInt32> {
            if let place = counter.acquire(IPAddress(v4: address), limit: 1).place { places.append(place) }
        }
        #expect(places.count == 1000)
        #expect(counter.untracked == UInt64(places.filter(\.isUntracked).count))
        #expect(counter.untracked >= 900)
        for place in places { counter.release(place) }
        // Nothing has leaked: the same number finds room again.
        let before = counter.untracked
        for address in 5000..<6000 as Range<UInt32> { _ = counter.acquire(IPAddress(v4: address), limit: 1) }
        #expect(counter.untracked - before == before)
    }

    @Test func agreesWithAReferenceForAnyTraffic() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededRandom(seed: seed)
        let counter = ConnectionCounter(addressesMax: 1000, seed: (random.next(), random.next()))
        var reference: [IPAddress: [ConnectionPlace]] = [:]
        for step in 0..<50_000 {
            let address = IPAddress(v4: UInt32.random(in: 0..<300, using: &random))
            let open = reference[address, default: []]
            if Bool.random(using: &random) || open.isEmpty {
                let verdict = counter.acquire(address, limit: 5)
                #expect((verdict.place != nil) == (open.count < 5), "seed \(seed) step \(step)")
                if let place = verdict.place { reference[address, default: []].append(place) }
            } else if let place = reference[address]?.popLast() {
                counter.release(place)
            }
            #expect(counter.count(of: address) == reference[address, default: []].count, "seed \(seed) step \(step)")
        }
    }

    /// Threads that come and go with the same addresses never hold more than the limit at once, and leave nothing behind.
    @Test func neverExceedsTheLimitUnderContention() async {
        let limit = 3
        let counter = ConnectionCounter(addressesMax: 2, seed: (11, 12))
        let tallies = [Tally(), Tally()]
        await withTaskGroup(of: Void.self) { group in
            for thread in 0..<6 {
                group.addTask {
                    for step in 0..<20_000 {
                        let which = (step + thread) % 2
                        let address = IPAddress(v4: UInt32(which + 1))
                        guard let place = counter.acquire(address, limit: limit).place else { continue }
                        tallies[which].enter()
                        tallies[which].leave()
                        counter.release(place)
                    }
                }
            }
        }
        for tally in tallies {
            #expect(tally.most.load(ordering: .relaxed) <= limit)
            #expect(tally.served.load(ordering: .relaxed) > 10_000)
        }
        #expect(counter.count(of: IPAddress(v4: 1)) == 0)
        #expect(counter.count(of: IPAddress(v4: 2)) == 0)
        #expect(counter.untracked == 0)
    }
}
