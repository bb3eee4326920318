import Admission
import Testing
import TestSupport

/// A store that can be asked without waiting, by its own clock.
protocol RacingStore: AnyObject {
    func begin(_ call: StoreCall) throws -> Answer<Result<StoreAnswer, StoreFault>>
    func perform(_ call: StoreCall) throws -> StoreAnswer
}

/// Several nodes at one room at once: nothing that they do together is more than one of them may.
final class Race {
    private static let slotsMax: Int64 = 25
    private static let burst: Int64 = 5

    private let nodes: [any RacingStore]
    private let room = RoomName.next()
    private var lineage: UInt64 = 0
    // What all together have been given.
    private var places: [TicketID: Place] = [:]
    private var admittedAtOnce = 0
    private var snapshots: [RoomSnapshot] = []

    init(_ nodes: [any RacingStore]) { self.nodes = nodes }

    func run() throws {
        lineage = try nodes[0].perform(call(.admit(Tick(lineage: 5, seed: [])), node: 0)).lineage
        var number: UInt64 = 0
        for _ in 0..<60 {
            // All of these are under way at once; which comes first is the server's to say.
            var answers: [(call: StoreCall, answer: Answer<Result<StoreAnswer, StoreFault>>)] = []
            for at in nodes.indices {
                let newcomers = (number..<number + 3).map { Arrival.newcomer(ticket($0), lane: 0) }
                number += 3
                let next = snapshots.last?.lanes[0].near.first.map { [$0] } ?? []
                for operation: StoreCall.Operation in [
                    .enter(newcomers), .admit(Tick(lineage: 5, seed: [])), .claim(next + newcomers.map(\.id)),
                ] {
                    let call = call(operation, node: at)
                    answers.append((call, try nodes[at].begin(call)))
                }
            }
            for (call, answer) in answers { try take(try answer.wait().get(), to: call) }
        }
        try check(count: number)
    }

    private func call(_ operation: StoreCall.Operation, node: Int) -> StoreCall {
        StoreCall(
            room: room, rules: RoomRules(rate: .perSecond(500), burst: Self.burst, slotsMax: Self.slotsMax),
            node: "node\(node)", epoch: lineage == 0 ? 0 : 1, lineage: lineage, operation: operation)
    }

    private func take(_ answer: StoreAnswer, to call: StoreCall) throws {
        switch (answer.outcome, call.operation) {
        case (.entered(let entered), .enter(let arrivals)):
            for (arrival, became) in zip(arrivals, entered) {
                switch became {
                case .waiting(let place): places[arrival.id] = place
                case .admitted: admittedAtOnce += 1
                default: Issue.record("a newcomer is \(became)")
                }
            }
        case (.admitted(let snapshot), _): snapshots.append(snapshot)
        case (.claimed, .claim): break
        default: Issue.record("\(answer.outcome)")
        }
    }

    private func check(count: UInt64) throws {
        #expect(places.count + admittedAtOnce == Int(count), "everybody has a place or is inside")
        #expect(Set(places.values).count == places.count, "nobody has another's place")
        let ordered = snapshots.sorted { ($0.now, $0.totals.admitted) < ($1.now, $1.totals.admitted) }
        guard let first = ordered.first else { throw Surprise(what: "no snapshot") }
        for snapshot in ordered {
            #expect(Int64(snapshot.offered + snapshot.sessions) <= Self.slotsMax)
            let elapsed = snapshot.now - first.now
            let admitted = snapshot.totals.admitted - first.totals.admitted
            #expect(admitted <= elapsed * 500 / 1_000_000 + 2 * Self.burst, "\(admitted) in \(elapsed) µs")
            let inOrder = snapshot.lanes[0].near.compactMap { places[$0] }
            #expect(inOrder == inOrder.sorted())
            #expect(inOrder.allSatisfy { $0 > snapshot.lanes[0].head }, "who was before the head is not in line any more")
        }
        #expect(ordered.last?.totals.admitted ?? 0 >= Self.slotsMax, "the cap is reached")
    }
}
