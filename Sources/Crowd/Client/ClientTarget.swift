import Address

/// A server that the crowd goes to.
public struct ClientTarget: Equatable, Sendable {
    /// As the URL has it, for `Host` and TLS.
    public var host: String
    public var authority: String
    public var isSecure: Bool
    public var endpoint: Endpoint

    public init(host: String, authority: String, isSecure: Bool, endpoint: Endpoint) {
        self.host = host
        self.authority = authority
        self.isSecure = isSecure
        self.endpoint = endpoint
    }
}

extension IPAddress {
    /// This machine and no other: 127.0.0.0/8 and ::1.
    var isLoopback: Bool { isV4 ? v4 >> 24 == 127 : self == .loopback6 }
}
