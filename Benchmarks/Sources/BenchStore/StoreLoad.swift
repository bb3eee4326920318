import Admission
import Glibc
import Loop
import Redis
import Stores

/// A node that does one kind of work as fast as it is answered, then says how fast that was and ends the process.
final class StoreLoad {
    private static let tickMicroseconds: Microseconds = 100_000

    private let work: Work
    private let loop: EventLoop
    private let client: RedisClient
    private let clock: RoomClock
    private let store: RedisStore
    private var random = QuickRandom(state: .random(in: 0 ... .max))
    private var begunAt: UInt64 = 0
    private var done = 0
    private var underWay = 0
    private var epoch: UInt64 = 0
    private var lineage: UInt64 = 0
    private var marksVersion: Int64 = 0

    /// A room that is ticked a thousand times a second is to see the time of ten ticks a second.
    final class RoomClock {
        var now: Microseconds
        init(_ now: Microseconds) { self.now = now }
    }

    init(_ work: Work, client: RedisClient, on loop: EventLoop) {
        self.work = work
        self.client = client
        self.loop = loop
        let clock = RoomClock(Microseconds(Clock.unixNanoseconds / 1000))
        self.clock = clock
        if case .join = work {
            store = RedisStore(client, on: loop, timeoutNanoseconds: 60_000_000_000)
        } else {
            store = RedisStore(client, on: loop, timeoutNanoseconds: 60_000_000_000, clock: { clock.now })
        }
    }

    func start() {
        client.start()
        tick { [self] snapshot in
            begunAt = Clock.system.monotonic
            switch work {
            case .join(_, let depth, _): for _ in 0..<depth { join() }
            case .fill(_, let count): fill(missing: count - snapshot.waiting)
            case .tick: nextTick()
            }
        }
    }

    private func ask(_ operation: StoreCall.Operation, then: @escaping (StoreAnswer.Outcome) -> Void) {
        var rules = RoomRules(rate: .perSecond(10), burst: 2, slotsMax: 1_000_000_000)
        rules.state = .queue
        rules.abandonAfter = 1_000_000_000_000
        let call = StoreCall(
            room: work.room, rules: rules, node: "bench", epoch: epoch, lineage: lineage, operation: operation)
        store.perform(call) { result in
            switch result {
            case .success(let answer):
                (self.epoch, self.lineage) = (answer.epoch, answer.lineage)
                then(answer.outcome)
            case .failure(let fault): fail(fault.description)
            }
        }
    }

    private func tick(then: @escaping (RoomSnapshot) -> Void) {
        ask(.admit(Tick(lineage: 1, seed: [], marksVersion: marksVersion))) { outcome in
            guard case .admitted(let snapshot) = outcome else { fail("no snapshot") }
            self.marksVersion = snapshot.marksVersion
            then(snapshot)
        }
    }

    private func nextTick() {
        guard case .tick(_, let count) = work, done < count else { return finish() }
        clock.now += Self.tickMicroseconds
        tick { [self] _ in
            done += 1
            nextTick()
        }
    }

    private func newcomers(_ count: Int) -> [Arrival] {
        (0..<count).map { _ in .newcomer(.random(from: &random), lane: 0) }
    }

    private func join() {
        guard case .join(let batch, _, let seconds) = work else { return }
        underWay += 1
        ask(.enter(newcomers(batch))) { [self] outcome in
            guard case .entered(let entered) = outcome else { fail("nobody entered") }
            underWay -= 1
            done += entered.count
            if Clock.system.monotonic - begunAt < UInt64(seconds) * 1_000_000_000 { return join() }
            if underWay == 0 { finish() }
        }
    }

    private func fill(missing: Int) {
        guard missing > 0 else { return finish() }
        let count = min(missing, StoreCall.itemsMax)
        ask(.enter(newcomers(count))) { [self] _ in
            done += count
            fill(missing: missing - count)
        }
    }

    private func finish() {
        let seconds = Double(Clock.system.monotonic - begunAt) / 1_000_000_000
        let line = Array("\(done) \(seconds)\n".utf8)
        _ = write(STDOUT_FILENO, line, line.count)
        exit(0)
    }
}
