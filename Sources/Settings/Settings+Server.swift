import Address

extension Settings {
    /// The listener for plain HTTP, and what holds for every client, TLS or not.
    public struct Server: Sendable, Equatable {
        public var listen = [Endpoint(address: .loopback4, port: 8080)]
        /// `nil` is one per core.
        public var loops: Int?
        public var backlog = 4096
        public var connectionsMax = 60_000
        public var connectionsPerAddressMax: Int? = 20_000
        public var requestsPerConnectionMax: Int? = 100_000
        public var headTimeout = Timespan.seconds(10)
        public var bodyTimeout = Timespan.seconds(30)
        public var bodyRateMin: ByteRate? = ByteRate(bytesPerSecond: 256)
        public var idleTimeout = Timespan.seconds(75)
        public var writeTimeout = Timespan.seconds(30)
        public var tunnelIdleTimeout = Timespan.minutes(10)
        public var drainTimeout = Timespan.seconds(30)
        public var headMax = ByteCount.kibibytes(32)
        public var fieldsMax = 128
        public var bodyMax = ByteCount.gibibytes(10)
        public var proxyProtocol: [Network] = []
        public var trustedProxies: [Network] = []
        public var stateDirectory = "state"

        public init() {}
    }
}
