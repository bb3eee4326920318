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
        public var waitMax = 8192
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

extension Settings.Upstream {
    static let section = Section(
        "upstream",
        "The origin: servers that requests are forwarded to, each to the less busy one of two that are drawn.",
        requests + connections + deadlines + failures + health + security)

    private static let requests: [Key] = [
        Key(
            "upstream", "servers", \.upstream.servers, .upstreamServers(),
            "\"http://127.0.0.1:9000\", \"https://shop.internal\", or a list of such; a name is looked up, and all of its "
                + "addresses are used. Nothing can be forwarded without one, here or as --upstream."),
        Key(
            "upstream", "host", \.upstream.host, .upstreamHost(),
            "The Host that the origin sees: \"client\", what the visitor asked for, as the origin would see it without us; "
                + "\"upstream\", the server's own name; or a fixed host name."),
    ]

    private static let connections: [Key] = [
        Key(
            "upstream", "connections_max", \.upstream.connectionsMax, .integer(1...65535),
            "Connections to one server, all loops together, and so the requests that it works on at a time. What most "
                + "application servers can bear; lower it to what yours can."),
        Key(
            "upstream", "idle_max", \.upstream.idleMax, .integer(0...65535),
            "Unused connections that each loop keeps open to one server for the next requests."),
        Key(
            "upstream", "wait_max", \.upstream.waitMax, .integer(0...1_000_000),
            "Requests that may wait for a connection when all are taken; 503 beyond. Enough for a burst, and what waits longer "
                + "than wait_timeout is told so."),
        Key(
            "upstream", "head_max", \.upstream.headMax, .byteCount(.kibibytes(1) ... .mebibytes(1)),
            "The status line and all header fields of an answer; 502 beyond. Twice a request's: origins set many cookies."),
        Key(
            "upstream", "fields_max", \.upstream.fieldsMax, .integer(16...1024),
            "Header fields in one answer; 502 beyond. Twice a request's."),
    ]

    private static let deadlines: [Key] = [
        Key(
            "upstream", "wait_timeout", \.upstream.waitTimeout, .timespan(.milliseconds(1) ... .hours(1)),
            "How long a request waits for a connection; then 503. Visitors begin to press reload after that."),
        Key(
            "upstream", "connect_timeout", \.upstream.connectTimeout, .timespan(.milliseconds(1) ... .minutes(5)),
            "How long a connection, with its TLS handshake, may take. Two lost packets in a data centre fit."),
        Key(
            "upstream", "first_byte_timeout", \.upstream.firstByteTimeout, .timespan(.milliseconds(1) ... .hours(24)),
            "From the end of a request to the head of its answer; then 504. The slowest report of most sites fits."),
        Key(
            "upstream", "read_timeout", \.upstream.readTimeout, .timespan(.milliseconds(1) ... .hours(24)),
            "How long an answer may stand still in the middle. Longer than the pings of event streams."),
        Key(
            "upstream", "write_timeout", \.upstream.writeTimeout, .timespan(.milliseconds(1) ... .hours(24)),
            "How long a server may take none of a request's body that waits for it; then 504."),
        Key(
            "upstream", "idle_timeout", \.upstream.idleTimeout, .timespan(.milliseconds(1) ... .hours(24)),
            "How long an unused connection is kept. Set it below the keep-alive time of your servers, mostly 60s or 75s, so "
                + "that it is we who close."),
    ]

    private static let failures: [Key] = [
        Key(
            "upstream", "retries", \.upstream.retries, .integer(0...3),
            "How often a request is tried again, on another server where there is one, and only when nothing of it was sent, "
                + "or its method is safe and nothing came back."),
        Key(
            "upstream", "retry_budget", \.upstream.retryBudgetPercent, .percent(0...100),
            "Retries may be no more than this share of the requests, so that they never become the overload. One server of "
                + "five may die unnoticed."),
        Key(
            "upstream", "eject_after", \.upstream.ejectAfter, .integer(1...1000),
            "Failures in a row (no connection, no answer, half an answer) after which a server gets no requests for a while; "
                + "the last one left always does. One alone may be bad luck, five are not."),
        Key(
            "upstream", "eject_for", \.upstream.ejectFor, .timespan(.milliseconds(1) ... .hours(1)),
            "How long that while is, at first; it doubles each time that the server fails again. A process restarts in two "
                + "seconds."),
        Key(
            "upstream", "eject_for_max", \.upstream.ejectForMax, .timespan(.milliseconds(1) ... .hours(24)),
            "How long it is at most, and so how long a server that was repaired waits at worst."),
    ]

    private static let health: [Key] = [
        Key(
            "upstream", "health_path", \.upstream.healthPath, .healthPath(),
            "A path such as \"/healthz\" that each server is asked for; an answer from 200 to 399 is healthy. Empty is off, "
                + "as not every origin has one, and its failing requests show its health as well."),
        Key(
            "upstream", "health_interval", \.upstream.healthInterval, .timespan(.milliseconds(10) ... .hours(1)),
            "How often each server is asked for health_path."),
        Key(
            "upstream", "health_timeout", \.upstream.healthTimeout, .timespan(.milliseconds(1) ... .hours(1)),
            "How long such an answer may take; no longer than health_interval."),
    ]

    private static let security: [Key] = [
        Key(
            "upstream", "tls_ca", \.upstream.tlsAuthorities,
            .path("a path", example: "authorities.pem", mayBeEmpty: true), files: { $0.isEmpty ? [] : [$0] },
            "For https servers: a PEM file of the authorities that are trusted. Empty is the system's."),
        Key(
            "upstream", "tls_verify", \.upstream.tlsVerify, .boolean(),
            "Whether their certificates are verified. Only switch it off for a test."),
        Key(
            "upstream", "tls_name", \.upstream.tlsName, .hostName(),
            "The name that is asked for (SNI) and must be in the certificate. Empty is the host in servers."),
    ]
}

extension Kind {
    fileprivate static func healthPath() -> Kind<String> {
        text("a path", example: "/healthz", mayBeEmpty: true) { text in
            text.hasPrefix("/") && text.utf8.count <= 1024
                && text.utf8.allSatisfy { (0x21...0x7e).contains($0) && $0 != 0x23 }
        }
    }

    fileprivate static func hostName() -> Kind<String> {
        text("a host name", example: "shop.internal", mayBeEmpty: true) { HostName.isValid($0) }
    }
}
