import Admission
import Loop
import Postgres

/// The roster in a PostgreSQL database, which is the fallback for another store. Heartbeats and moves of one room follow one
/// another there, so that of several nodes one wins a move, and none moves what another has just said to reach.
public final class PostgresRoster: Roster {
    private let asking: PostgresAsking
    private let statements: PostgresStatements
    private let clock: (() -> Microseconds)?

    /// See `PostgresStore.init`. `pool` should be one of its own: calls of one room wait for each other, and a node whose word
    /// waits behind them on the same connection counts as silent when it matters most.
    public init(
        _ pool: PostgresPool, on loop: EventLoop, schema: String = PostgresSchema.nameDefault,
        callTimeMax: UInt64 = PostgresStore.callTimeDefault, clock: (() -> Microseconds)? = nil
    ) {
        asking = PostgresAsking(pool: pool, loop: loop, callTimeMax: callTimeMax)
        statements = PostgresStatements(schema: schema)
        self.clock = clock
    }

    public func heartbeat(_ heartbeat: Heartbeat, _ answer: @escaping (Result<RosterView, StoreFault>) -> Void) {
        let marks = heartbeat.watermarks
        let about: [any PostgresValue] = [
            heartbeat.room, heartbeat.node, clock?(), heartbeat.reachesPrimary, heartbeat.version,
        ]
        let line: [any PostgresValue] = [
            Int64(clamping: marks.epoch), Int64(bitPattern: marks.lineage), PostgresCallParameters.number(marks.tail),
        ]
        let parameters =
            about + line + PostgresCallParameters.lanes(marks.lanes) + PostgresCallParameters.controls(marks.controls)
            + PostgresCallParameters.draw(marks.draw)
        asking.ask(
            statements.heartbeat, parameters, reading: { row throws(StoreFault) in try Self.view(row) }, then: answer)
    }

    public func move(_ move: RoomMove, _ answer: @escaping (Result<Bool, StoreFault>) -> Void) {
        let needs: (word: String, time: Microseconds) =
            switch move.condition {
            case .always: ("always", 0)
            case .nobodyReachesPrimary: ("nobody", 0)
            case .allReachPrimary(let time): ("all", time)
            }
        let parameters: [any PostgresValue] = [
            move.room, move.node, clock?(), move.version, move.to.rawValue, Int64(clamping: move.epoch), needs.word,
            needs.time,
        ]
        asking.ask(
            statements.move, parameters, reading: { row throws(StoreFault) in try row.told("is_moved") }, then: answer)
    }

    private static func view(_ row: PostgresRow) throws(StoreFault) -> RosterView {
        let name = try row.told("holder", String.self)
        guard let holder = RoomMode.Holder(rawValue: name) else { throw .nonsense("\(name) holds no line") }
        let mode = RoomMode(
            holder: holder, epoch: try PostgresAnswers.epoch(row.told("epoch")),
            epochMax: try PostgresAnswers.epoch(row.told("epoch_max")), version: try row.told("version"),
            mover: try row.told("mover"))
        return RosterView(
            mode: mode, movedAgo: try row.told("moved_ago"), nodes: try row.told("nodes", [String].self).sorted(),
            reaching: try PostgresAnswers.count(row.told("reaching")),
            allReachingFor: try row.told("all_reaching_for"), isAcknowledged: try row.told("is_acknowledged"),
            watermarks: try marks(row))
    }

    private static func marks(_ row: PostgresRow) throws(StoreFault) -> Watermarks {
        let names = try row.told("mark_names", [String].self)
        let heads = try row.told("mark_heads", [Int64].self)
        let floors = try row.told("mark_floors", [Int64].self)
        try PostgresAnswers.agree(names.count, heads.count, floors.count)
        var lanes: [LaneMark] = []
        for at in names.indices {
            let head = try PostgresAnswers.place(heads[at])
            lanes.append(LaneMark(name: names[at], head: head, floor: try PostgresAnswers.place(floors[at])))
        }
        return Watermarks(
            epoch: try PostgresAnswers.epoch(row.told("mark_epoch")),
            lineage: UInt64(bitPattern: try row.told("mark_lineage", Int64.self)),
            tail: try PostgresAnswers.place(row.told("mark_tail")), lanes: lanes,
            draw: try PostgresAnswers.draw(
                row.told("draw_epoch"), row.told("draw_seed"), row.told("draw_is_opened"),
                openedFor: row.told("draw_opened_for")),
            controls: try PostgresAnswers.controls(PostgresAnswers.controls(row)))
    }
}
