import Glibc

/// What a start has found of a room.
public struct JournalOpening: Hashable, Sendable {
    public let room: String
    public let path: String
    /// 0: nothing was there.
    public let epoch: UInt64
    public let sessions: Int
    public let spent: Int
    public let revoked: Int
    /// From this byte on the last write is not whole: a crash. Nobody has lost anything by it.
    public let tornAt: Int?
    /// From this byte on something cannot be read. What could is used; the file is kept beside, its name ends in `.damaged`.
    public let damagedAt: Int?

    init(room: String, path: String, image: JournalImage, flaw: JournalReading.Flaw?) {
        self.room = room
        self.path = path
        epoch = image.watermarks.epoch
        sessions = image.sessions.count
        spent = image.spent.count
        revoked = image.revoked.count
        switch flaw {
        case .tornEnd(let at): (tornAt, damagedAt) = (at, nil)
        case .damage(let at): (tornAt, damagedAt) = (nil, at)
        case nil: (tornAt, damagedAt) = (nil, nil)
        }
    }
}

extension RoomJournal {
    /// Reads what is there, and puts a whole and short file in its place.
    static func open(
        room: String, folder: String, background: @escaping Background
    ) throws(JournalFault) -> (journal: RoomJournal, image: JournalImage, opening: JournalOpening) {
        let path = folder + "/" + JournalFile.name(of: room)
        let found = try JournalFile.read(path)
        let reading = try found.map { file throws(JournalFault) in try read(file.bytes, room, path) }
        let image = JournalImage(reading?.records ?? [])
        if case .damage = reading?.flaw {
            _ = unlink(path + ".damaged")
            _ = link(path, path + ".damaged")
        }
        let journal = RoomJournal(room: room, path: path, identity: found?.identity, background: background)
        journal.begin(with: image, isSynced: found != nil)
        return (journal, image, JournalOpening(room: room, path: path, image: image, flaw: reading?.flaw))
    }

    private static func read(
        _ bytes: [UInt8], _ room: String, _ path: String
    ) throws(JournalFault) -> (records: [JournalRecord], flaw: JournalReading.Flaw?) {
        let reading = JournalReading(bytes)
        if case .opened(let format, let owner)? = reading.records.first {
            guard format <= JournalRecord.format else { throw .laterFormat(path: path, format: Int(format)) }
            guard owner == room else { throw .ofAnotherRoom(path: path, room: owner) }
        } else if reading.records.isEmpty {
            let header = JournalRecord.opened(format: JournalRecord.format, room: room).bytes
            guard header.starts(with: bytes) || bytes.allSatisfy({ $0 == 0 }) else { throw .notAJournal(path: path) }
        }
        return (reading.records, reading.flaw)
    }
}
