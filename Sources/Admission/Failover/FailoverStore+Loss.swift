/// The line of one node alone, as long as there is no store.
struct LocalLine {
    var line = Line()
    /// What is left of the cap for this node: its own sessions, and its part of the slots that were free.
    var freeSlots: Int64
    var ownSessions: Int64 = 0
}

extension FailoverStore {
    func withoutStore(_ call: StoreCall, _ loss: StoreLoss, _ now: Microseconds) -> Result<StoreAnswer, StoreFault> {
        switch loss {
        case .hold: .failure(.notDone("no store is reached; the line is kept"))
        case .local where call.operation.isAdaptation: .failure(.notDone("the rate follows the origin for the fleet only"))
        case .local: .success(locally(call, now))
        case .open: .success(openly(call, now))
        }
    }

    /// The caller finds an empty line here, as in any store that has lost it, and brings back what it remembers.
    private func locally(_ call: StoreCall, _ now: Microseconds) -> StoreAnswer {
        let known = knowledge[call.room] ?? RoomKnowledge(rules: call.rules)
        let nodes = Int64(max(NodeName.processes(of: known.snapshot?.nodes ?? []).count, 1))
        var local = known.local ?? LocalLine(freeSlots: freeSlots(known, call.rules) / nodes)
        var call = call
        call.rules = part(of: call.rules, known.snapshot?.controls, nodes)
        call.rules.slotsMax = local.ownSessions + local.freeSlots
        if call.epoch < known.watermarks.epoch {
            call.epoch = known.watermarks.epoch
            call.lineage = 0
        }
        if case .restore(var recollection) = call.operation {
            // All desks of this process, and no other's.
            recollection.nodes = (known.snapshot?.nodes ?? []).filter { NodeName.process(of: $0) == node } + [node]
            recollection.epoch = max(recollection.epoch, known.watermarks.epoch + 1)
            // What was set live for the fleet is in the rules already, this node's part of it.
            recollection.watermarks.controls.rate = nil
            recollection.watermarks.controls.burst = nil
            recollection.watermarks.controls.slotsMax = nil
            call.operation = .restore(recollection)
        }
        let sessionsBefore = local.line.sessionCount
        let answer = local.line.apply(call, now: now)
        // Two desks may remember the same one.
        if case .restore = call.operation { local.ownSessions += Int64(max(0, local.line.sessionCount - sessionsBefore)) }
        knowledge[call.room]?.local = local
        return answer
    }

    private func freeSlots(_ known: RoomKnowledge, _ rules: RoomRules) -> Int64 {
        guard let snapshot = known.snapshot else { return rules.slotsMax }
        return max(0, rules.under(snapshot.controls).slotsMax - Int64(snapshot.offered + snapshot.sessions))
    }

    /// The rate of the fleet, divided among the nodes last seen.
    private func part(of rules: RoomRules, _ controls: RoomControls?, _ nodes: Int64) -> RoomRules {
        var rules = rules.under(controls ?? RoomControls())
        let (per, overflow) = rules.rate.perMicroseconds.multipliedReportingOverflow(by: nodes)
        rules.rate =
            overflow || per > AdmissionRate.perMicrosecondsMax
            ? AdmissionRate(count: rules.rate.count / nodes, perMicroseconds: rules.rate.perMicroseconds)
            : AdmissionRate(count: rules.rate.count, perMicroseconds: per)
        rules.burst = max(1, rules.burst / nodes)
        // What was adapted is in the rate already.
        rules.rateBounds = nil
        // Nobody's turn is over for good here: it may wait at another node, whose line is not as far.
        rules.turnGrace = TimeBounds.spanMax
        return rules
    }

    /// Nobody queues: said in the words of any store.
    private func openly(_ call: StoreCall, _ now: Microseconds) -> StoreAnswer {
        let known = knowledge[call.room]
        let epoch = max(call.epoch, 1)
        let lineage = call.lineage == 0 ? 1 : call.lineage
        let outcome: StoreAnswer.Outcome =
            switch call.operation {
            case .enter(let arrivals): .entered(arrivals.map { _ in .open })
            case .beat(let ids): .beaten(ids.map { _ in true })
            case .claim(let ids): .claimed(ids.map { _ in .unknown })
            case .renew(let sessions): .renewed(sessions.map { _ in .renewed })
            case .admit: .admitted(openSnapshot(known?.snapshot, call.rules, now))
            case .read: .page(Page())
            case .release, .leave, .revoke, .control, .adapt, .restore: .done
            }
        return StoreAnswer(epoch: epoch, lineage: lineage, outcome: outcome)
    }

    private func openSnapshot(_ last: RoomSnapshot?, _ rules: RoomRules, _ now: Microseconds) -> RoomSnapshot {
        var snapshot =
            last
            ?? RoomSnapshot(
                now: now, phase: .open, isRestoring: false,
                lanes: rules.lanes.map {
                    LaneView(name: $0.name, waiting: 0, head: .none, floor: .none, near: [], marks: [])
                }, offered: 0, sessions: 0, fresh: 0, totals: RoomTotals(), controls: RoomControls(), draw: nil,
                tail: .none, marksVersion: 0, revoked: [], nodes: [node])
        snapshot.now = now
        snapshot.phase = .open
        return snapshot
    }
}
