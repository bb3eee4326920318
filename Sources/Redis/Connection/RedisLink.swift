import Address
import Bytes
import Loop
import TLS

/// Told by a link what becomes of it.
protocol RedisLinkOwner: AnyObject {
    func linkReady()
    func linkReceived(_ value: RedisValue)
    /// The kernel has taken everything; more may be written.
    func linkDrained()
    /// It was ready and is not any more. Of what was written, so many last bytes have certainly not left.
    func linkLost(_ fault: RedisFault, unsentBytes: Int)
    /// An attempt to connect has failed on all addresses; the next one follows by itself.
    func linkFailed(_ fault: RedisFault)
    func linkStateChanged()
}

/// The way to one server: looks its name up, connects, shakes hands, greets, and does it all again when it breaks. Carries
/// bytes out and whole replies in, whoever asked for them.
///
///     idle → lookingUp → connecting → handshake → greeting → ready
///              ↑            (the next address on failure)      │
///              └──────────────── waiting (backoff) ←───────────┘        any → closed
final class RedisLink: Watcher, DeadlineOwner {
    enum Phase {
        case idle
        case lookingUp
        case connecting
        case handshake
        case greeting
        case ready
        /// For the next attempt.
        case waiting
        case closed
    }

    let target: RedisTarget
    let loop: EventLoop
    weak var owner: (any RedisLinkOwner)?
    private(set) var phase = Phase.idle
    private(set) var wire: RedisWire?
    private var reader: ReplyReader?
    private let greeting: RedisGreeting
    private var greeted = 0
    private var addresses: [Endpoint] = []
    private var nextAddress = 0
    /// A lookup cannot be stopped, so there is never more than one.
    private var isLookupRunning = false
    private var deadline = Deadline()
    private var backoff: RedisBackoff
    private var readyAt: UInt64 = 0
    /// Why it is not ready.
    private(set) var reason = "not connected yet"
    /// When bytes came last.
    private(set) var heardAt: UInt64 = 0
    private var plain = ByteBuffer()
    private var settings: RedisSettings { target.settings }

    init(_ target: RedisTarget, on loop: EventLoop) {
        self.target = target
        self.loop = loop
        greeting = RedisGreeting(target.settings, requiresMaster: target.requiresMaster)
        backoff = target.settings.backoff
    }

    var isReady: Bool { phase == .ready }

    /// An attempt is under way.
    var isConnecting: Bool {
        switch phase {
        case .lookingUp, .connecting, .handshake, .greeting: true
        case .idle, .ready, .waiting, .closed: false
        }
    }

    var state: RedisState {
        switch phase {
        case .idle: .idle
        case .lookingUp, .connecting, .handshake, .greeting: .connecting
        case .ready: .ready
        case .waiting: .unreachable("\(target.server): \(reason)")
        case .closed: .closed
        }
    }

    func start() {
        guard phase == .idle else { return }
        begin()
    }

    func close() {
        guard phase != .closed else { return }
        closeSocket()
        deadline.cancel(on: loop)
        plain.release()
        phase = .closed
        owner?.linkStateChanged()
    }

    /// Gives this connection up, and tries for another one.
    func lose(_ fault: RedisFault) {
        switch phase {
        case .connecting, .handshake, .greeting:
            closeSocket()
            reason = fault.reason
            connectNext(after: fault)
        case .ready:
            let unsentBytes = wire?.unsentBytes ?? 0
            closeSocket()
            if loop.now >= readyAt.addingClamped(settings.steadyNanoseconds) { backoff.reset() }
            wait(because: fault)
            owner?.linkLost(fault, unsentBytes: unsentBytes)
            owner?.linkStateChanged()
        case .idle, .lookingUp, .waiting, .closed: break
        }
    }

    private func closeSocket() {
        guard let wire else { return }
        self.wire = nil
        reader = nil
        loop.unwatch(wire.socket.descriptor)
        wire.close()
    }

    private func wait(because fault: RedisFault) {
        phase = .waiting
        reason = fault.reason
        expect(in: backoff.next(random: target.random()))
    }

    // MARK: Connecting

    private func begin() {
        phase = .lookingUp
        nextAddress = 0
        owner?.linkStateChanged()
        switch target.server {
        case .path: connectNext(after: .notSent("no address"))
        case .host(let host, let port):
            if let literal = IPAddress(host) {
                addresses = [Endpoint(address: literal, port: port)]
                connectNext(after: .notSent("no address"))
            } else {
                lookUp(host, port)
            }
        }
    }

    private func lookUp(_ host: String, _ port: UInt16) {
        expect(in: settings.connectTimeoutNanoseconds)
        if isLookupRunning { return }
        do throws(SystemError) {
            try target.lookup.begin(host, on: loop) { [weak self] result in self?.lookedUp(result, port) }
            isLookupRunning = true
        } catch {
            failAttempt(.notSent(error.description))
        }
    }

    private func lookedUp(_ result: Result<[IPAddress], ResolverError>, _ port: UInt16) {
        isLookupRunning = false
        guard phase == .lookingUp else { return }
        switch result {
        case .success(let found):
            addresses = found.map { Endpoint(address: $0, port: port) }
            connectNext(after: .notSent("the name has no address"))
        case .failure(let error): failAttempt(.notSent(error.description))
        }
    }

    /// Tries the next address; `fault` is told when there is none left.
    private func connectNext(after fault: RedisFault) {
        var fault = fault
        while let socket = nextSocket(&fault) {
            do {
                let session = try target.tls?.session(host: target.certificateName)
                try loop.watch(socket.descriptor, for: .writable, self)
                wire = RedisWire(socket, session: session)
                phase = .connecting
                return expect(in: settings.connectTimeoutNanoseconds)
            } catch {
                socket.close()
                fault = .notSent("\(error)")
            }
        }
        failAttempt(fault)
    }

    /// Nil when no address is left.
    private func nextSocket(_ fault: inout RedisFault) -> Socket? {
        if case .path(let path) = target.server {
            nextAddress += 1
            return nextAddress > 1 ? nil : attempt(&fault) { () throws(SystemError) in try Socket.connect(toPath: path) }
        }
        while nextAddress < addresses.count {
            let endpoint = addresses[nextAddress]
            nextAddress += 1
            if let socket = attempt(&fault, { () throws(SystemError) in try Socket.connect(to: endpoint) }) { return socket }
        }
        return nil
    }

    private func attempt(_ fault: inout RedisFault, _ connect: () throws(SystemError) -> Socket) -> Socket? {
        do throws(SystemError) {
            return try connect()
        } catch {
            fault = .notSent(error.description)
            return nil
        }
    }

    private func failAttempt(_ fault: RedisFault) {
        wait(because: fault)
        owner?.linkFailed(fault)
        owner?.linkStateChanged()
    }

    private func connected(_ wire: RedisWire) {
        if let error = wire.socket.pendingError { return lose(.notSent(error.description)) }
        guard wire.session != nil else { return greet(wire) }
        phase = .handshake
        expect(in: settings.connectTimeoutNanoseconds)
        loop.rewatch(wire.socket.descriptor, for: .readable)
        wire.startHandshake()
        flush()
    }

    private func greet(_ wire: RedisWire) {
        phase = .greeting
        greeted = 0
        reader = ReplyReader(replyBytesMax: settings.replyBytesMax)
        expect(in: settings.connectTimeoutNanoseconds)
        loop.rewatch(wire.socket.descriptor, for: .readable)
        greeting.write(to: &wire.output)
        flush()
    }

    private func takeGreeting(_ answer: RedisValue) {
        if let fault = greeting.fault(in: answer, to: greeting.steps[greeted]) { return lose(fault) }
        greeted += 1
        guard greeted == greeting.steps.count else { return }
        deadline.clear()
        phase = .ready
        readyAt = loop.now
        reason = ""
        owner?.linkStateChanged()
        owner?.linkReady()
    }

    // MARK: Bytes

    /// Sends what was written. Where that fails, the loop will report the socket, and what came before is read first.
    func flush() {
        guard let wire else { return }
        let wasBlocked = wire.isBlocked
        _ = wire.flush()
        if wire.isBlocked != wasBlocked {
            loop.rewatch(wire.socket.descriptor, for: wire.isBlocked ? [.readable, .writable] : .readable)
        }
    }

    func ready(_ readiness: Readiness) {
        guard let wire else { return }
        if phase == .connecting { return connected(wire) }
        if readiness.contains(.readable) {
            read(wire)
        } else if !readiness.isDisjoint(with: .broken) {
            return lose(.outcomeUnknown(wire.socket.pendingError?.reason ?? "the connection is broken"))
        }
        guard readiness.contains(.writable), self.wire === wire else { return }
        flush()
        if !wire.isBlocked && phase == .ready { owner?.linkDrained() }
    }

    private func read(_ wire: RedisWire) {
        switch wire.socket.receive(on: loop) {
        case .bytes(let count):
            heardAt = loop.now
            if wire.session != nil { return decrypt(count, wire) }
            let loop = loop
            reader?.feed(loop.received(count))
            deliver()
        case .wouldBlock: break
        case .end: lose(.outcomeUnknown("Redis closed the connection"))
        case .failed(let error): lose(.outcomeUnknown(error.reason))
        }
    }

    private func decrypt(_ count: Int, _ wire: RedisWire) {
        plain.removeAll()
        let loop = loop
        let state = wire.decrypt(loop.received(count), plain: &plain)
        // Answers of TLS itself: handshake, key updates, and the alert that says why it failed.
        flush()
        if phase == .handshake, wire.session?.isEstablished == true { greet(wire) }
        reader?.feed(plain.span)
        if plain.footprint > 64 * 1024 { plain.release() }
        deliver()
        guard self.wire === wire else { return }
        switch state {
        case .handshaking, .open: break
        case .closedByPeer: lose(.outcomeUnknown("Redis closed the connection"))
        case .failed: lose(.outcomeUnknown(wire.session?.fault?.description ?? "TLS failed"))
        }
    }

    private func deliver() {
        guard let reader else { return }
        // Whoever is told may close or lose the link.
        while self.reader === reader {
            switch reader.next() {
            case .value(let value): if phase == .greeting { takeGreeting(value) } else { owner?.linkReceived(value) }
            case .needMore: return
            case .malformed(let reason): return lose(.malformed(reason))
            }
        }
    }

    // MARK: Time

    private func expect(in nanoseconds: UInt64) {
        deadline.set(loop.now.addingClamped(nanoseconds), for: self, on: loop)
    }

    func deadlinePassed() {
        guard deadline.hasPassed(for: self, on: loop) else { return }
        switch phase {
        case .waiting: begin()
        case .lookingUp: failAttempt(.notSent("looking up \(target.server) takes too long"))
        case .connecting: lose(.notSent("connecting takes too long"))
        case .handshake: lose(.notSent("the TLS handshake takes too long"))
        case .greeting: lose(.notSent("it does not answer the greeting"))
        case .idle, .ready, .closed: break
        }
    }
}
