import Address
import HTTP

/// What the connections of a listener go by: ceilings and deadlines, in bytes and nanoseconds.
public struct ServerSettings: Sendable {
    public var limits = RequestLimits()
    public var headTimeout: UInt64 = 10_000_000_000
    public var handshakeTimeout: UInt64 = 10_000_000_000
    public var idleTimeout: UInt64 = 75_000_000_000
    /// One window in which a body that is read, or an answer that is taken, has to make `bytesPerSecondMin`.
    public var bodyTimeout: UInt64 = 30_000_000_000
    public var writeTimeout: UInt64 = 30_000_000_000
    public var bytesPerSecondMin: UInt64 = 256
    public var requestsPerConnectionMax: UInt64 = 100_000
    /// Peers that begin a connection with a PROXY protocol header.
    public var proxyNetworks: [Network] = []

    public init() {}

    /// Bytes kept of what a client sends ahead of its turn; beyond, its socket is not read.
    static let keptBytesMax = 64 * 1024
    /// Bytes not yet taken by a client; beyond, nothing more is read for it.
    static let outputBytesMax = 256 * 1024
    /// The same while more clients than `slowReadersMax` do not take what there is, so that a crowd of slow readers does not
    /// take all memory: 10,000 of them hold 320 MB at the most.
    static let outputBytesOfManyMax = 32 * 1024
    static let slowReadersMax = 256
    /// Bytes of a body read and thrown away so that a connection can be kept after an early answer.
    static let discardBytesMax: UInt64 = 64 * 1024
    /// How long a connection that is being closed is read, so that the client gets to see the answer.
    static let lingerTimeout: UInt64 = 2_000_000_000
    /// How long an idle connection may still send a request after the server has begun to drain.
    static let drainGrace: UInt64 = 1_000_000_000
    static let acceptsPerTurnMax = 64
}

/// Decides whether a connection may stay: ceilings in total and per address.
public protocol ConnectionPolicy: AnyObject {
    /// Nil when it may not; else what `release` is called with, once.
    func admit(_ address: IPAddress) -> UInt64?
    func release(_ token: UInt64)
}
