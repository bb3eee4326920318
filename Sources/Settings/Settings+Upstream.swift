extension Settings {
    /// The origin's servers and how they are spoken to.
    public struct Upstream: Sendable, Equatable {
        /// What the `Host` of a forwarded request says.
        public enum Host: Sendable, Equatable {
            /// What the client wrote.
            case client
            /// The name of the server that the request goes to.
            case upstream
            case fixed(String)
        }

        public var servers: [UpstreamServer] = []
        public var host = Host.client
        public var connectionsMax = 512
        public var idleMax = 64
        public var waitMax = 1024
        public var waitTimeout = Timespan.seconds(5)
        public var connectTimeout = Timespan.seconds(2)
        public var firstByteTimeout = Timespan.seconds(60)
        public var readTimeout = Timespan.seconds(60)
        public var writeTimeout = Timespan.seconds(30)
        public var idleTimeout = Timespan.seconds(50)
        public var headMax = ByteCount.kibibytes(64)
        public var fieldsMax = 256
        public var retries = 1
        public var retryBudgetPercent = 20
        public var ejectAfter = 5
        public var ejectFor = Timespan.seconds(2)
        public var ejectForMax = Timespan.seconds(60)
        /// Empty is off.
        public var healthPath = ""
        public var healthInterval = Timespan.seconds(5)
        public var healthTimeout = Timespan.seconds(2)
        /// A PEM file; empty is the system's authorities.
        public var tlsAuthorities = ""
        public var tlsVerify = true
        /// The name to ask for and to verify; empty is the server's own host.
        public var tlsName = ""

        public init() {}
    }
}
