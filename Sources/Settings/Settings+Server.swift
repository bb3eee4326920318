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
        public var fieldsMax = 100
        public var bodyMax = ByteCount.gibibytes(10)
        public var proxyProtocol: [Network] = []
        public var trustedProxies: [Network] = []
        public var stateDirectory = "state"

        public init() {}
    }
}

extension Settings.Server {
    static let section = Section(
        "server",
        "The listener for plain HTTP, and what holds for every client, with or without TLS.",
        addresses + deadlines + sizes)

    private static let addresses: [Key] = [
        Key(
            "server", "listen", \.server.listen, .endpoints(), restart: true,
            "Where plain HTTP is served. Only this machine until you say otherwise: \"0.0.0.0:80\" is every IPv4 address, "
                + "\"[::]:80\" every IPv6 one. \"off\" leaves TLS alone."),
        Key(
            "server", "loops", \.server.loops, Kind<Int>.integer(1...256).or("auto"), restart: true,
            "Threads that serve, each with its own event loop. \"auto\" is one per core, which is as fast as it gets."),
        Key(
            "server", "backlog", \.server.backlog, .integer(1...65535), restart: true,
            "Connections that the kernel holds for each loop until they are accepted; it allows no more than "
                + "net.core.somaxconn, which is 4096 unless it was changed."),
        Key(
            "server", "connections_max", \.server.connectionsMax, .integer(1...4_000_000),
            "Clients' connections, all loops together; beyond that new ones are closed at once. Cut down at the start to what "
                + "the limit on open files leaves. 60000 idle ones take some 10 MB."),
        Key(
            "server", "connections_per_address_max", \.server.connectionsPerAddressMax,
            Kind<Int>.integer(1...4_000_000).or("off"),
            "The same for one address (IPv6: one /64). A third of the total: one address cannot take everything, and a campus "
                + "or a mobile carrier behind one address still fits. trusted_proxies and proxy_protocol peers are not counted."
        ),
        Key(
            "server", "requests_per_connection_max", \.server.requestsPerConnectionMax,
            Kind<Int>.integer(1...1_000_000_000).or("off"),
            "Requests after which a connection is closed with its answer, so that busy ones spread over the loops again."),
        Key(
            "server", "proxy_protocol", \.server.proxyProtocol, .networks(),
            "Networks whose connections begin with a PROXY header (v1 or v2), and must; from everywhere else such a header is "
                + "refused as the bad request that it is. Nobody, since a header that is believed can name any address."),
        Key(
            "server", "trusted_proxies", \.server.trustedProxies, .networks(),
            "Networks whose X-Forwarded-For is believed, from the right until the first address that is not in them. Nobody, "
                + "for the same reason; a front nginx on this machine is \"127.0.0.1\". These also may ask whether a request of theirs "
                + "may go on (docs/PROXIES.md)."),
        Key(
            "server", "state_dir", \.server.stateDirectory, .path("a path", example: "state"), restart: true,
            "The folder for what outlives a restart, made when it is needed: the keys that are made when no keys_file is given, the memory "
                + "store's journal, the ledgers, the token of the admin side and its log of changes. Nobody else may read it. Paths in "
                + "this file are taken from the folder that the file is in."),
    ]

    private static let deadlines: [Key] = [
        Key(
            "server", "head_timeout", \.server.headTimeout, .timespan(.milliseconds(100) ... .hours(1)),
            "From the first byte of a request to the end of its head; then 408. A head is one packet or two, so that ten "
                + "seconds are enough on the worst line, and too few to hold thousands of connections open."),
        Key(
            "server", "body_timeout", \.server.bodyTimeout, .timespan(.milliseconds(100) ... .hours(1)),
            "How long a request's body may stand still; then 408."),
        Key(
            "server", "body_rate_min", \.server.bodyRateMin,
            Kind<ByteRate>.byteRate(ByteRate(bytesPerSecond: 1)...ByteRate(bytesPerSecond: 1 << 30)).or("off"),
            "Who sends or reads a body more slowly than this, measured over body_timeout or write_timeout, is cut off. Far "
                + "below any modem, far above one byte at a time. Tunnels and answers that the origin itself sends slowly are "
                + "left alone."),
        Key(
            "server", "idle_timeout", \.server.idleTimeout, .timespan(.milliseconds(100) ... .hours(24)),
            "How long a connection is kept for its next request. A visitor reads a page in that time; longer than the 60s "
                + "of the usual load balancers, so that they close first and no request is lost between the two."),
        Key(
            "server", "write_timeout", \.server.writeTimeout, .timespan(.milliseconds(100) ... .hours(1)),
            "How long a client may take none of an answer that waits for it; then it is cut off."),
        Key(
            "server", "tunnel_idle_timeout", \.server.tunnelIdleTimeout, .timespan(.seconds(1) ... .hours(24)),
            "How long a WebSocket or another tunnel may carry nothing in either direction. Most ping once a minute or less."),
        Key(
            "server", "drain_timeout", \.server.drainTimeout, .timespan(.milliseconds(100) ... .hours(1)),
            "After SIGTERM, how long requests in flight have to finish. Less than the 90s after which systemd kills."),
    ]

    private static let sizes: [Key] = [
        Key(
            "server", "head_max", \.server.headMax, .byteCount(.kibibytes(1) ... .mebibytes(1)),
            "The request line and all header fields; 431 beyond. Browsers send 1 to 4 KiB, with many cookies 16."),
        Key(
            "server", "fields_max", \.server.fieldsMax, .integer(16...1024),
            "Header fields in one request; 431 beyond. Browsers send 15 to 30."),
        Key(
            "server", "body_max", \.server.bodyMax, .byteCount(ByteCount(bytes: 1) ... .gibibytes(1 << 20)),
            "The largest body of a request; 413 beyond. Bodies stream through and take no memory, so that the origin is the "
                + "one to be stricter."),
    ]
}
