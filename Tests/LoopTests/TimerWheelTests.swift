import TestSupport
import Testing

@testable import Loop

@Suite struct TimerWheelTests {
    private static let tick = TimerWheel<Int>.tickNanoseconds

    /// What the wheel promises, said as simply as it can be: a list that is searched.
    private struct Model {
        private(set) var entries: [(payload: Int, due: UInt64, id: TimerID)] = []
        var firstDue: UInt64? { entries.map(\.due).min() }

        mutating func add(_ payload: Int, _ due: UInt64, _ id: TimerID) { entries.append((payload, due, id)) }

        mutating func remove(_ payload: Int) -> UInt64? {
            guard let at = entries.firstIndex(where: { $0.payload == payload }) else { return nil }
            return entries.remove(at: at).due
        }

        /// What had to be out by `now`, a tick allowed.
        func overdue(at now: UInt64) -> [Int] {
            entries.filter { $0.due + TimerWheelTests.tick <= now }.map(\.payload)
        }
    }

    private static func jump(_ random: inout SeededRandom) -> UInt64 {
        switch UInt64.random(in: 0..<10, using: &random) {
        case 0..<5: .random(in: 0..<3 * tick, using: &random)
        case 5..<8: .random(in: 0..<200 * tick, using: &random)
        case 8: .random(in: 0..<1024 * tick, using: &random)
        // Several turns of the wheel at once.
        default: .random(in: 0..<5000 * tick, using: &random)
        }
    }

    @Test(arguments: [1, 2, 3, UInt64.random(in: 0 ... .max)]) func agreesWithAList(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var now = UInt64.random(in: 0..<1 << 40, using: &random)
        var wheel = TimerWheel<Int>(now: now)
        var model = Model()
        var due: [Int] = []
        var fired = 0
        for payload in 0..<6000 {
            switch UInt64.random(in: 0..<6, using: &random) {
            case 0...2:
                // Also in the past: then it is due now.
                let at = max(now + Self.jump(&random), 20 * Self.tick) - .random(in: 0...20 * Self.tick, using: &random)
                model.add(payload, max(at, now), wheel.schedule(payload, at: at))
            case 3:
                guard let entry = model.entries.randomElement(using: &random) else { continue }
                wheel.cancel(entry.id)
                // A second time has no effect, whoever has taken the place since.
                let other = wheel.schedule(payload, at: now + Self.tick)
                wheel.cancel(entry.id)
                wheel.cancel(other)
                _ = model.remove(entry.payload)
            default:
                now += Self.jump(&random)
                due.removeAll()
                wheel.advance(to: now, due: &due)
                fired += due.count
                for payload in due {
                    let dueAt = model.remove(payload)
                    #expect(dueAt != nil, "fired what was not scheduled, seed \(seed)")
                    #expect(dueAt.map { $0 <= now } ?? false, "fired too early, seed \(seed)")
                }
                #expect(model.overdue(at: now).isEmpty, "more than a tick late, seed \(seed)")
            }
            #expect(wheel.count == model.entries.count, "seed \(seed)")
            #expect((wheel.nextWake == nil) == model.entries.isEmpty, "seed \(seed)")
            if let wake = wheel.nextWake, let first = model.firstDue {
                #expect(wake < max(first, now) + 2 * Self.tick, "would oversleep, seed \(seed)")
            }
            if wheel.count != model.entries.count { return }
        }
        #expect(fired > 500, "seed \(seed): a run in which hardly anything fires tests less than it should")
    }

    @Test func sleepingUntilItSaysFiresEverythingInTime() {
        var wheel = TimerWheel<Int>(now: 0)
        let dues = [1, 5 * Self.tick, 1023 * Self.tick, 1024 * Self.tick, 1025 * Self.tick, 10_000 * Self.tick + 1]
        for (payload, due) in dues.enumerated() { _ = wheel.schedule(payload, at: due) }
        var fired: [Int] = []
        var wakes = 0
        while let wake = wheel.nextWake, wakes < 1000 {
            wakes += 1
            var due: [Int] = []
            wheel.advance(to: wake, due: &due)
            for payload in due { #expect(dues[payload] <= wake && wake < dues[payload] + Self.tick) }
            fired += due
        }
        #expect(fired == Array(dues.indices))
        // Far entries cost a wake a turn of the wheel, not one a tick.
        #expect(wakes <= dues.count + 12)
    }

    @Test func theEndOfTimeIsNoTrap() {
        var wheel = TimerWheel<Int>(now: 0)
        let never = wheel.schedule(1, at: .max)
        var due: [Int] = []
        wheel.advance(to: UInt64.max / 2, due: &due)
        #expect(due.isEmpty && wheel.count == 1)
        wheel.cancel(never)
        #expect(wheel.count == 0 && wheel.nextWake == nil)
    }
}
