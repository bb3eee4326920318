import Admission
import Redis

/// A call of the store as a command of Redis: one script, the room's keys, and the arguments that `Scripts` describes.
enum CallEncoding {
    /// `now`: the time that holds instead of the server's.
    static func command(_ call: StoreCall, keys: RoomKeys, now: Microseconds?) throws(StoreFault) -> RedisCommand {
        try check(call)
        let script = script(of: call.operation)
        var command = script.call(keys: keys.all, bytesReserved: keys.byteCount + 1024 + call.operation.itemCount * 34)
        command.add(RoomHeader.text(call, now: now))
        command.add(RoomHeader.lanes(call.rules))
        addArguments(of: call, to: &command)
        return command
    }

    private static func check(_ call: StoreCall) throws(StoreFault) {
        guard call.operation.itemCount <= StoreCall.itemsMax else {
            throw .notDone("\(call.operation.itemCount) items in one call; \(StoreCall.itemsMax) are the most")
        }
        let names = Set(call.rules.lanes.map(\.name))
        guard !names.isEmpty, names.count == call.rules.lanes.count, names.count <= RoomRules.lanesMax else {
            throw .notDone("a room has 1 to \(RoomRules.lanesMax) lanes with names of their own")
        }
    }

    private static func script(of operation: StoreCall.Operation) -> RedisScript {
        switch operation {
        case .enter: RoomScripts.enter
        case .beat: RoomScripts.beat
        case .admit: RoomScripts.admit
        case .claim: RoomScripts.claim
        case .renew: RoomScripts.renew
        case .release: RoomScripts.release
        case .leave: RoomScripts.leave
        case .revoke: RoomScripts.revoke
        case .control: RoomScripts.control
        case .adapt: RoomScripts.adapt
        case .restore: RoomScripts.restore
        case .read: RoomScripts.read
        }
    }

    private static func addArguments(of call: StoreCall, to command: inout RedisCommand) {
        switch call.operation {
        case .enter(let arrivals): add(arrivals, lanes: call.rules.lanes.count, to: &command)
        case .beat(let ids), .claim(let ids), .release(let ids), .leave(let ids): command.add(ItemBytes(ids).bytes)
        case .admit(let tick):
            command.add(call.node)
            command.add(RoomHeader.lineage(tick.lineage))
            command.add(Hexadecimal.text(tick.seed))
            command.add(tick.marksVersion)
            command.add(RoomHeader.exact(tick.endedUpTo))
        case .renew(let sessions):
            command.add(ItemBytes(sessions.map(\.id)).bytes)
            var starts = ItemBytes(reserving: sessions.count * 8)
            for session in sessions { starts.add(session.startedAt) }
            command.add(starts.bytes)
        case .revoke(let ids, let lasting):
            command.add(ItemBytes(ids).bytes)
            command.add(RoomHeader.exact(lasting))
        case .control(let changes):
            for change in changes {
                let field = ControlField(change)
                command.add(field.name)
                command.add(field.value.map { "=" + $0 } ?? "-")
            }
        case .adapt(let proposal):
            command.add(AdaptedField.rate(proposal.rate))
            command.add(proposal.reason.word)
            command.add(RoomHeader.exact(proposal.after))
        case .restore(let recollection): add(recollection, of: call, to: &command)
        case .read(let cursor):
            command.add(cursor.section)
            command.add(RoomHeader.exact(Int64(cursor.offset)))
        }
    }

    /// A letter says the lane (its lowest three bits), whether it is new (8), and whether it has a place (16).
    private static func add(_ arrivals: [Arrival], lanes: Int, to command: inout RedisCommand) {
        var letters = ItemBytes(reserving: arrivals.count)
        var places = ItemBytes(reserving: 0)
        for arrival in arrivals {
            let lane = UInt8(truncatingIfNeeded: min(max(arrival.lane, 0), lanes - 1))
            letters.add(64 + lane + (arrival.isNew ? 8 : 0) + (arrival.place == nil ? 0 : 16))
            if let place = arrival.place { places.add(place) }
        }
        command.add(ItemBytes(arrivals.lazy.map(\.id)).bytes)
        command.add(letters.bytes)
        command.add(places.bytes)
    }
}

extension StoreCall.Operation {
    var name: String {
        switch self {
        case .enter: "enter"
        case .beat: "beat"
        case .admit: "admit"
        case .claim: "claim"
        case .renew: "renew"
        case .release: "release"
        case .leave: "leave"
        case .revoke: "revoke"
        case .control: "control"
        case .adapt: "adapt"
        case .restore: "restore"
        case .read: "read"
        }
    }

    var itemCount: Int {
        switch self {
        case .enter(let arrivals): arrivals.count
        case .beat(let ids), .claim(let ids), .release(let ids), .leave(let ids), .revoke(let ids, _): ids.count
        case .renew(let sessions): sessions.count
        case .control(let changes): changes.count
        case .restore(let recollection): recollection.itemCount
        case .admit, .adapt, .read: 0
        }
    }
}
