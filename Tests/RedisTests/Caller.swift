import Loop
import Redis
import TLS
import TestSupport

typealias Outcome = Result<RedisValue, RedisFault>

/// A connection on a loop of its own whose clock the test moves. Deadlines, backoff and timeouts pass only when it does.
final class Caller: Sendable {
    /// What lives on the loop.
    final class Tenant {
        let connection: RedisConnection
        var states: [RedisState] = []

        init(_ connection: RedisConnection) { self.connection = connection }
    }

    let loop: TestLoop
    /// It lasts as long as its caller.
    private let keptServer: RedisServer?

    init(
        _ server: RedisServerName, settings: RedisSettings = RedisSettings(), trust: TLSTrust? = nil, tlsName: String? = nil,
        lookup: HostLookup = .system, seed: UInt64 = 1, keeping kept: RedisServer? = nil
    ) throws {
        keptServer = kept
        loop = try TestLoop()
        try loop.run { loop in
            let tls = try trust.map { try TLSClient(trust: $0, protocols: []) }
            var random = SeededRandom(seed: seed)
            let connection = RedisConnection(
                to: server, settings: settings, tls: tls, tlsName: tlsName, lookup: lookup, random: { random.next() },
                on: loop)
            let tenant = Tenant(connection)
            connection.onStateChange = { [weak tenant] in tenant?.states.append($0) }
            loop.tenant = tenant
            connection.start()
        }
    }

    convenience init(_ server: RedisServer, settings: RedisSettings = RedisSettings()) throws {
        try self.init(.host("127.0.0.1", port: server.port), settings: settings, keeping: server)
    }

    deinit { try? run { $0.connection.close() } }

    @discardableResult
    func run<Value: Sendable>(_ body: @escaping @Sendable (Tenant) throws -> Value) throws -> Value {
        try loop.run { loop in
            guard let tenant = loop.tenant as? Tenant else { throw PeerTrouble(saying: "the loop has another tenant") }
            return try body(tenant)
        }
    }

    func wait(until isSo: @escaping @Sendable (Tenant) -> Bool) throws {
        try loop.wait { loop in (loop.tenant as? Tenant).map(isSo) ?? false }
    }

    /// Waits for it, letting the time of its backoff pass.
    func waitUntilReady() throws {
        try eventually("it is connected") {
            let state = try run { $0.connection.state }
            if case .unreachable = state { try loop.advance(seconds: 2.1) }
            return state == .ready
        }
    }

    /// Sends all of them in one turn.
    func begin(_ commands: [RedisCommand], within seconds: Double = 600) throws -> [Answer<Outcome>] {
        try loop.run { loop in
            guard let tenant = loop.tenant as? Tenant else { throw PeerTrouble(saying: "the loop has another tenant") }
            return commands.map { command in
                let answer = Answer<Outcome>()
                let due = loop.now + UInt64(seconds * 1_000_000_000)
                tenant.connection.send(command, due: due) { answer.give($0) }
                return answer
            }
        }
    }

    func begin(_ command: RedisCommand, within seconds: Double = 600) throws -> Answer<Outcome> {
        try begin([command], within: seconds)[0]
    }

    func ask(_ command: RedisCommand) throws -> Outcome { try begin(command).wait() }

    func transact(_ commands: [RedisCommand]) throws -> Outcome {
        let answer = Answer<Outcome>()
        try run { $0.connection.send(transaction: commands, due: .max) { answer.give($0) } }
        return try answer.wait()
    }
}

extension Outcome {
    var fault: RedisFault? { if case .failure(let fault) = self { fault } else { nil } }
    var value: RedisValue? { try? get() }

    var refusal: RedisRefusal.Kind? {
        if case .failure(.refused(let refusal)) = self { refusal.kind } else { nil }
    }

    var isNotSent: Bool { if case .failure(.notSent) = self { true } else { false } }
    var isUnknown: Bool { if case .failure(.outcomeUnknown) = self { true } else { false } }
    var isOverloaded: Bool { if case .failure(.overloaded) = self { true } else { false } }
}
