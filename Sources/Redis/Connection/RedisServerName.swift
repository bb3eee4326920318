/// One server: where it is, by whatever name.
public enum RedisServerName: Hashable, Sendable, CustomStringConvertible {
    /// A name or an address (IPv6 without brackets).
    case host(String, port: UInt16)
    /// A Unix socket.
    case path(String)

    public var description: String {
        switch self {
        case .host(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .path(let path): "unix://\(path)"
        }
    }
}
