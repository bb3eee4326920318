import Address
import Bytes
import HTTP
import Loop
import TLS

/// One client's connection. It reads requests and hands each to the handler, one at a time, in order; whoever answers
/// writes to it. Reading, answering and deadlines each have a file of their own.
///
/// Life: (PROXY header) → (TLS handshake) → idle ⇄ head → exchange → … → lingering → closed, or exchange → tunnel.
public final class ServerConnection: Watcher, DeadlineOwner, TurnEnd {
    enum Phase: UInt8 {
        /// A balancer's PROXY header has to come first.
        case proxyHeader
        case handshake
        /// Between requests.
        case idle
        /// A head has begun.
        case head
        /// A request is being read or answered.
        case exchange
        /// Upgraded: bytes both ways, no more HTTP.
        case tunnel
        /// Everything is sent; read on until the client has seen it.
        case lingering
        case closed
    }

    public let server: Server
    /// Who is at the other end of the socket, or for whom that one speaks by its PROXY header.
    public private(set) var source: Endpoint
    public let isSecure: Bool

    var phase = Phase.idle
    var wire: Wire
    var stream = RequestStream()
    /// What has come and cannot be used yet: a part of a head, or requests ahead of their turn.
    var kept = ByteBuffer()
    public internal(set) var exchange: Exchange?
    var deadline = Deadline()
    /// What the client had taken when the current window began.
    var windowTaken: UInt64 = 0
    var interest: Readiness = .readable
    var requestCount: UInt32 = 0
    private var slot: Int32 = -1
    private var policyToken: UInt64?

    /// In `process`: sending waits for its end, and nothing processes again inside it.
    var isProcessing = false
    var isReadingPaused = false
    var inputEnded = false
    /// The other end of the tunnel has heard that nothing more comes.
    var isTunnelEndTold = false
    var closesWhenFlushed = false
    var wasBlocked = false
    var awaitsTurnEnd = false

    static func begin(_ socket: Socket, peer: Endpoint, isSecure: Bool, server: Server) {
        // A port for TLS never speaks without it, whatever is missing.
        let session = isSecure ? try? server.tls?.session() : nil
        guard (session != nil) == isSecure else { return socket.close() }
        let connection = ServerConnection(socket, session: session, peer: peer, server: server)
        do {
            try server.loop.watch(socket.descriptor, for: .readable, connection)
        } catch {
            socket.close()
            return
        }
        connection.slot = Int32(truncatingIfNeeded: server.add(connection))
        server.counts.opened()
        connection.start()
    }

    private init(_ socket: Socket, session: TLSSession?, peer: Endpoint, server: Server) {
        self.server = server
        isSecure = session != nil
        source = peer
        wire = Wire(socket, session: session)
    }

    private func start() {
        let speaksProxy = server.settings.proxyNetworks.contains { $0.contains(source.address) }
        phase = speaksProxy ? .proxyHeader : isSecure ? .handshake : .idle
        let settings = server.settings
        deadline.set(
            loop.now + (phase == .handshake ? settings.handshakeTimeout : settings.headTimeout), for: self, on: loop)
        if !speaksProxy { passPolicy() }
    }

    /// The PROXY header has been read.
    func began(for source: Endpoint?) {
        if let source { self.source = source }
        phase = isSecure ? .handshake : .idle
        passPolicy()
    }

    private func passPolicy() {
        guard let policy = server.policy else { return }
        policyToken = policy.admit(source.address)
        guard policyToken == nil else { return }
        server.counts.refused()
        if isSecure { return close() }
        // No exchange, no log line: this has to stay cheap, since it is what a flood gets.
        wire.output.append(
            "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        // Nor does it linger: who is turned away takes no descriptor from who may stay.
        _ = wire.flush()
        close()
    }

    var loop: EventLoop { server.loop }

    /// Nothing of a request has come, nothing is being answered, and the client has taken everything.
    var isIdle: Bool { phase == .idle && kept.isEmpty && wire.pending == 0 }

    public var isDraining: Bool { server.isDraining }

    // MARK: Readiness

    public func ready(_ readiness: Readiness) {
        if readiness.contains(.writable) { flush() }
        if phase == .closed { return }
        if readiness.contains(.readable) && interest.contains(.readable) {
            read()
        } else if !readiness.isDisjoint(with: .broken) {
            lose(.reset)
        }
    }

    /// Tells the loop what to wait for, when that has changed.
    func updateInterest() {
        if phase == .closed { return }
        var wanted: Readiness = []
        if !inputEnded && !isInputFull { wanted.insert(.readable) }
        if wire.isBlocked { wanted.insert(.writable) }
        if wanted == interest { return }
        interest = wanted
        loop.rewatch(wire.socket.descriptor, for: wanted)
    }

    /// More has come than may be kept until its turn.
    private var isInputFull: Bool { kept.count >= ServerSettings.keptBytesMax && mustWait }

    // MARK: Ends

    /// Sends what is left, then reads until the client has closed too, so that no reset destroys the answer.
    func closeGently() {
        closesWhenFlushed = true
        flush()
    }

    func linger() {
        guard phase != .lingering, phase != .closed else { return }
        endExchange()
        phase = .lingering
        kept.release()
        if inputEnded { return close() }
        wire.socket.finishSending()
        deadline.set(loop.now + ServerSettings.lingerTimeout, for: self, on: loop)
        updateInterest()
    }

    /// The client is lost, or is given up.
    func lose(_ loss: ClientLoss) {
        guard phase != .closed else { return }
        let responder = exchange?.responder
        exchange?.responder = nil
        if exchange != nil, phase != .tunnel { exchange?.record.set(reason: loss.rawValue) }
        responder?.clientGone(loss)
        if wire.pending > 0 { wire.socket.resetOnClose() }
        close()
    }

    /// Ends at once; what was not sent is lost.
    func close() {
        guard phase != .closed else { return }
        endExchange()
        phase = .closed
        if wasBlocked { server.slowReaders -= 1 }
        deadline.cancel(on: loop)
        loop.unwatch(wire.socket.descriptor)
        wire.socket.close()
        kept.release()
        wire.output.release()
        if let policyToken { server.policy?.release(policyToken) }
        server.counts.closed()
        server.remove(slot: Int(slot))
    }

    /// Looks once more for a request that has just come, so that no reset destroys it.
    func closeIfIdle() {
        if isIdle { read() }
        if isIdle || phase == .handshake || phase == .proxyHeader { close() }
    }

    /// The exchange is over: told to the handler, and its memory goes back.
    func endExchange() {
        guard let exchange else { return }
        server.finished(self, exchange)
        self.exchange = nil
        server.giveBack(exchange)
    }

    // MARK: Later in this turn

    func continueAtTurnEnd() {
        if awaitsTurnEnd { return }
        awaitsTurnEnd = true
        loop.atTurnEnd(self)
    }

    public func turnEnded() {
        awaitsTurnEnd = false
        if phase != .closed { processKept() }
    }
}
