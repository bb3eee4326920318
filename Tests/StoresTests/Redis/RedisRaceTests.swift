import Admission
import Testing
import TestSupport

/// Two nodes at one room at once, by the server's own clock: nothing that they do together is more than one of them may.
@Suite struct RedisRaceTests {
    /// What both together have been given.
    struct Tally {
        var places: [TicketID: Place] = [:]
        var admittedAtOnce = 0
        var claimed: [TicketID] = []
        var snapshots: [RoomSnapshot] = []
    }

    private static let slotsMax: Int64 = 25
    private static let burst: Int64 = 5

    private static func rules() -> RoomRules {
        RoomRules(rate: .perSecond(500), burst: burst, slotsMax: slotsMax)
    }

    @Test func capOrderAndRateHoldForAllNodesTogether() throws {
        let server = try RedisServer.start()
        let nodes = try (0..<2).map { _ in try RedisUnderTest(server, hasServersClock: true) }
        var tally = Tally()
        var lineage: UInt64 = 0
        func call(_ operation: StoreCall.Operation, node: Int) -> StoreCall {
            StoreCall(
                room: "race", rules: Self.rules(), node: "node\(node)", epoch: lineage == 0 ? 0 : 1, lineage: lineage,
                operation: operation)
        }
        lineage = try nodes[0].perform(call(.admit(Tick(lineage: 5, seed: [])), node: 0)).lineage
        var number: UInt64 = 0
        for _ in 0..<60 {
            // All of these are under way at once; which comes first is Redis' to say.
            var answers: [(at: Int, call: StoreCall, answer: Answer<Result<StoreAnswer, StoreFault>>)] = []
            for at in nodes.indices {
                let newcomers = (number..<number + 3).map { Arrival.newcomer(ticket($0), lane: 0) }
                number += 3
                let next = tally.snapshots.last?.lanes[0].near.first.map { [$0] } ?? []
                for operation: StoreCall.Operation in [
                    .enter(newcomers), .admit(Tick(lineage: 5, seed: [])), .claim(next + newcomers.map(\.id)),
                ] {
                    let call = call(operation, node: at)
                    answers.append((at, call, try nodes[at].begin(call)))
                }
            }
            for (_, call, answer) in answers { try take(try answer.wait().get(), to: call, &tally) }
        }
        try check(tally, count: number)
    }

    private func take(_ answer: StoreAnswer, to call: StoreCall, _ tally: inout Tally) throws {
        switch (answer.outcome, call.operation) {
        case (.entered(let entered), .enter(let arrivals)):
            for (arrival, became) in zip(arrivals, entered) {
                switch became {
                case .waiting(let place): tally.places[arrival.id] = place
                case .admitted: tally.admittedAtOnce += 1
                default: Issue.record("a newcomer is \(became)")
                }
            }
        case (.admitted(let snapshot), _): tally.snapshots.append(snapshot)
        case (.claimed(let claimed), .claim(let ids)):
            for (id, became) in zip(ids, claimed) {
                if case .granted = became { tally.claimed.append(id) }
            }
        default: Issue.record("\(answer.outcome)")
        }
    }

    private func check(_ tally: Tally, count: UInt64) throws {
        #expect(tally.places.count + tally.admittedAtOnce == Int(count), "everybody has a place or is inside")
        #expect(Set(tally.places.values).count == tally.places.count, "nobody has another's place")
        let ordered = tally.snapshots.sorted { ($0.now, $0.totals.admitted) < ($1.now, $1.totals.admitted) }
        guard let first = ordered.first else { throw Surprise(what: "no snapshot") }
        for snapshot in ordered {
            #expect(Int64(snapshot.offered + snapshot.sessions) <= Self.slotsMax)
            let elapsed = snapshot.now - first.now
            let admitted = snapshot.totals.admitted - first.totals.admitted
            #expect(admitted <= elapsed * 500 / 1_000_000 + 2 * Self.burst, "\(admitted) in \(elapsed) µs")
            let places = snapshot.lanes[0].near.compactMap { tally.places[$0] }
            #expect(places == places.sorted())
            #expect(places.allSatisfy { $0 > snapshot.lanes[0].head }, "who was before the head is not in line any more")
        }
        #expect(ordered.last?.totals.admitted ?? 0 >= Self.slotsMax, "the cap is reached")
    }
}
