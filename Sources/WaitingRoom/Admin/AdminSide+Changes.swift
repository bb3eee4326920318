import Admission
import Loop
import Settings
import Stores

/// A change that was handed to the store's queue and is answered when the store shows it.
struct PendingChange {
    let room: String
    let changes: [ControlChange]
    let exchange: AdminExchange
    /// Loop time.
    let until: UInt64
}

/// What operators change.
extension AdminSide {
    private static let pendingMax = 256
    private static let waitMax: UInt64 = 2_000_000_000
    private static let gatherMax: UInt64 = 2_000_000_000
    private static let denialMax = Timespan.hours(24 * 7)

    // MARK: Controls

    func control(
        _ room: String, _ body: JSONValue, _ facts: AdminFacts, _ caller: AdminCaller, _ exchange: AdminExchange
    ) {
        guard let standing = board.standings[room] else { return refuseRoom(room, exchange) }
        let wish: ControlWish
        do throws(ControlWish.Refusal) {
            wish = try ControlWish(body)
        } catch {
            return exchange.refuse(422, "not-possible", "Not possible", error.saying)
        }
        if facts.value("dry_run").map({ $0 != "0" }) ?? false { return foresee(room, wish, exchange) }
        guard pending.count < Self.pendingMax else {
            return exchange.refuse(503, "busy", "Busy", "too many changes wait for the store; nothing was changed")
        }
        let before = standing.snapshot?.controls ?? RoomControls()
        let after = before.with(wish.changes)
        let steps = wish.items.map { item in
            let step: JSONValue = [
                "from": before.value(item.key), "to": after.value(item.key), "configured": standing.rules.value(item.key),
            ]
            return JSONMember(name: item.key, value: step)
        }
        note(caller, room, "controls", .object(steps))
        board.note(
            RoomBoard.Author(who: "\(caller.name) from \(caller.address)", at: unixSeconds), wish.items.map(\.key), of: room)
        let changes = wish.changes
        service.tellFirstEdge { $0.desk(room)?.control(changes) }
        pending.append(
            PendingChange(room: room, changes: changes, exchange: exchange, until: service.loop.now + Self.waitMax))
    }

    /// The store has spoken: what it shows is in force in the whole fleet.
    func settle(_ room: String, _ snapshot: RoomSnapshot) {
        guard !pending.isEmpty else { return }
        var controls = snapshot.controls
        controls.version = 0
        pending.removeAll { change in
            var wanted = controls.with(change.changes)
            wanted.version = 0
            guard change.room == room, wanted == controls else { return false }
            answer(change, isApplied: true)
            return true
        }
    }

    func expirePending() {
        let now = service.loop.now
        pending.removeAll { change in
            guard change.until <= now else { return false }
            answer(change, isApplied: false)
            return true
        }
    }

    private func answer(_ change: PendingChange, isApplied: Bool) {
        let room = board.room(change.room, at: service.loop.now, store: storeInUse(change.room)) ?? .null
        let note = "the store does not answer; it is told as soon as it does"
        change.exchange.answer(
            isApplied
                ? ["applied": true, "room": room] : ["applied": false, "note": .text(note), "room": room],
            isApplied ? 200 : 202)
    }

    /// What a change would do, as the first loop foresees it. Changes nothing.
    private func foresee(_ room: String, _ wish: ControlWish, _ exchange: AdminExchange) {
        let gathering = Gathering<(now: Prospect, then: Prospect)?>(1, within: Self.gatherMax, on: service.loop) { found in
            guard let prospects = found.first ?? nil else {
                return exchange.refuse(
                    503, "not-known", "Not known yet", "nothing is known of this room's line yet; ask again in a moment")
            }
            exchange.answer([
                "dryRun": true, "now": prospects.now.json, "then": prospects.then.json,
                "says": .text(ProspectText.sentence(prospects.now, prospects.then)),
            ])
        }
        let (mine, control, changes) = (LoopBound(gathering, on: service.loop), service.loop.handle, wish.changes)
        service.tellFirstEdge { edge in
            let prospects = edge.desk(room)?.node.prospects(changes)
            control.submit { control in mine.open(on: control)?.add(prospects) }
        }
    }

    // MARK: Tickets

    func revoke(_ room: String, _ body: JSONValue, _ caller: AdminCaller, _ exchange: AdminExchange) {
        guard board.standings[room] != nil else { return refuseRoom(room, exchange) }
        guard let text = body["ticket"]?.text, let id = TicketText.id(text, room: room) else {
            return exchange.refuse(
                422, "no-ticket", "No ticket",
                "send {\"ticket\":\"…\",\"for\":\"1h\"}: the ticket's id, or a token of this room")
        }
        let span = body["for"].map { $0.text.flatMap(Timespan.init) } ?? Timespan.hours(1)
        guard let span, span >= .seconds(1), span <= Self.denialMax else {
            return exchange.refuse(422, "no-time", "No such time", "for is a time such as \"30m\" or \"1h\", up to 168h")
        }
        note(caller, room, "revoke", ["ticket": .text(id.text), "for": .text("\(span)")])
        let gathering = Gathering<String?>(1, within: Self.gatherMax, on: service.loop) { found in
            guard let trouble = found.first else {
                return exchange.refuse(503, "busy", "Busy", "a loop does not answer")
            }
            if let trouble { return exchange.refuse(503, "busy", "Busy", trouble) }
            exchange.answer(["revoked": .text(id.text), "for": .text("\(span)")])
        }
        let (mine, control) = (LoopBound(gathering, on: service.loop), service.loop.handle)
        service.tellFirstEdge { edge in
            var trouble: String?
            do throws(OutboxFull) {
                try edge.desk(room)?.revoke(id, lasting: span.nanoseconds / 1000)
            } catch {
                trouble = error.description
            }
            control.submit { [trouble] control in mine.open(on: control)?.add(trouble) }
        }
    }

    func trace(_ text: String, _ room: String, _ exchange: AdminExchange) {
        guard let standing = board.standings[room] else { return refuseRoom(room, exchange) }
        guard let id = TicketText.id(text, room: room) else {
            return exchange.refuse(404, "no-ticket", "No ticket", "that is no ticket's id, nor a token of this room")
        }
        let lanes = standing.rules.lanes.map(\.name)
        let gathering = Gathering<TicketTrace>(service.edges.count, within: Self.gatherMax, on: service.loop) { traces in
            exchange.answer(TicketTimeline(id: id, room: room, lanes: lanes, traces: traces).json)
        }
        let (mine, control) = (LoopBound(gathering, on: service.loop), service.loop.handle)
        service.tellEdges { edge in
            let trace = edge.trace(of: id, in: room)
            control.submit { control in mine.open(on: control)?.add(trace) }
        }
    }

    // MARK: Audit

    func note(_ caller: AdminCaller, _ room: String, _ what: String, _ details: JSONValue) {
        let entry = AuditEntry(
            unixSeconds: unixSeconds, who: caller.name, address: caller.address, room: room, what: what, details: details)
        let isWritten = audit?.write(entry) ?? true
        service.log(isWritten ? .info : .error, "admin.change") { line in
            line.field("what", what)
            line.field("who", caller.name)
            line.field("client", caller.address)
            if !room.isEmpty { line.field("room", room) }
            if details != .null { line.field("details", details.description) }
            if !isWritten { line.field("hint", "the audit log could not take it: look at the disk") }
        }
    }
}
