import Address
import Bytes

/// The header that a balancer puts in front of a connection (PROXY protocol, versions 1 and 2). Only from peers that are
/// trusted to say who the client is; they must send one.
public enum ProxyProtocol {
    public enum Outcome: Sendable, Equatable {
        case needMore
        /// `source` is nil for LOCAL and UNKNOWN: the balancer speaks for itself.
        case header(consumed: Int, source: Endpoint?)
        case refused(String)
    }

    /// Reads the header that `bytes` begin with; `needMore` is bounded by 107 bytes (version 1) or `lengthMax` (version 2).
    public static func read(_ bytes: Span<UInt8>) -> Outcome {
        guard bytes.count > 0 else { return .needMore }
        switch bytes[0] {
        case UInt8(ascii: "P"): return readText(bytes)
        case .carriageReturn: return readBinary(bytes)
        default: return .refused("a PROXY header was expected from this peer; the connection begins with something else")
        }
    }
}
