import Address
import Admission
import Bytes
import HTTP
import Loop
import Relay
import Telemetry
import Web

/// What happens to a request at the edge: whose it is, whether that address may, and then on to the origin.
final class EdgeHandler: Handler {
    /// The class of request that the limiter counts; there will be others for joining the line and for polls.
    private static let requestClass: UInt8 = 0

    let relay: Relay
    var limit: RateLimit?
    var trusted: [Network]
    private let shared: EdgeShared
    private let shard: MetricsShard
    private let journal: Journal
    private let startedAt: UInt64

    init(relay: Relay, shared: EdgeShared, shard: MetricsShard, journal: Journal, startedAt: UInt64) {
        self.relay = relay
        self.journal = journal
        self.shared = shared
        self.shard = shard
        self.startedAt = startedAt
        limit = nil
        trusted = []
    }

    func handle(_ head: RequestHead, _ bytes: Span<UInt8>, on connection: ServerConnection) {
        let peer = connection.source.address
        let client = ClientAddress.find(peer: peer, head: head, bytes: bytes, trusted: trusted)
        note(client, on: connection)
        if let limit {
            let now = connection.server.loop.now &- startedAt
            let verdict = shared.limiter.take(client, class: Self.requestClass, limit: limit, now: now)
            if case .refused(let retryAfter, let reset) = verdict {
                logLimited(client, limit, at: connection.server.loop.unixNow)
                return refuse(connection, limit: limit, retryAfter: retryAfter, reset: reset)
            }
        }
        let peerIsTrusted = !trusted.isEmpty && ClientAddress.isTrusted(peer, trusted)
        relay.forward(head, bytes, of: connection, peerIsTrusted: peerIsTrusted)
    }

    func refused(_ refusal: Refusal, on connection: ServerConnection) {
        note(connection.source.address, on: connection)
    }

    func finished(_ connection: ServerConnection) {}

    private func note(_ client: IPAddress, on connection: ServerConnection) {
        guard connection.server.accessLog != nil else { return }
        connection.exchange?.record.set(client: client)
    }

    private func refuse(_ connection: ServerConnection, limit: RateLimit, retryAfter: UInt64, reset: UInt64) {
        shard.add(shared.limitedRequests)
        connection.exchange?.record.set(reason: "rate-limited")
        let window = max(1, limit.periodNanoseconds / 1_000_000_000)
        let answer = Answer.page(429, "Too many requests came from your address. Please wait a moment and try again.")
            .with("Retry-After", "\(seconds(retryAfter))")
            .with("RateLimit-Policy", "\"address\";q=\(limit.count);w=\(window)")
            .with("RateLimit", "\"address\";r=0;t=\(seconds(reset))")
        connection.answer(answer)
    }

    /// The journal has a ceiling of its own, so that a flood of requests does not become a flood of lines.
    private func logLimited(_ client: IPAddress, _ limit: RateLimit, at time: UInt64) {
        journal.log(.warning, "client.limited", at: Int64(time)) { line in
            line.field("client", client.description)
            line.field("requests", limit.count)
            line.field("per_ms", milliseconds: Int64(limit.periodNanoseconds))
        }
    }

    /// Rounded up: who comes back then finds the door open.
    private func seconds(_ nanoseconds: UInt64) -> UInt64 { max(1, (nanoseconds + 999_999_999) / 1_000_000_000) }
}
