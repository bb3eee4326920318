import Bytes
import HTTP
import Loop
import TLS
import Web

/// One connection to an origin server: connects, carries one request after another, and says what came of each.
///
/// Life: connecting → (TLS handshake) → busy ⇄ idle → closed, or busy → tunnel.
final class UpstreamConnection: Watcher, DeadlineOwner {
    enum Phase: UInt8 {
        case connecting
        case handshake
        case busy
        /// Kept open in the pool, for nobody.
        case idle
        case tunnel
        case closed
    }

    /// Of bytes not yet taken by the origin; beyond, the client is not read.
    private static let outputBytesMax = 256 * 1024
    /// A read that is hardly worth its system call.
    static let readBytesMin = 4096

    let slot: UpstreamSlot
    /// Held here because a slot does not hold its pool, and a pool that was replaced has to last until its last answer.
    let pool: UpstreamPool
    let loop: EventLoop
    private(set) var phase: Phase
    var wire: Wire
    /// Whose request it carries.
    private(set) var forward: Forward?
    /// It has carried a request before this one.
    private(set) var wasReused = false
    var stream = ResponseStream()
    /// The beginning of an answer's head that is not yet whole.
    var kept = ByteBuffer()
    private var deadline = Deadline()
    private var deadlineFault = UpstreamFault.connectTimedOut
    var interest: Readiness = [.writable]
    var isReadingPaused = false
    private var isClientPaced = false
    private var sentWhenBlocked: UInt64 = 0
    var inputEnded = false
    /// The client sends no more: neither do we, when everything is sent.
    private var finishesSending = false
    /// Not watched while both sides are closed and what came before that has to wait: the kernel would report it for ever.
    private var isWatched = true
    var settings: RelaySettings { pool.settings }

    /// Begins to connect. `forward` waits for it.
    static func begin(for forward: Forward, slot: UpstreamSlot) throws(UpstreamFault) {
        let target = slot.target
        guard !target.endpoints.isEmpty else { throw .connectFailed("the name has no address") }
        let endpoint = target.endpoints[slot.nextEndpoint % target.endpoints.count]
        slot.nextEndpoint &+= 1
        let connection: UpstreamConnection
        do throws(SystemError) {
            let socket = try Socket.connect(to: endpoint)
            connection = UpstreamConnection(socket, forward: forward, slot: slot)
            do throws(SystemError) {
                try connection.loop.watch(socket.descriptor, for: .writable, connection)
            } catch {
                socket.close()
                throw error
            }
        } catch {
            throw error.isExhaustion ? .noDescriptor(error.description) : .connectFailed(error.description)
        }
        slot.opened()
        connection.expect(in: slot.pool.settings.connectTimeout, else: .connectTimedOut)
        forward.attached(to: connection)
    }

    private init(_ socket: Socket, forward: Forward, slot: UpstreamSlot) {
        self.slot = slot
        self.forward = forward
        pool = slot.pool
        loop = slot.pool.loop
        phase = .connecting
        wire = Wire(socket, session: slot.makeSession())
    }

    /// Takes a kept connection for a request.
    func use(for forward: Forward) {
        self.forward = forward
        wasReused = true
        phase = .busy
        deadline.clear()
        forward.attached(to: self)
        updatePace()
    }

    var isReady: Bool { phase == .busy }

    // MARK: The request

    func send(_ body: (inout ByteBuffer) -> Void) {
        if wire.output.footprint == 0 { swap(&wire.output, &pool.spareOutput) }
        body(&wire.output)
    }

    func expectAnswer(to method: Method) { stream.expect(method) }

    /// The rest of an upload has come.
    func requestEnded() { updatePace() }

    /// Whether the origin waits for the client, which sends or takes as slowly as it likes.
    private func updatePace() {
        let isActive = phase == .busy || phase == .tunnel
        let waits = isActive && (phase == .tunnel || isReadingPaused || forward?.isRequestComplete == false)
        guard waits != isClientPaced else { return }
        isClientPaced = waits
        slot.clientPaced(waits)
    }

    /// The request is complete and on its way: an answer has to begin.
    func expectFirstByte() { expect(in: settings.firstByteTimeout, else: .firstByteTimedOut) }

    var isOutputFull: Bool { wire.pending >= Self.outputBytesMax }

    func flush() {
        guard phase == .busy || phase == .tunnel || phase == .handshake else { return }
        let wasBlocked = wire.isBlocked
        switch wire.flush() {
        case .all:
            if finishesSending { wire.socket.finishSending() }
            if wasBlocked {
                expectAfterSending()
                updateInterest()
                forward?.upstreamCanTakeMore()
            }
        case .blocked:
            // It takes what it is given, slowly perhaps: only one that takes nothing is given up.
            let hasProgressed = wire.sentBytes != sentWhenBlocked
            sentWhenBlocked = wire.sentBytes
            if !wasBlocked || hasProgressed || !deadline.isSet { expect(in: settings.writeTimeout, else: .writeTimedOut) }
            updateInterest()
        case .failed:
            // The origin may have answered before it closed. The loop will report the socket as broken, and then what has
            // come is read first; not here, where the loop's read buffer may be in use.
            wire.output.removeAll()
        }
    }

    /// The origin has taken what there was: from here on the deadline is for what it has to send, if anything.
    private func expectAfterSending() {
        deadline.clear()
        if phase == .tunnel {
            touchTunnel()
        } else if forward?.isAnswerBegun == true && !isReadingPaused {
            expect(in: settings.readTimeout, else: .readTimedOut)
        }
    }

    func pauseReading() {
        isReadingPaused = true
        updatePace()
        deadline.clear()
        updateInterest()
    }

    func resumeReading() {
        guard isReadingPaused else { return }
        isReadingPaused = false
        updatePace()
        if phase == .tunnel { touchTunnel() } else { expect(in: settings.readTimeout, else: .readTimedOut) }
        updateInterest()
    }

    func becomeTunnel() {
        phase = .tunnel
        updatePace()
        touchTunnel()
    }

    /// Something has moved in the tunnel.
    func touchTunnel() { expect(in: settings.tunnelIdleTimeout, else: .readTimedOut) }

    /// The client has closed its side of the tunnel.
    func finishSending() {
        finishesSending = true
        if wire.pending == 0 { wire.socket.finishSending() }
    }

    // MARK: Readiness

    func ready(_ readiness: Readiness) {
        if phase == .connecting { return connected() }
        if readiness.contains(.writable) { flush() }
        if phase == .closed { return }
        if readiness.contains(.readable) && interest.contains(.readable) {
            read()
        } else if !readiness.isDisjoint(with: .broken) {
            let error = wire.socket.pendingError
            if error == nil && interest.contains(.readable) {
                // Reported while reading was paused, told after it went on: what came before the end is still there.
                read()
            } else if isReadingPaused && error == nil {
                // Closed in order on both sides: what came before that is read when the client can take more.
                loop.unwatch(wire.socket.descriptor)
                isWatched = false
            } else {
                broken(error)
            }
        }
    }

    private func connected() {
        if let error = wire.socket.pendingError { return fail(.connectFailed(error.reason)) }
        deadline.clear()
        if let session = wire.session {
            phase = .handshake
            expect(in: settings.connectTimeout, else: .connectTimedOut)
            wire.startHandshake(session)
            updateInterest()
            return flush()
        }
        established()
    }

    func established() {
        phase = .busy
        deadline.clear()
        updateInterest()
        forward?.upstreamReady()
        updatePace()
    }

    func updateInterest() {
        if phase == .closed { return }
        var wanted: Readiness = []
        if !isReadingPaused && !inputEnded { wanted.insert(.readable) }
        if wire.isBlocked { wanted.insert(.writable) }
        if wanted == interest && (isWatched || wanted.isEmpty) { return }
        interest = wanted
        if isWatched { return loop.rewatch(wire.socket.descriptor, for: wanted) }
        isWatched = (try? loop.watch(wire.socket.descriptor, for: wanted, self)) != nil
        // Nobody would ever tell.
        if !isWatched { broken(nil) }
    }

    // MARK: Ends

    /// The answer is complete: back to the pool, or closed where it cannot carry another.
    func finish(isReusable: Bool) {
        let request = forward
        forward = nil
        slot.answered()
        let isUnderstood = request?.isRequestComplete == true && request?.hasUnusualBody == false
        let isClean = isReusable && isUnderstood && wire.pending == 0 && !inputEnded
        guard isClean, slot.keep(self) else { return close() }
        phase = .idle
        isReadingPaused = false
        updatePace()
        kept.release()
        wire.releaseMemory(to: &pool.spareOutput)
        expect(in: settings.idleTimeout, else: .readTimedOut)
        updateInterest()
        pool.serveWaiting()
    }

    func fail(_ fault: UpstreamFault) {
        let forward = forward
        self.forward = nil
        close()
        forward?.upstreamFailed(fault, of: slot)
    }

    /// Nobody wants the answer any more.
    func abandon() {
        forward = nil
        close()
    }

    func close() {
        guard phase != .closed else { return }
        let wasIdle = phase == .idle
        phase = .closed
        updatePace()
        deadline.cancel(on: loop)
        loop.unwatch(wire.socket.descriptor)
        wire.socket.close()
        kept.release()
        wire.output.release()
        slot.closed(self, wasIdle: wasIdle)
    }

    // MARK: Deadlines

    func expect(in nanoseconds: UInt64, else fault: UpstreamFault) {
        deadlineFault = fault
        deadline.set(loop.now + nanoseconds, for: self, on: loop)
    }

    func deadlinePassed() {
        guard phase != .closed, deadline.hasPassed(for: self, on: loop) else { return }
        switch phase {
        case .idle: close()
        case .tunnel: forward?.tunnelEnded()
        default: fail(deadlineFault)
        }
    }
}
