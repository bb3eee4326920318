import Address
import Bytes
import HTTP
import Loop
import Telemetry
import Web

/// Forwards requests to the servers of a pool. One per loop.
public final class Relay {
    let loop: EventLoop
    let journal: Journal
    let counts: RelayCounts
    public private(set) var pool: UpstreamPool
    public weak var watcher: (any AnswerWatcher)?
    var budget = RetryBudget()
    var dice: Dice
    var health = HealthBook()
    /// Memory that goes from request to request.
    var spareRequest = ByteBuffer()
    var idBytes = ByteBuffer()
    /// Bytes of bodies that wait to be complete.
    var gatheredBytes = 0

    public init(pool: UpstreamPool, loop: EventLoop, journal: Journal, counts: RelayCounts, seed: UInt64) {
        self.pool = pool
        self.loop = loop
        self.journal = journal
        self.counts = counts
        dice = Dice(seed: seed)
    }

    /// New servers for the requests from now on; those in work finish with the old ones.
    public func replace(pool new: UpstreamPool) {
        pool.close()
        pool = new
    }

    /// Sends the request on, and its answer back. To be called by a handler, with what it was given.
    /// `further` appends whole lines to the request's head; `mark` comes back to the watcher with the answer.
    public func forward(
        _ head: RequestHead, _ bytes: Span<UInt8>, of client: ServerConnection, peerIsTrusted: Bool,
        mark: ForwardMark? = nil, adding further: (inout ByteBuffer) -> Void = { _ in }
    ) {
        budget.requestBegan(percent: pool.settings.retryPercent)
        let forward = Forward(self, client: client, head: head, mark: mark)
        client.exchange?.responder = forward
        forward.start(head, bytes, peerIsTrusted: peerIsTrusted, adding: further)
    }
}
