import Admission

extension World {
    @discardableResult
    func addNode() -> Int {
        let number = nodes.count
        let drift = nodeDice.between(-scenario.clockDriftMax, scenario.clockDriftMax)
        let offset = nodeDice.between(0, 2 * scenario.clockOffsetMax)
        let clock = SimulatedClock(offset: SimulatedStore.epochStart - scenario.clockOffsetMax + offset, drift: drift)
        let dice = NodeDice(nodeDice.split())
        let name = "node-\(number)"
        let room = RoomNode(
            room: Self.roomName, name: name, rules: rules, now: clock.reading(now), beginsAfter: RoomNode.beginAfter,
            dice: { dice.next() })
        let primary = SimulatedLink(self, node: number, store: 0)
        var failover: FailoverStore?
        if scenario.hasFailover {
            let hasFallback = scenario.hasFallback
            failover = FailoverStore(
                node: name, primary: primary, fallback: hasFallback ? SimulatedLink(self, node: number, store: 1) : nil,
                roster: hasFallback ? SimulatedRoster(self, node: number) : nil, loss: scenario.loss,
                clock: { [unowned self] in clock.reading(self.now) },
                wallClock: { [unowned self] in clock.reading(self.now) },
                dice: { dice.next() })
            failover?.onRoute = { [unowned self] _, route in routed(number, route) }
        }
        nodes.append(
            SimulatedNode(
                number: number, room: room, clock: clock, store: failover ?? primary, failover: failover, bornAt: now))
        trail(.node, node: number)
        events.add(.tick, at: now + nodeDice.between(0, RoomNode.tickEvery), number)
        return number
    }

    func tick(_ number: Int) {
        let node = nodes[number]
        guard node.isAlive else { return }
        let time = node.time(now)
        node.failover?.tick()
        deliver(node.room.expire(now: time), from: node)
        drain(node)
        figures.rememberedMost = max(figures.rememberedMost, node.room.rememberedCount)
        if let fault = node.room.excess { observer.complain(.bounds, now, nil, "node \(number): \(fault)") }
        events.add(.tick, at: now + RoomNode.tickEvery, number)
    }

    /// All calls that are to be made now.
    func drain(_ node: SimulatedNode) {
        while let call = node.room.nextCall(now: node.time(now)) {
            let setBacks = observer.setBacks
            let sentAt = now
            // It answers itself, within the call.
            let isAlone = node.lostSince != nil
            node.store.perform(call) { [unowned self, unowned node] result in
                guard node.isAlive else { return }
                isAlone ? self.judgeAlone(call, result, node) : self.judgeAnswer(result, to: node, sentAt: sentAt)
                self.deliver(node.room.answered(call, result, now: node.time(self.now)), from: node)
                if case .restore(let part) = call.operation, part.isComplete, case .success(let answer) = result,
                    part.epoch == answer.epoch, setBacks == self.observer.setBacks
                {
                    self.judgeRecalled(node, answer, sentAt: sentAt)
                }
                self.drain(node)
            }
        }
    }

    func deliver(_ told: [Told], from node: SimulatedNode) {
        for one in told { self.told(one.ask, one.reply, by: node) }
    }

    /// It loses all that it knew, between any two steps.
    func crash(_ number: Int) {
        let node = nodes[number]
        node.isAlive = false
        observer.unheardNodes.insert(UInt16(number))
        trail(.node, node: number, 1)
        for at in visitors.indices where Int(visitors[at].node) == number {
            guard visitors[at].asked != 0 else { continue }
            visitors[at].asked = 0
            events.add(.visitor, at: now + visitorDice.between(500_000, 3_000_000), at)
        }
    }

    func remove(_ number: Int) { crash(number) }

    var living: [Int] { nodes.indices.filter { nodes[$0].isAlive && !nodes[$0].isLeaving } }

    func trail(_ step: Trail.Step, node: Int = 0, ticket: Int32 = -1, visitor: Int = -1, _ detail: Int64 = 0) {
        observer.trail.note(step, at: now, node: node, ticket: ticket, visitor: Int32(visitor), detail)
    }
}
