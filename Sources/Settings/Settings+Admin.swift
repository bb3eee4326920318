import Address

extension Settings {
    /// Metrics and health, for operators only.
    public struct Admin: Sendable, Equatable {
        /// Empty is off.
        public var listen = [Endpoint(address: .loopback4, port: 9900)]

        public init() {}
    }
}
