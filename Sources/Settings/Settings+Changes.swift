extension Settings {
    /// The keys (`section.key`) whose values differ: those that take effect at once, and those that need a restart.
    public static func changes(from old: Settings, to new: Settings) -> (live: [String], needRestart: [String]) {
        ([], [])
    }

    /// What really holds after a reload to `new`: its live keys, and this one's for all that need a restart.
    public func reloaded(to new: Settings) -> Settings { new }
}
