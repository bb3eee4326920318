extension Settings {
    /// How a changed file is noticed; SIGHUP always reloads.
    public struct Reload: Sendable, Equatable {
        public var watch = true

        public init() {}
    }
}
