extension Settings {
    /// The keys (`section.key`) whose values differ: those that take effect at once, and those that need a restart.
    public static func changes(from old: Settings, to new: Settings) -> (live: [String], needRestart: [String]) {
        let changed = keys.filter { !$0.isSame(old, new) }
        let live = changed.filter { !$0.needsRestart }.map(\.path) + roomChanges(from: old, to: new)
        return (live, changed.filter(\.needsRestart).map(\.path))
    }

    /// What really holds after a reload to `new`: its live keys, and this one's for all that need a restart.
    public func reloaded(to new: Settings) -> Settings {
        var result = new
        for key in Settings.keys where key.needsRestart { key.copy(self, &result) }
        return result
    }

    /// `rooms.NAME.key`, or `rooms.NAME` for one that came or went. `[room]` speaks for itself.
    private static func roomChanges(from old: Settings, to new: Settings) -> [String] {
        var changes: [String] = []
        for room in new.rooms {
            guard let before = old.rooms.first(where: { $0.name == room.name }) else {
                changes.append("rooms.\(room.name)")
                continue
            }
            var (one, other) = (Settings(), Settings())
            (one.room, other.room) = (before.room, room.room)
            changes += Room.section.keys.filter { !$0.isSame(one, other) }.map { "rooms.\(room.name).\($0.name)" }
        }
        let gone = old.rooms.filter { room in !new.rooms.contains { $0.name == room.name } }
        return changes + gone.map { "rooms.\($0.name)" }
    }
}
