import Admission
import Loop

/// The store of a process, for the desks of all its loops.
///
/// Each desk ticks ten times a second, as if it were alone. The store is asked for one of these ticks, and the others are
/// answered with what it said: what a tick costs follows from the number of processes, not of cores. Each desk's own tick goes
/// through often enough for the store to know that it is there.
public final class StoreHost: QueueStore {
    /// An answer is good for the ticks that come this soon behind it.
    static let freshFor: Microseconds = RoomNode.tickEvery * 9 / 10
    /// A desk is heard by the store at least this often, which is well within `Line.nodeWindow`.
    static let heardEvery: Microseconds = 1_000_000

    private let store: any QueueStore
    private let clock: () -> Microseconds
    private var rooms: [String: Room] = [:]
    /// Told what the store says of a room with each tick that it is asked for.
    public var onSnapshot: ((String, RoomSnapshot) -> Void)?

    fileprivate struct Room {
        var last: StoreAnswer?
        var lastAt: Microseconds = .min
        /// Whoever had heard of all endings up to here, hears by the last answer of all there are.
        var lastFrom: Microseconds = 0
        /// Of the last answer that had them.
        var marks: Marks?
        var heardAt: [String: Microseconds] = [:]
        /// The line that the tick under way was asked about, and who waits for it.
        var asked: (epoch: UInt64, lineage: UInt64, from: Microseconds)?
        var waiting: [(marksVersion: Int64, answer: (Result<StoreAnswer, StoreFault>) -> Void)] = []
    }

    /// What a store sends only to who has others.
    fileprivate struct Marks {
        var lineage: UInt64
        var version: Int64
        var lanes: [[RankMark]]
        var revoked: [Recollection.Mark]
    }

    /// `clock`: of the loop.
    public init(_ store: any QueueStore, clock: @escaping () -> Microseconds) {
        self.store = store
        self.clock = clock
    }

    public func perform(_ call: StoreCall, _ answer: @escaping (Result<StoreAnswer, StoreFault>) -> Void) {
        guard case .admit(let tick) = call.operation else { return store.perform(call, answer) }
        let now = clock()
        var room = rooms[call.room] ?? Room()
        let isHeard = room.heardAt[call.node].map { now - $0 < Self.heardEvery } ?? false
        if isHeard, let last = room.last, now - room.lastAt < Self.freshFor, last.epoch == call.epoch,
            last.lineage == call.lineage, tick.endedUpTo >= room.lastFrom
        {
            return answer(.success(Self.told(last, to: tick.marksVersion, room.marks)))
        }
        if isHeard, let asked = room.asked, (asked.epoch, asked.lineage) == (call.epoch, call.lineage),
            tick.endedUpTo >= asked.from
        {
            room.waiting.append((tick.marksVersion, answer))
            rooms[call.room] = room
            return
        }
        ask(call, tick, &room, now, answer)
    }

    private func ask(
        _ call: StoreCall, _ tick: Tick, _ room: inout Room, _ now: Microseconds,
        _ answer: @escaping (Result<StoreAnswer, StoreFault>) -> Void
    ) {
        let isFirst = room.asked == nil
        if isFirst { room.asked = (call.epoch, call.lineage, tick.endedUpTo) }
        if room.heardAt.count > Line.nodesMax { room.heardAt = [:] }
        room.heardAt[call.node] = now
        // The marks that this host has are not asked for again, whoever asks.
        var (call, asked) = (call, tick)
        if let marks = room.marks, call.lineage == marks.lineage { asked.marksVersion = marks.version }
        call.operation = .admit(asked)
        rooms[call.room] = room
        let name = call.room
        store.perform(call) { [weak self] result in
            guard let self else { return answer(result) }
            self.answered(name, result, isFirst: isFirst, asked, of: tick.marksVersion, answer)
        }
    }

    private func answered(
        _ name: String, _ result: Result<StoreAnswer, StoreFault>, isFirst: Bool, _ asked: Tick,
        of version: Int64, _ answer: @escaping (Result<StoreAnswer, StoreFault>) -> Void
    ) {
        var room = rooms[name] ?? Room()
        var others: [(marksVersion: Int64, answer: (Result<StoreAnswer, StoreFault>) -> Void)] = []
        if isFirst {
            room.asked = nil
            swap(&others, &room.waiting)
        }
        if case .success(let told) = result, case .admitted(let snapshot) = told.outcome {
            room.note(told, snapshot, hasMarks: asked.marksVersion != snapshot.marksVersion, at: clock())
            room.lastFrom = asked.endedUpTo
            onSnapshot?(name, snapshot)
        } else {
            room.last = nil
        }
        let marks = room.marks
        rooms[name] = room
        answer(result.map { Self.told($0, to: version, marks) })
        for other in others { other.answer(result.map { Self.told($0, to: other.marksVersion, marks) }) }
    }

    /// The same answer for somebody with other marks.
    private static func told(_ answer: StoreAnswer, to version: Int64, _ marks: Marks?) -> StoreAnswer {
        guard case .admitted(var snapshot) = answer.outcome else { return answer }
        let isWanted = version != snapshot.marksVersion
        let known = marks.flatMap { $0.version == snapshot.marksVersion && $0.lineage == answer.lineage ? $0 : nil }
        for lane in snapshot.lanes.indices {
            let have = known.flatMap { $0.lanes.indices.contains(lane) ? $0.lanes[lane] : nil }
            snapshot.lanes[lane].marks = isWanted ? have ?? [] : []
        }
        snapshot.revoked = isWanted ? known?.revoked ?? [] : []
        // Asked for again with the next tick.
        if isWanted, known == nil { snapshot.marksVersion = 0 }
        var answer = answer
        answer.outcome = .admitted(snapshot)
        return answer
    }
}

extension StoreHost.Room {
    fileprivate mutating func note(_ answer: StoreAnswer, _ snapshot: RoomSnapshot, hasMarks: Bool, at now: Microseconds) {
        if hasMarks {
            marks = StoreHost.Marks(
                lineage: answer.lineage, version: snapshot.marksVersion, lanes: snapshot.lanes.map(\.marks),
                revoked: snapshot.revoked)
        } else if marks?.lineage != answer.lineage || marks?.version != snapshot.marksVersion {
            marks = nil
        }
        last = answer
        lastAt = now
    }
}
