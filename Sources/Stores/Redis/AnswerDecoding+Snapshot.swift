import Admission

extension AnswerDecoding {
    /// In the order in which `Scripts/admit.lua` packs it.
    static func snapshot(_ reader: inout AnswerReader) throws(AnswerReader.Misfit) -> RoomSnapshot {
        guard let phase = RoomPhase(rawValue: try reader.string()) else { throw AnswerReader.Misfit() }
        let now = try reader.number()
        let isRestoring = try reader.flag()
        let tail = try reader.place()
        let marksVersion = try reader.number()
        let (offered, sessions, fresh) = (try reader.count(), try reader.count(), try reader.count())
        let totals = try totals(&reader)
        let draw = try draw(&reader)
        var lanes: [LaneView] = []
        for _ in 0..<(try shortCount(&reader)) { lanes.append(try lane(&reader)) }
        let revoked = try reader.marks()
        let nodes = try reader.strings()
        let controls = try controls(&reader)
        let ended = try reader.ids()
        let endedUpTo = try reader.number()
        return RoomSnapshot(
            now: now, phase: phase, isRestoring: isRestoring, lanes: lanes, offered: offered, sessions: sessions,
            fresh: fresh, totals: totals, controls: controls, draw: draw, tail: tail, marksVersion: marksVersion,
            revoked: revoked, nodes: nodes.sorted(), ended: ended, endedUpTo: endedUpTo)
    }

    private static func shortCount(_ reader: inout AnswerReader) throws(AnswerReader.Misfit) -> Int {
        let count = Int(try reader.byte())
        guard count <= RoomKeys.laneSlotsMax else { throw AnswerReader.Misfit() }
        return count
    }

    private static func totals(_ reader: inout AnswerReader) throws(AnswerReader.Misfit) -> RoomTotals {
        var totals = RoomTotals()
        totals.entered = try reader.number()
        totals.admitted = try reader.number()
        totals.replaced = try reader.number()
        totals.claimed = try reader.number()
        totals.missed = try reader.number()
        totals.abandoned = try reader.number()
        totals.left = try reader.number()
        totals.ended = try reader.number()
        return totals
    }

    private static func draw(_ reader: inout AnswerReader) throws(AnswerReader.Misfit) -> Draw? {
        let hasDraw = try reader.flag()
        let epoch = try reader.epoch()
        let isOpened = try reader.flag()
        let wasScheduled = try reader.flag()
        let openedFor = try reader.number()
        guard let seed = Hexadecimal.bytes(Array(try reader.text())) else { throw AnswerReader.Misfit() }
        guard hasDraw else { return nil }
        return Draw(epoch: epoch, seed: seed, isOpened: isOpened, openedFor: wasScheduled ? openedFor : nil)
    }

    private static func lane(_ reader: inout AnswerReader) throws(AnswerReader.Misfit) -> LaneView {
        let name = try reader.string()
        let waiting = try reader.count()
        let (head, floor) = (try reader.place(), try reader.place())
        let near = try reader.ids()
        var packed = AnswerReader(Array(try reader.text()))
        var marks: [RankMark] = []
        while packed.left > 0 { marks.append(RankMark(place: try packed.place(), rank: try packed.count())) }
        return LaneView(name: name, waiting: waiting, head: head, floor: floor, near: near, marks: marks)
    }

    private static func controls(_ reader: inout AnswerReader) throws(AnswerReader.Misfit) -> RoomControls {
        let words = try reader.strings()
        guard words.count % 2 == 0 else { throw AnswerReader.Misfit() }
        let fields = stride(from: 0, to: words.count, by: 2).map { (name: words[$0], value: words[$0 + 1]) }
        guard let controls = RoomControls(fields: fields) else { throw AnswerReader.Misfit() }
        return controls
    }
}
