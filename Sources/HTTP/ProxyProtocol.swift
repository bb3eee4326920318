import Address
import Bytes

/// The header that a balancer puts in front of a connection (PROXY protocol, versions 1 and 2).
public enum ProxyProtocol {
    public enum Outcome: Sendable, Equatable {
        case needMore
        /// `source` is nil for LOCAL and UNKNOWN: the balancer speaks for itself.
        case header(consumed: Int, source: Endpoint?)
        case refused(String)
    }

    public static func read(_ bytes: Span<UInt8>) -> Outcome { .needMore }
}
