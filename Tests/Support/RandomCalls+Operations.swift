import Admission

extension RandomCalls {
    mutating func randomOperation() -> StoreCall.Operation {
        switch below(100) {
        case 0..<28: return .enter((0..<(1 + below(6))).map { _ in randomArrival() })
        case 28..<55: return .admit(randomTick())
        case 55..<60: return .beat(randomTickets())
        case 60..<74: return .claim(randomTickets())
        case 74..<80: return .renew(randomTickets().map { SessionMark(id: $0, startedAt: randomStart(of: $0)) })
        case 80..<83: return .release(randomTickets())
        case 83..<86: return .leave(randomTickets())
        case 86..<88: return .revoke([randomTicket()], lasting: Microseconds(below(10_000_000)))
        case 88..<90: return .control(randomChanges())
        case 90..<92: return .adapt(randomProposal())
        case 92..<94: return .restore(randomRecollection())
        default: return .read(PageCursor(section: below(10), offset: below(5)))
        }
    }

    private mutating func randomTick() -> Tick {
        let seed = (0..<Draw.seedBytes).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        let heard = chance(2) ? endedUpTo : chance(2) ? 0 : now + Microseconds(below(10_000_000))
        return Tick(
            lineage: random.next() | 1, seed: seed, marksVersion: chance(2) ? marksVersion : 0, endedUpTo: heard)
    }

    private mutating func randomStart(of id: TicketID) -> Microseconds {
        starts[id] ?? now - Microseconds(below(30_000_000))
    }

    private mutating func randomChanges() -> [ControlChange] {
        (0..<below(3)).map { _ in
            switch below(6) {
            case 0: .rate(chance(2) ? nil : AdmissionRate(count: Int64(below(20)), perMicroseconds: 2_000_000))
            case 1: .burst(chance(2) ? nil : Int64(below(6)))
            case 2: .slotsMax(chance(2) ? nil : Int64(below(8)) - 1)
            case 3: .state(chance(2) ? nil : RoomState.allCases[below(RoomState.allCases.count)])
            case 4: .opensAt(chance(2) ? nil : now + Microseconds(below(10_000_000)) - 5_000_000)
            default: .message(chance(2) ? nil : "Gates open \"soon\"; ünïcode \u{1F39F}, \(below(9))")
            }
        }
    }

    private mutating func randomProposal() -> RateProposal {
        let rates = [AdmissionRate.perSecond(1), .perSecond(9), AdmissionRate(count: 90, perMicroseconds: 60_000_000)]
        return RateProposal(
            rate: rates[below(rates.count)], reason: AdaptedRate.Reason.allCases[below(AdaptedRate.Reason.allCases.count)],
            after: chance(3) ? Int64(below(4)) : adaptedVersion)
    }

    private mutating func randomRecollection() -> Recollection {
        let lineage = chance(2) ? self.lineage : random.next() | 1
        var recollection = Recollection(
            epoch: epoch + UInt64(chance(3) ? 1 : 0) - (chance(8) ? min(epoch, 1) : 0), lineage: lineage,
            watermarks: randomWatermarks(), nodes: ["a", "b", "c"].filter { _ in chance(2) }, isComplete: chance(2))
        recollection.waiting = randomTickets().map {
            .init(id: $0, lane: below(4), place: randomPlace(of: $0), seenAgo: Microseconds(below(8_000_000)))
        }
        recollection.sessions = randomTickets().map {
            .init(id: $0, startedAt: randomStart(of: $0), endsIn: Microseconds(below(6_000_000)) - 500_000)
        }
        recollection.spent = randomTickets().map { .init(id: $0, endsIn: Microseconds(below(40_000_000))) }
        recollection.revoked = chance(3) ? [.init(id: randomTicket(), endsIn: Microseconds(below(9_000_000)))] : []
        return recollection
    }

    private mutating func randomWatermarks() -> Watermarks {
        var marks = Watermarks(epoch: epoch, lineage: lineage, tail: Place(epoch: epoch, number: UInt64(below(60))))
        marks.lanes = ["general", "vip", "gone"].filter { _ in chance(2) }.map {
            let floor = Place(epoch: epoch, number: UInt64(below(10)))
            return LaneMark(name: $0, head: Place(epoch: epoch, number: floor.number + UInt64(below(10))), floor: floor)
        }
        if chance(4) {
            marks.draw = Draw(
                epoch: epoch + UInt64(below(3)), seed: [UInt8](repeating: UInt8(below(256)), count: Draw.seedBytes),
                isOpened: chance(2), openedFor: chance(2) ? nil : now + Microseconds(below(20_000_000)) - 10_000_000)
        } else {
            marks.draw = chance(2) ? draw : nil
        }
        if chance(4) {
            marks.controls.version = Int64(below(12))
            marks.controls.apply(randomChanges())
        }
        if chance(5) {
            let proposal = randomProposal()
            marks.controls.adapted = AdaptedRate(
                version: Int64(below(6)), rate: proposal.rate, since: now, reason: proposal.reason)
        }
        return marks
    }
}
