import Address

/// One origin server: what it is called and where it listens.
public struct UpstreamTarget: Sendable, Equatable {
    /// As it was configured, for logs and metrics.
    public var name: String
    /// Host and port, as `Host` shows them.
    public var authority: String
    public var isSecure: Bool
    /// The name that its certificate must be for.
    public var tlsName: String
    /// Where the name leads; tried in turn.
    public var endpoints: [Endpoint]

    public init(name: String, authority: String, isSecure: Bool, tlsName: String, endpoints: [Endpoint]) {
        self.name = name
        self.authority = authority
        self.isSecure = isSecure
        self.tlsName = tlsName
        self.endpoints = endpoints
    }
}
