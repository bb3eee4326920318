extension Settings {
    /// The keys (`section.key`) whose values differ: those that take effect at once, and those that need a restart.
    public static func changes(from old: Settings, to new: Settings) -> (live: [String], needRestart: [String]) {
        let changed = keys.filter { !$0.isSame(old, new) }
        return (changed.filter { !$0.needsRestart }.map(\.path), changed.filter(\.needsRestart).map(\.path))
    }

    /// What really holds after a reload to `new`: its live keys, and this one's for all that need a restart.
    public func reloaded(to new: Settings) -> Settings {
        var result = new
        for key in Settings.keys where key.needsRestart { key.copy(self, &result) }
        return result
    }
}
