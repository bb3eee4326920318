/// The line of one node alone, as long as there is no store.
struct LocalLine {
    var line = Line()
    /// What is left of the cap for this node: its own sessions, and its part of the slots that were free.
    var freeSlots: Int64
    var ownSessions: Int64 = 0
    /// What is set live for all nodes together. The line knows of none: it goes by this node's part.
    var controls: RoomControls
}

extension FailoverStore {
    func withoutStore(_ call: StoreCall, _ loss: StoreLoss, _ now: Microseconds) -> Result<StoreAnswer, StoreFault> {
        switch loss {
        case .hold: return .failure(.notDone("no store is reached; the line is kept"))
        case .open: return .failure(.open)
        case .local where call.operation.isAdaptation:
            return .failure(.notDone("the rate follows the origin for the fleet only"))
        case .local:
            guard let known = knowledge[call.room], let seen = known.snapshot else {
                return .failure(.notDone("no store has told this node yet which part of the rate is its own"))
            }
            return .success(locally(call, known, seen, now))
        }
    }

    /// The caller finds an empty line here, as in any store that has lost it, and brings back what it remembers.
    private func locally(_ asked: StoreCall, _ known: RoomKnowledge, _ seen: RoomSnapshot, _ now: Microseconds)
        -> StoreAnswer
    {
        let nodes = Int64(max(NodeName.processes(of: seen.nodes).count, 1))
        var local =
            known.local ?? LocalLine(freeSlots: freeSlots(seen, asked.rules) / nodes, controls: seen.controls)
        var call = asked
        call.rules = part(of: asked.rules, local.controls, nodes)
        call.rules.slotsMax = local.ownSessions + local.freeSlots
        if call.epoch < known.watermarks.epoch {
            call.epoch = known.watermarks.epoch
            call.lineage = 0
        }
        if case .restore(var recollection) = call.operation {
            // All desks of this process, and no other's.
            recollection.nodes = seen.nodes.filter { NodeName.process(of: $0) == node } + [node]
            recollection.epoch = max(recollection.epoch, known.watermarks.epoch + 1)
            local.controls.merge(recollection.watermarks.controls)
            recollection.watermarks.controls = RoomControls()
            call.operation = .restore(recollection)
        }
        // In force from the next call on, divided as the rest.
        if case .control = call.operation { call.operation = .beat([]) }
        let sessionsBefore = local.line.sessionCount
        var answer = local.line.apply(call, now: now)
        // Two desks may remember the same one.
        if case .restore = call.operation { local.ownSessions += Int64(max(0, local.line.sessionCount - sessionsBefore)) }
        if case .control(let changes) = asked.operation, answer.outcome != .lost {
            local.controls.apply(changes)
            answer.outcome = .done
        }
        if case .admitted(var snapshot) = answer.outcome {
            // What this node will bring back with its line, and for whom that line has to wait then.
            snapshot.controls = local.controls
            snapshot.nodes = Set(seen.nodes).union(snapshot.nodes).sorted()
            answer.outcome = .admitted(snapshot)
        }
        knowledge[call.room]?.local = local
        return answer
    }

    /// What an observer may look at.
    package func ownLine(of room: String) -> Line? { knowledge[room]?.local?.line }

    private func freeSlots(_ seen: RoomSnapshot, _ rules: RoomRules) -> Int64 {
        max(0, rules.under(seen.controls).slotsMax - Int64(seen.offered + seen.sessions))
    }

    /// The rate of the fleet, divided among the nodes last seen.
    private func part(of rules: RoomRules, _ controls: RoomControls, _ nodes: Int64) -> RoomRules {
        var rules = rules.under(controls)
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
}
