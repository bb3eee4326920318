import Admission
import Digest

/// What the ledgers of all nodes say of a room together. The same ledgers give the same export, whatever their order.
public struct Export: Sendable {
    public static let version = 1

    public let room: String
    public let salt: [UInt8]
    public let rows: [ExportRow]

    /// `reveals`: the ids of tickets whose place was drawn stand beside their hashes, so that anyone can check the draw.
    public init(room: String, merging files: [LedgerFile], reveals: Bool) throws(ExportFault) {
        let merging = try Merging(room: room, files)
        let lines = merging.lines
        self.room = room
        salt = Self.salt(room: room, line: lines.first)
        let hash = TicketHash(salt: salt)
        let drawn = merging.drawn
        var first = ExportRow(kind: "export")
        first.details.add("format", Self.version)
        first.details.add("room", room)
        first.details.add("salt", Hex.text(salt))
        first.details.add("time", "microseconds-since-1970-by-the-store")
        if merging.spoiled > 0 { first.details.add("spoiled", merging.spoiled) }
        let numbers = Dictionary(lines.enumerated().map { ($1, $0 + 1) }, uniquingKeysWith: min)
        rows =
            [first]
            + merging.sorted(by: numbers).map { entry in
                entry.row.exported(of: entry.title, line: numbers[entry.row.line] ?? 0, hash, drawn, reveals: reveals)
            }
    }

    /// Of an export that was read.
    init(room: String, salt: [UInt8], rows: [ExportRow]) {
        self.room = room
        self.salt = salt
        self.rows = rows
    }

    /// Another for each line, so that nobody who has two exports of two sales can tell who was at both.
    private static func salt(room: String, line: UInt64?) -> [UInt8] {
        let text = "waitingroom export\n\(room)\n\(String(line ?? 0, radix: 16))\n"
        return Array(SHA256Value(of: Array(text.utf8)).array.prefix(16))
    }
}

/// What stands for a ticket in an export.
public struct TicketHash: Sendable {
    private let key: MACKey

    public init(salt: [UInt8]) { key = MACKey(salt) }

    /// 22 letters of base64url: the first 16 bytes of the MAC.
    public func text(_ id: TicketID) -> String {
        Base64URL.encode(Array(key.authenticate(id.bytes).array.prefix(16)))
    }
}

/// The epochs that places were drawn in, and of which the seed is known.
struct DrawnEpochs {
    var all: Set<UInt64> = []
    var opened: Set<UInt64> = []
}

extension LedgerRow {
    fileprivate func exported(
        of title: LedgerText.Title, line: Int, _ hash: TicketHash, _ drawn: DrawnEpochs, reveals: Bool
    ) -> ExportRow {
        var row = ExportRow(kind: kind.rawValue)
        row.run = title.run
        row.number = number
        row.line = line
        (row.time, row.after, row.before) = (time, after, before)
        row.lane = lane
        row.details = details
        if kind == .opened { row.details.add("node", title.node) }
        row.ticket = id.map(hash.text) ?? ""
        row.place = place
        if let place, drawn.all.contains(place.epoch) {
            // As long as the draw is secret, so are its places.
            if !drawn.opened.contains(place.epoch) { row.place = Place(epoch: place.epoch, number: 0) }
            if reveals, drawn.opened.contains(place.epoch) { row.id = id }
        }
        return row
    }
}
