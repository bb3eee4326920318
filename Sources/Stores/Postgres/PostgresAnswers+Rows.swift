import Admission
import Postgres

extension PostgresAnswers {
    /// What a row answers to a call.
    static func answer(_ row: PostgresRow, to call: StoreCall) throws(StoreFault) -> StoreAnswer {
        let epoch = try epoch(row.told("epoch"))
        let lineage = UInt64(bitPattern: try row.told("lineage", Int64.self))
        let outcome: StoreAnswer.Outcome = try row.told("is_lost", Bool.self) ? .lost : try self.outcome(row, call.operation)
        return StoreAnswer(epoch: epoch, lineage: lineage, outcome: outcome)
    }

    private static func outcome(
        _ row: PostgresRow, _ operation: StoreCall.Operation
    ) throws(StoreFault) -> StoreAnswer.Outcome {
        switch operation {
        case .enter(let arrivals):
            .entered(try entered(row.told("kinds"), row.told("results"), count: arrivals.count))
        case .beat(let ids): .beaten(try beaten(row.told("are_waiting"), count: ids.count))
        case .admit: .admitted(try snapshot(row))
        case .claim(let ids): .claimed(try claimed(row.told("kinds"), row.told("results"), count: ids.count))
        case .renew(let sessions): .renewed(try renewed(row.told("kinds"), count: sessions.count))
        case .release, .leave, .revoke, .control, .adapt, .restore: .done
        case .read(let cursor): .page(try page(row, from: cursor))
        }
    }

    private static func page(_ row: PostgresRow, from cursor: PageCursor) throws(StoreFault) -> Page {
        let columns = PageColumns(
            laneCount: try row.told("lane_count"), sectionSize: try row.told("section_size", Int64?.self) ?? 0,
            ids: try row.tickets("ids"), firsts: try row.told("firsts"), seconds: try row.told("seconds"))
        return try page(columns, from: cursor)
    }

    private static func snapshot(_ row: PostgresRow) throws(StoreFault) -> RoomSnapshot {
        var told = PostgresSnapshot()
        told.now = try row.told("told_at")
        told.phase = try row.told("told_phase")
        told.isRestoring = try row.told("is_restoring")
        told.laneNames = try row.told("lane_names")
        told.laneWaiting = try row.told("lane_waiting")
        told.laneHeads = try row.told("lane_heads")
        told.laneFloors = try row.told("lane_floors")
        told.near = try row.tickets("near")
        told.markCounts = try row.told("mark_counts")
        told.markPlaces = try row.told("mark_places")
        told.markRanks = try row.told("mark_ranks")
        told.offered = try row.told("offered")
        told.sessions = try row.told("sessions")
        told.fresh = try row.told("fresh")
        told.totals = try row.told("totals")
        told.controls = try controls(row)
        told.drawEpoch = try row.told("draw_epoch")
        told.drawSeed = try row.told("draw_seed")
        told.drawIsOpened = try row.told("draw_is_opened")
        told.drawOpenedFor = try row.told("draw_opened_for")
        told.tail = try row.told("tail")
        told.marksVersion = try row.told("marks_version")
        told.revoked = try row.tickets("revoked")
        told.revokedEnds = try row.told("revoked_ends")
        told.nodes = try row.told("nodes")
        told.ended = try row.tickets("ended_ids")
        told.endedUpTo = try row.told("ended_up_to")
        return try told.snapshot()
    }

    static func controls(_ row: PostgresRow) throws(StoreFault) -> ControlColumns {
        ControlColumns(
            version: try row.told("control_version"), rateCount: try row.told("control_rate_count"),
            ratePer: try row.told("control_rate_per"), burst: try row.told("control_burst"),
            slotsMax: try row.told("control_slots_max"), state: try row.told("control_state"),
            opensAt: try row.told("control_opens_at"), message: try row.told("control_message"),
            adapted: try row.told("control_adapted"))
    }
}

extension PostgresRow {
    func told<Value: PostgresValue>(_ column: String, _ kind: Value.Type = Value.self) throws(StoreFault) -> Value {
        do throws(PostgresFault) {
            return try get(column, as: kind)
        } catch {
            throw .nonsense("\(error)")
        }
    }

    func tickets(_ column: String) throws(StoreFault) -> [TicketID] {
        try told(column, [PostgresUUID].self).map { TicketID(high: $0.high, low: $0.low) }
    }
}
