/// Where Redis is, as an operator writes it:
///
///     redis://user:password@host:6379/0        rediss://…            (with TLS)
///     redis-sentinel://h1:26379,h2/mymaster    rediss-sentinel://…   (and /mymaster/0 for a database)
///     redis-cluster://h1,h2:7000               rediss-cluster://…
///     unix:///run/redis/redis.sock
///
/// What is not a letter or digit in user and password may be written as %XX. Nothing here prints a password.
public struct RedisAddress: Sendable, Equatable {
    public enum Topology: Sendable, Equatable {
        case single(RedisServerName)
        case sentinel([RedisServerName], masterName: String)
        case cluster([RedisServerName])
    }

    public var topology: Topology
    public var isSecure: Bool
    public var credentials: RedisCredentials?
    public var database: Int

    public init(_ topology: Topology, isSecure: Bool = false, credentials: RedisCredentials? = nil, database: Int = 0) {
        self.topology = topology
        self.isSecure = isSecure
        self.credentials = credentials
        self.database = database
    }

    public static let serversMax = 64
    static let portOfRedis: UInt16 = 6379
    static let portOfSentinel: UInt16 = 26379
}

extension RedisAddress: CustomStringConvertible {
    /// Without user and password.
    public var description: String {
        let secure = isSecure ? "rediss" : "redis"
        let rest = database == 0 ? "" : "/\(database)"
        switch topology {
        case .single(.path(let path)): return "unix://\(path)"
        case .single(let server): return "\(secure)://\(server)\(rest)"
        case .sentinel(let servers, let name): return "\(secure)-sentinel://\(Self.list(servers))/\(name)\(rest)"
        case .cluster(let servers): return "\(secure)-cluster://\(Self.list(servers))"
        }
    }

    private static func list(_ servers: [RedisServerName]) -> String {
        servers.map(\.description).joined(separator: ",")
    }
}

/// What is wrong with an address of Redis, and what would be right. It never holds user or password.
public enum RedisAddressFault: Error, Equatable, Sendable, CustomStringConvertible {
    case noScheme
    case unknownScheme(String)
    case noHost
    case badHost(String)
    case badPort(String)
    case severalHosts
    case tooManyHosts
    case badEscape
    case noMasterName
    case badDatabase(String)
    case databaseInCluster
    case badPath
    case surplus(String)

    public var description: String {
        switch self {
        case .noScheme: "it has no scheme; one would be redis://localhost:6379"
        case .unknownScheme(let scheme):
            "\(scheme):// is not known; there are redis, rediss, redis-sentinel, rediss-sentinel, redis-cluster, rediss-cluster "
                + "and unix"
        case .noHost: "it names no host; redis://localhost:6379 would"
        case .badHost(let host): "\"\(host)\" is no host; an IPv6 address stands in brackets: [::1]:6379"
        case .badPort(let port): "\"\(port)\" is no port, which is a number from 1 to 65535"
        case .severalHosts: "redis:// is one server; several are redis-sentinel:// or redis-cluster://"
        case .tooManyHosts: "it names more than \(RedisAddress.serversMax) hosts; a few are enough, they know the others"
        case .badEscape: "% in user or password is followed by two hexadecimal digits; itself it is %25"
        case .noMasterName: "a Sentinel is asked for a master by name: redis-sentinel://host:26379/mymaster"
        case .badDatabase(let text): "\"\(text)\" is no database, which is a number from 0 to 65535"
        case .databaseInCluster: "a cluster has no databases but 0"
        case .badPath: "a Unix socket is an absolute path: unix:///run/redis/redis.sock"
        case .surplus(let text): "\"\(text)\" is too much at its end"
        }
    }
}
