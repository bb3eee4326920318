/// A master with one replica, watched by Sentinels.
public final class RedisReplication: Sendable {
    public static let masterName = "mymaster"

    public let servers: [RedisServer]
    public let sentinels: [RedisServer]

    public init(sentinels count: Int = 1, _ configuration: [String] = [], password: String? = nil) throws {
        let secret = password.map { ["requirepass \($0)", "masterauth \($0)"] } ?? []
        let master = try RedisServer.start(configuration + secret)
        let replica = try RedisServer.start(configuration + secret + ["replicaof 127.0.0.1 \(master.port)"])
        servers = [master, replica]
        let access = password.map { ["AUTH", $0] }
        try eventually("the replica has the data of its master") { try Self.isLinked(replica, access) }
        let name = Self.masterName
        sentinels = try (0..<count).map { _ in
            try RedisServer.start(
                [
                    "sentinel monitor \(name) 127.0.0.1 \(master.port) \(count / 2 + 1)",
                    "sentinel down-after-milliseconds \(name) 500", "sentinel failover-timeout \(name) 3000",
                ] + (password.map { ["sentinel auth-pass \(name) \($0)"] } ?? []), role: .sentinel)
        }
        for sentinel in sentinels {
            try eventually("a Sentinel knows the others") {
                let info = try sentinel.ask("INFO", "sentinel")[0]
                return info.contains("status=ok") && info.contains("slaves=1,sentinels=\(count)")
            }
        }
    }

    private static func isLinked(_ replica: RedisServer, _ access: [String]?) throws -> Bool {
        let replies = try replica.ask(each: [access, ["INFO", "replication"]].compactMap { $0 })
        return replies.last?.first?.contains("master_link_status:up") == true
    }

    /// Whom the Sentinels call the master now.
    public func masterPort() throws -> UInt16? {
        let reply = try sentinels.first { $0.pid != nil }?.ask("SENTINEL", "get-master-addr-by-name", Self.masterName)
        return reply?.last.flatMap { UInt16($0) }
    }
}
