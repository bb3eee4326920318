import Digest

/// A Lua script that runs in Redis as one step. It is called by its hash, and sent whole only to a server that does not have
/// it (`NOSCRIPT`, which says that nothing was done).
public struct RedisScript: Sendable, Equatable {
    public let source: String
    /// The name that Redis gives it: 40 lower-case digits.
    public let hash: String

    public init(_ source: String) {
        self.source = source
        hash = SHA1Name.of(Array(source.utf8))
    }

    public static func == (one: RedisScript, other: RedisScript) -> Bool { one.hash == other.hash }

    /// A call of it, to which arguments can be added. The keys of one call belong to one slot of a cluster.
    public func call(keys: [String], bytesReserved: Int = 0) -> RedisCommand {
        var command = RedisCommand(calling: self, bytesReserved: bytesReserved)
        command.add(keys.count)
        for key in keys { command.add(key: key) }
        return command
    }
}
