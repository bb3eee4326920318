extension Settings {
    /// How a changed file is noticed; SIGHUP always reloads.
    public struct Reload: Sendable, Equatable {
        public var watch = true

        public init() {}
    }
}

extension Settings.Reload {
    static let section = Section(
        "reload",
        "A reload takes this file whole or, when anything is wrong with it, not at all. SIGHUP always reloads.",
        [
            Key(
                "reload", "watch", \.reload.watch, .boolean(), restart: true,
                "Whether this file is also read anew as soon as it changes.")
        ])
}
