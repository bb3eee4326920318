import Address
import Admission
import Loop
import Postgres
import Redis
import Stores
import TestSupport

/// The servers of one sale, each node's way to Redis, and what can be done to them.
final class Stage: Sendable {
    let redis: RedisServer
    let postgres: PostgresServer
    let paths: [TroubledPath]
    let database: String

    init(nodes: Int) throws {
        let redis = try RedisServer.start()
        self.redis = redis
        postgres = try PostgresServer()
        database = try postgres.url(postgres.makeDatabase())
        paths = try (0..<nodes).map { _ in try TroubledPath(to: redis.endpoint) }
    }

    func begin(_ fault: Fault) throws {
        switch fault {
        case .none: break
        case .redisKilled: redis.kill()
        case .redisStopped: redis.freeze()
        case .redisEmptied: try redis.flush()
        case .redisSlow: for path in paths { path.set(.init(delayMilliseconds: 300)) }
        case .oneCutOff: paths[1 % paths.count].set(.init(isCut: true))
        case .fallbackKilled: try postgres.killHard()
        case .bothGone:
            try postgres.killHard()
            redis.freeze()
        }
    }

    func end(_ fault: Fault) throws {
        switch fault {
        case .none, .redisEmptied: break
        case .redisKilled: try redis.launch()
        case .redisStopped: redis.thaw()
        case .redisSlow, .oneCutOff: for path in paths { path.set(.init()) }
        case .fallbackKilled: try postgres.start()
        case .bothGone:
            redis.thaw()
            try postgres.start()
        }
    }
}
