import Bytes
import HTTP
import Loop
import TLS

/// The servers behind one room, as one loop uses them: picks one for each request, keeps connections, lets requests wait
/// for one within bounds. Each loop has its own and judges for itself, so that nothing is shared and nothing is locked.
public final class UpstreamPool {
    let loop: EventLoop
    let settings: RelaySettings
    let limits: ResponseLimits
    let tls: TLSClient?
    private(set) var slots: [UpstreamSlot] = []
    private(set) var isClosed = false
    /// Requests that wait for a connection, first come first served.
    private var waiting: [Forward] = []
    private var isServing = false
    private var usable: [Int] = []
    private var dice: Dice

    /// Filled by the stream that reads an answer's head, looked at until it has been passed on.
    var head = ResponseHead()
    /// What TLS has decrypted, until it is processed.
    var plain = ByteBuffer()
    /// Output memory that goes from connection to connection.
    var spareOutput = ByteBuffer()

    public init(
        _ targets: [UpstreamTarget], settings: RelaySettings, limits: ResponseLimits = ResponseLimits(), tls: TLSClient?,
        loop: EventLoop, seed: UInt64
    ) {
        self.loop = loop
        self.settings = settings
        self.limits = limits
        self.tls = tls
        dice = Dice(seed: seed)
        slots = targets.map { UpstreamSlot($0, pool: self) }
    }

    public var waitingCount: Int { waiting.count }

    /// Gives `forward` a connection, or lets it wait for one. `avoiding`: the server that has just failed it.
    func acquire(for forward: Forward, avoiding failed: UpstreamSlot? = nil) {
        if slots.isEmpty { return forward.refusedByPool(.noServer) }
        if let slot = pick(avoiding: failed) { return connect(forward, to: slot) }
        guard waiting.count < settings.waitMax else { return forward.refusedByPool(.queueFull) }
        waiting.append(forward)
        forward.waits(until: loop.now + settings.waitTimeout)
    }

    func leaveQueue(_ forward: Forward) { waiting.removeAll { $0 === forward } }

    /// A connection has become free, or there is room for a new one.
    func serveWaiting() {
        if waiting.isEmpty || isServing { return }
        isServing = true
        defer { isServing = false }
        while !waiting.isEmpty, let slot = pick(avoiding: nil) { connect(waiting.removeFirst(), to: slot) }
    }

    /// Servers that are well and have room; where none is well, any that has room, since trying beats giving up.
    private func pick(avoiding failed: UpstreamSlot?) -> UpstreamSlot? {
        if slots.count == 1 { return slots[0].canTake ? slots[0] : nil }
        gather { $0 !== failed && $0.ejection.isUsable(at: self.loop.now) }
        if usable.isEmpty {
            // All are ejected, or the one that failed is the only one.
            let someAreWell = slots.contains { $0 !== failed && $0.ejection.isUsable(at: loop.now) }
            if someAreWell { return nil }
            gather { _ in true }
        }
        return Balance.pick(usable, random: dice.next(), load: { slots[$0].load }).map { slots[$0] }
    }

    private func gather(_ isWanted: (UpstreamSlot) -> Bool) {
        usable.removeAll(keepingCapacity: true)
        for (index, slot) in slots.enumerated() where slot.canTake && isWanted(slot) { usable.append(index) }
    }

    private func connect(_ forward: Forward, to slot: UpstreamSlot) {
        slot.began()
        forward.assigned(to: slot)
        let isFreshWanted = forward.wantsFreshConnection && slot.hasRoom
        if !isFreshWanted, let idle = slot.takeIdle() { return idle.use(for: forward) }
        do {
            try UpstreamConnection.begin(for: forward, slot: slot)
        } catch {
            forward.upstreamFailed(error, of: slot)
        }
    }

    /// The servers are no longer wanted: what is in work is finished, nothing is kept.
    public func close() {
        isClosed = true
        for slot in slots { slot.closeIdle() }
    }

    /// What the health check found.
    public func setDown(_ isDown: Bool, server name: String) {
        for slot in slots where slot.target.name == name { slot.ejection.isDown = isDown }
        serveWaiting()
    }

    /// What this loop thinks of its servers: name, well or not, requests in work.
    public var report: [(name: String, isUsable: Bool, outstanding: Int)] {
        slots.map { ($0.target.name, $0.ejection.isUsable(at: loop.now), $0.outstanding) }
    }
}
