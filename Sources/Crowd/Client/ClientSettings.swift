/// Ceilings and deadlines of the crowd's connections.
public struct ClientSettings: Equatable, Sendable {
    public var connectionsMax = 200
    public var connectNanosecondsMax: UInt64 = 10_000_000_000
    /// From the request to the whole answer.
    public var answerNanosecondsMax: UInt64 = 30_000_000_000
    /// A connection that carried nothing for so long is closed; servers do the same, and racing them costs repetitions.
    public var idleNanosecondsMax: UInt64 = 10_000_000_000
    /// Of an answer that is read as JSON; others are counted and dropped.
    public var bodyBytesMax = 64 * 1024
    /// Of an answer that is dropped.
    public var droppedBytesMax = 64 * 1024 * 1024
    /// A request that a kept connection did not carry is sent again so often; then it is a fault.
    public var repetitionsMax: UInt8 = 2

    public init() {}
}
