import Address
import Bytes
import HTTP
import Loop
import TLS

/// A connection to a server: carries one request after another, no two at once.
///
/// Life: connecting → (TLS handshake) → busy ⇄ idle → closed.
final class ClientConnection: Watcher, DeadlineOwner {
    private enum Phase: UInt8 { case connecting, handshake, busy, idle, closed }

    private let target: ClientTarget
    private let socket: Socket
    private let isKept: Bool
    private unowned let pool: ClientPool
    private let loop: EventLoop
    private let session: TLSSession?
    private var phase = Phase.connecting
    private var request: ClientRequest
    /// It has carried a request before this one: the server may close it at any moment.
    private var wasUsed = false
    private var hasAnswerBegun = false
    private var output = ByteBuffer()
    private var sealed = ByteBuffer()
    /// Of an answer whose head is not whole; or head and body of one whose body is read.
    private var kept = ByteBuffer()
    private var readsBody = false
    private var body = ByteBuffer()
    private var headBytes = ByteBuffer()
    private var answerHead = ResponseHead()
    private var droppedBytes = 0
    private var stream = ResponseStream()
    private var deadline = Deadline()
    private var isBlocked = false

    init(
        to target: ClientTarget, from source: IPAddress?, carrying request: ClientRequest, isKept: Bool, in pool: ClientPool
    ) throws(SystemError) {
        self.target = target
        self.request = request
        self.isKept = isKept
        self.pool = pool
        loop = pool.loop
        var session: TLSSession?
        if target.isSecure, let tls = pool.tls {
            do throws(TLSFault) { session = try tls.session(host: target.host) } catch { throw SystemError("TLS", 0) }
        }
        self.session = session
        socket = try Socket.connect(to: target.endpoint, from: source)
    }

    func begin() {
        deadline.set(loop.now + pool.settings.connectNanosecondsMax, for: self, on: loop)
        do throws(SystemError) {
            try loop.watch(socket.descriptor, for: .writable, self)
        } catch {
            fail(.connectFailed)
        }
    }

    /// Takes the next one; it is idle.
    func carry(_ request: ClientRequest) {
        self.request = request
        wasUsed = true
        phase = .busy
        send()
    }

    // MARK: Readiness

    func ready(_ readiness: Readiness) {
        switch phase {
        case .closed: return
        case .connecting:
            if socket.pendingError != nil { return fail(.connectFailed) }
            guard readiness.contains(.writable) else { return fail(.connectFailed) }
            connected()
        case .handshake, .busy, .idle:
            if readiness.contains(.writable), isBlocked { flush() }
            if phase != .closed, !readiness.isDisjoint(with: [.readable, .broken]) { read() }
        }
    }

    func deadlinePassed() {
        guard phase != .closed, deadline.hasPassed(for: self, on: loop) else { return }
        switch phase {
        case .idle: close()
        case .connecting, .handshake: fail(.connectTimedOut)
        case .busy: fail(.answerTimedOut)
        case .closed: break
        }
    }

    private func connected() {
        loop.rewatch(socket.descriptor, for: .readable)
        guard let session else {
            phase = .busy
            return send()
        }
        phase = .handshake
        _ = session.start(out: &sealed)
        flush()
    }

    // MARK: Sending

    private func send() {
        request.sentAt = loop.now
        hasAnswerBegun = false
        droppedBytes = 0
        stream.expect(request.method)
        deadline.set(loop.now + pool.settings.answerNanosecondsMax, for: self, on: loop)
        pool.source.write(request, to: target, into: &output)
        flush()
    }

    private func flush() {
        if let session {
            if session.isEstablished, !output.isEmpty {
                _ = session.send(output.span, out: &sealed)
                output.removeAll()
            }
            drain(&sealed)
        } else {
            drain(&output)
        }
    }

    /// Requests are small: what the kernel does not take at once is rare.
    private func drain(_ bytes: inout ByteBuffer) {
        while !bytes.isEmpty {
            switch socket.send(bytes.span) {
            case .bytes(let count): bytes.removeFirst(count)
            case .wouldBlock: return block(true)
            // Told by the loop as broken, after what the server may have said before it closed.
            case .failed: return bytes.removeAll()
            }
        }
        block(false)
    }

    private func block(_ blocked: Bool) {
        guard blocked != isBlocked else { return }
        isBlocked = blocked
        loop.rewatch(socket.descriptor, for: blocked ? [.readable, .writable] : .readable)
    }

    // MARK: Reading

    private func read() {
        let loop = loop
        switch socket.receive(on: loop) {
        case .bytes(let count): arrived(loop.received(count))
        case .wouldBlock: return
        case .end: ended()
        case .failed: lost()
        }
    }

    private func arrived(_ bytes: Span<UInt8>) {
        guard let session else { return take(bytes) }
        var plain = ByteBuffer()
        swap(&plain, &pool.plain)
        let state = session.receive(bytes, plain: &plain, out: &sealed)
        if phase == .handshake, session.isEstablished {
            phase = .busy
            send()
        } else {
            flush()
        }
        if phase != .closed, !plain.isEmpty { take(plain.span) }
        plain.removeAll()
        swap(&plain, &pool.plain)
        if phase == .closed { return }
        switch state {
        case .handshaking, .open: break
        case .closedByPeer: ended()
        case .failed: phase == .handshake ? fail(.handshakeFailed) : lost()
        }
    }

    private func take(_ bytes: Span<UInt8>) {
        // Nobody has asked for anything.
        guard phase == .busy else { return close() }
        if kept.isEmpty {
            let used = process(bytes)
            if phase == .busy, used < bytes.count { kept.append(bytes.extracting(used...)) }
        } else {
            var all = ByteBuffer()
            swap(&all, &kept)
            all.append(bytes)
            let used = process(all.span)
            all.removeFirst(min(used, all.count))
            if phase == .busy, !all.isEmpty { swap(&all, &kept) }
        }
    }

    /// Says how many bytes were used.
    private func process(_ bytes: Span<UInt8>) -> Int {
        var at = 0
        while true {
            let from = bytes.extracting(at...)
            let step = stream.next(from, head: &pool.head, limits: pool.limits)
            at += step.consumed
            switch step.event {
            case .needMore: return at
            case .head: takeHead(from.extracting(..<step.consumed))
            case .body(let range):
                guard takeBody(from.extracting(range)) else { return bytes.count }
            case .end:
                finish(isReusable: answerHead.keepsAlive && at == bytes.count)
                return bytes.count
            case .refused:
                fail(.malformedAnswer)
                return bytes.count
            }
        }
    }

    private func takeHead(_ bytes: Span<UInt8>) {
        if pool.head.isInterim { return }
        hasAnswerBegun = true
        swap(&answerHead, &pool.head)
        headBytes.removeAll()
        headBytes.append(bytes)
        readsBody = request.reads(answerHead)
        body.removeAll()
    }

    private func takeBody(_ bytes: Span<UInt8>) -> Bool {
        droppedBytes += bytes.count
        if droppedBytes > (readsBody ? pool.settings.bodyBytesMax : pool.settings.droppedBytesMax) {
            fail(.bodyTooLarge)
            return false
        }
        if readsBody { body.append(bytes) }
        return true
    }

    // MARK: Ends

    private func finish(isReusable: Bool) {
        let request = request
        let isReusable = isReusable && isKept && output.isEmpty
        if isReusable {
            phase = .idle
            kept.removeAll()
            deadline.set(loop.now + pool.settings.idleNanosecondsMax, for: self, on: loop)
        }
        pool.source.answered(request, answerHead, headBytes.span, body: body.span)
        if isReusable { pool.isFree(self) } else { close() }
    }

    private func ended() {
        switch phase {
        case .idle, .closed: close()
        case .connecting: fail(.connectFailed)
        case .handshake: fail(.handshakeFailed)
        case .busy:
            // A body that ends with the connection is whole.
            guard stream.closed(pending: kept.count) == .complete, hasAnswerBegun else { return lost() }
            finish(isReusable: false)
        }
    }

    /// The connection broke.
    private func lost() {
        switch phase {
        case .idle, .closed: return close()
        case .connecting: return fail(.connectFailed)
        case .handshake: return fail(.handshakeFailed)
        case .busy: break
        }
        // The server closed it while we asked: as if it had not been asked. Reading twice, and leaving twice, is reading and leaving.
        if wasUsed, !hasAnswerBegun, kept.isEmpty, pool.takeBack(request) { return close() }
        fail(.connectionLost)
    }

    private func fail(_ fault: ClientFault) {
        let request = request
        // A connection that never was carried nothing: what the visitor meant to send is told as sent now.
        let isUnsent = phase == .connecting || phase == .handshake
        close()
        var told = request
        if isUnsent { told.sentAt = loop.now }
        pool.source.failed(told, fault)
    }

    func close() {
        guard phase != .closed else { return }
        phase = .closed
        deadline.cancel(on: loop)
        loop.unwatch(socket.descriptor)
        socket.close()
        pool.closed(self)
    }
}
