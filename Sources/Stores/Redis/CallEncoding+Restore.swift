import Admission
import Redis

extension CallEncoding {
    static func add(_ recollection: Recollection, of call: StoreCall, to command: inout RedisCommand) {
        command.add(call.node)
        command.add(RoomHeader.epoch(recollection.epoch))
        command.add(RoomHeader.lineage(recollection.lineage))
        command.add(recollection.isComplete ? "1" : "0")
        addItems(of: recollection, lanes: call.rules.lanes.count, to: &command)
        let marks = recollection.watermarks
        command.add(marks.lanes.count)
        for lane in marks.lanes {
            command.add(lane.name)
            command.add(String(lane.head.rawValue))
            command.add(String(lane.floor.rawValue))
        }
        command.add(marks.draw.map { RoomHeader.epoch($0.epoch) } ?? "-")
        command.add(marks.draw.map { Hexadecimal.text($0.seed) } ?? "-")
        command.add(marks.draw?.isOpened == true ? "1" : "0")
        command.add(marks.draw?.openedFor.map(RoomHeader.exact) ?? "-")
        let nodes = recollection.nodes.prefix(Line.nodesMax)
        command.add(nodes.count)
        for node in nodes { command.add(node) }
        command.add(marks.controls.adapted.map(AdaptedField.text) ?? "-")
        command.add(RoomHeader.exact(marks.controls.version))
        for field in ControlField.all(marks.controls) {
            command.add(field.name)
            command.add(field.value ?? "")
        }
    }

    private static func addItems(of recollection: Recollection, lanes: Int, to command: inout RedisCommand) {
        for marks in [recollection.revoked, recollection.spent] {
            var bytes = ItemBytes(reserving: marks.count * 24)
            for mark in marks {
                bytes.add(mark.id)
                bytes.add(mark.endsIn)
            }
            command.add(bytes.bytes)
        }
        var sessions = ItemBytes(reserving: recollection.sessions.count * 32)
        for session in recollection.sessions {
            sessions.add(session.id)
            sessions.add(session.startedAt)
            sessions.add(session.endsIn)
        }
        command.add(sessions.bytes)
        var waiting = ItemBytes(reserving: recollection.waiting.count * 33)
        for ticket in recollection.waiting {
            waiting.add(ticket.id)
            waiting.add(UInt8(truncatingIfNeeded: min(max(ticket.lane, 0), lanes - 1)))
            waiting.add(ticket.place)
            waiting.add(ticket.seenAgo)
        }
        command.add(waiting.bytes)
    }
}
