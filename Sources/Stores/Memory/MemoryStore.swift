import Admission

/// The line in this process, one for each room; with a folder to write to, durable all the same.
///
/// What is written is what no ticket says: how far the line has come, what an operator has changed, the draw, who is inside,
/// whose ticket is spent, who is kept out. After a restart a line goes on in the next epoch; those who waited come back with
/// their tickets, at their own places.
public final class MemoryStore: QueueStore {
    /// Called when a room's journal can no longer be written, and with nil when it can again.
    public var onFault: (_ room: String, JournalFault?) -> Void = { _, _ in }
    /// What was found at the start.
    public private(set) var openings: [JournalOpening] = []

    public let isShared = false
    private let clock: () -> Microseconds
    private let lineage: () -> UInt64
    private let folder: String?
    private let background: Background
    private var rooms: [String: Room] = [:]

    private final class Room {
        var line = Line()
        var notes = JournalNotes()
        var journal: RoomJournal?
        /// What is still to be taken in, with the first call, which brings the rules.
        var image: JournalImage?
        var reported: JournalFault?
    }

    /// Without a journal. `clock` gives the microseconds since 1970.
    public init(clock: @escaping () -> Microseconds) {
        self.clock = clock
        lineage = { 0 }
        folder = nil
        background = { _ in false }
    }

    /// Opens the journals of `rooms`, waiting for the disk. Other rooms are opened at their first call, which then waits.
    ///
    /// `lineage` gives random numbers, not 0; `background` runs what waits for the disk, see `JournalThread`.
    public init(
        folder: String, rooms: [String], clock: @escaping () -> Microseconds, lineage: @escaping () -> UInt64,
        background: @escaping Background
    ) throws(JournalFault) {
        self.clock = clock
        self.lineage = lineage
        self.folder = folder
        self.background = background
        try JournalFile.makeFolder(folder)
        for name in rooms { self.rooms[name] = try open(name, in: folder) }
    }

    public func perform(_ call: StoreCall, _ answer: @escaping (Result<StoreAnswer, StoreFault>) -> Void) {
        let room = room(call.room)
        let now = clock()
        guard let journal = room.journal else {
            answer(.success(room.line.apply(call, now: now)))
            return
        }
        var records = resume(room, call, now)
        let tickets = JournalNotes.tickets(of: call)
        let before = tickets.map(room.line.trace)
        let epoch = room.line.epoch
        let done = room.line.apply(call, now: now)
        records += room.notes.records(
            of: room.line, after: call, done, epoch: epoch, tickets: tickets, before: before, now: now)
        journal.write(records, now: now) { (room.line.keepsake, room.line.time(at: now)) }
        report(room, journal.fault, call.room)
        answer(.success(done))
    }

    /// Waits until everything is on the disk. For the end of the process.
    public func finish() {
        for room in rooms.values { room.journal?.finish() }
    }

    /// The rooms whose journal is not being written now, and why.
    public var faults: [String: JournalFault] { rooms.compactMapValues { $0.journal?.fault ?? $0.reported } }

    private func room(_ name: String) -> Room {
        if let room = rooms[name] { return room }
        var room = Room()
        if let folder {
            do throws(JournalFault) {
                room = try open(name, in: folder)
            } catch {
                report(room, error, name)
            }
        }
        rooms[name] = room
        return room
    }

    private func open(_ name: String, in folder: String) throws(JournalFault) -> Room {
        let opened = try RoomJournal.open(room: name, folder: folder, background: background)
        let room = Room()
        room.journal = opened.journal
        room.image = opened.image.isLine ? opened.image : nil
        openings.append(opened.opening)
        return room
    }

    /// With the first call the line begins where the journal ends.
    private func resume(_ room: Room, _ call: StoreCall, _ now: Microseconds) -> [JournalRecord] {
        guard let image = room.image else { return [] }
        room.image = nil
        let recollection = image.recollection(lineage: lineage())
        let begin = StoreCall(room: call.room, rules: call.rules, node: call.node, operation: .restore(recollection))
        _ = room.line.apply(begin, now: now)
        room.line.note(ended: image.endedLately(call.rules), call.rules, at: now)
        return room.notes.records(resuming: room.line, rules: call.rules, now: now)
    }

    private func report(_ room: Room, _ fault: JournalFault?, _ name: String) {
        guard fault != room.reported else { return }
        room.reported = fault
        onFault(name, fault)
    }
}
