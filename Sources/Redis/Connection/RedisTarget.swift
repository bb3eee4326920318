import TLS

/// A server as a connection sees it, with what is the same for every attempt to reach it.
struct RedisTarget {
    var server: RedisServerName
    var settings: RedisSettings
    /// Nil: in the clear.
    var tls: TLSClient?
    /// The name in its certificate; nil: the one that it is reached by.
    var tlsName: String?
    var lookup = HostLookup.system
    var requiresMaster = false
    /// Evenly spread numbers, for the jitter.
    var random: () -> UInt64

    /// The name that its certificate must have.
    var certificateName: String {
        if let tlsName { return tlsName }
        if case .host(let host, _) = server { return host }
        return ""
    }
}
