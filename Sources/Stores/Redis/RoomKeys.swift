/// The keys of one room. They share a hash tag, so that a room is on one slot of a cluster, and every script is given all of
/// them, in this order (`Scripts/line.lua` knows it).
struct RoomKeys {
    /// The rules' lanes, and as many that the rules do not name any more and that still have somebody waiting. A call whose
    /// lanes would need more is refused.
    static let laneSlotsMax = 16
    /// What the keys hold and how; the meter says it. Goes up with every change after which scripts of two versions would not
    /// agree on what they find: a line that another number is written in is neither read nor changed.
    static let schema = 3
    private static let names = [
        "meter", "control", "lanes", "nodes", "awaited", "seen", "offered", "active", "started", "spent", "revoked",
        "stood", "ended",
    ]

    let all: [String]
    let byteCount: Int

    /// Nil for a name that is no hash tag.
    init?(prefix: String, room: String) {
        guard !room.isEmpty, !room.utf8.contains(where: { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "}") }) else {
            return nil
        }
        let queues = (0..<Self.laneSlotsMax).map { slot in
            ":" + String(UnicodeScalar(UInt8(ascii: "a") + UInt8(slot)))
        }
        all = Self.names.map { "\(prefix)\($0):{\(room)}" } + queues.map { "\(prefix)queue:{\(room)}\($0)" }
        byteCount = all.reduce(0) { $0 + $1.utf8.count + 8 }
    }
}
