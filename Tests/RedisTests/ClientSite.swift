import Loop
import Redis
import Synchronization
import TLS
import TestSupport

/// A client on a loop of its own that goes by the system's clock, since servers decide by theirs when another one is down.
final class ClientSite: Sendable {
    final class Tenant {
        let client: RedisClient
        var subscription: RedisSubscription?

        init(_ client: RedisClient) { self.client = client }
    }

    let loop: TestLoop
    let states = Mutex<[RedisState]>([])
    let events = Mutex<[RedisSubscription.Event]>([])

    init(
        _ address: RedisAddress, settings: RedisSettings = RedisSettings(), trust: TLSTrust = .system, tlsName: String? = nil
    ) throws {
        loop = try TestLoop(isTicking: true)
        try loop.run { loop in
            let client = try RedisClient(address, settings: settings, trust: trust, tlsName: tlsName, on: loop)
            client.onStateChange = { [weak self] state in self?.states.withLock { $0.append(state) } }
            loop.tenant = Tenant(client)
            client.start()
        }
    }

    convenience init(_ address: String, settings: RedisSettings = RedisSettings()) throws {
        try self.init(try RedisAddress(address), settings: settings)
    }

    deinit { try? run { $0.client.close() } }

    @discardableResult
    func run<Value: Sendable>(_ body: @escaping @Sendable (Tenant) throws -> Value) throws -> Value {
        try loop.run { loop in
            guard let tenant = loop.tenant as? Tenant else { throw PeerTrouble(saying: "the loop has another tenant") }
            return try body(tenant)
        }
    }

    func begin(_ commands: [RedisCommand], within seconds: Double = 60) throws -> [Answer<Outcome>] {
        try loop.run { loop in
            guard let tenant = loop.tenant as? Tenant else { throw PeerTrouble(saying: "the loop has another tenant") }
            return commands.map { command in
                let answer = Answer<Outcome>()
                tenant.client.send(command, due: loop.now + UInt64(seconds * 1_000_000_000)) { answer.give($0) }
                return answer
            }
        }
    }

    func begin(_ command: RedisCommand, within seconds: Double = 60) throws -> Answer<Outcome> {
        try begin([command], within: seconds)[0]
    }

    func ask(_ command: RedisCommand, within seconds: Double = 60) throws -> Outcome {
        try begin(command, within: seconds).wait()
    }

    func transact(_ commands: [RedisCommand]) throws -> Outcome {
        let answer = Answer<Outcome>()
        try run { $0.client.send(transaction: commands, due: .max) { answer.give($0) } }
        return try answer.wait()
    }

    var state: RedisState { get throws { try run { $0.client.state } } }

    /// Listens on a channel, and waits until it does.
    func listen(to channel: String) throws {
        try run { tenant in
            let subscription = tenant.client.makeSubscription { [weak self] event in
                self?.events.withLock { $0.append(event) }
            }
            subscription.subscribe(channel)
            tenant.subscription = subscription
        }
        try heard(.listening)
    }

    func heard(_ event: RedisSubscription.Event) throws {
        try eventually("\(event) is heard") { events.withLock { $0.contains(event) } }
    }
}

/// `SET` with its key, as a cluster needs it.
func set(_ key: String, _ value: String) -> RedisCommand {
    var command = RedisCommand("SET", key: key)
    command.add(value)
    return command
}

func get(_ key: String) -> RedisCommand { RedisCommand("GET", key: key) }
