import Bytes
import HTTP
import Loop
import TLS
import Web

/// The answer: from the socket through TLS to the stream of answers, and from there to whoever asked.
extension UpstreamConnection {
    func read() {
        let loop = loop
        // No more than the client's side may hold; TLS needs a whole record to say anything.
        let room = wire.isSecure ? Int.max : max(Self.readBytesMin, forward?.client.outputRoom ?? .max)
        switch wire.socket.receive(on: loop, atMost: room) {
        case .bytes(let count):
            arrived(loop.received(count))
        case .wouldBlock:
            return
        case .end:
            ended()
        case .failed(let error):
            broken(error)
        }
    }

    private func arrived(_ bytes: Span<UInt8>) {
        guard let session = wire.session else { return process(arrived: bytes) }
        var plain = ByteBuffer()
        swap(&plain, &pool.plain)
        let state = wire.decrypt(bytes, with: session, plain: &plain)
        if phase == .handshake && session.isEstablished { established() }
        if phase != .closed && !plain.isEmpty { process(arrived: plain.span) }
        plain.removeAll()
        swap(&plain, &pool.plain)
        if phase == .closed { return }
        switch state {
        case .handshaking, .open: flush()
        case .closedByPeer: ended()
        case .failed:
            let reason = session.fault?.description ?? "unknown"
            fail(phase == .handshake ? .handshakeFailed(reason) : .resetInAnswer)
        }
    }

    private func process(arrived bytes: Span<UInt8>) {
        // Nobody has asked for anything: whatever it is, it cannot be anybody's answer.
        guard let forward else { return close() }
        if phase == .tunnel {
            touchTunnel()
            forward.tunnelBytes(bytes)
            return
        }
        if kept.isEmpty {
            let used = process(bytes, for: forward)
            if phase == .busy && used < bytes.count { kept.append(bytes.extracting(used...)) }
        } else {
            var all = ByteBuffer()
            swap(&all, &kept)
            all.append(bytes)
            let used = process(all.span, for: forward)
            all.removeFirst(min(used, all.count))
            if phase == .busy && !all.isEmpty { swap(&all, &kept) }
        }
        forward.answerBatchEnded()
    }

    /// Says how many bytes were used.
    private func process(_ bytes: Span<UInt8>, for forward: Forward) -> Int {
        var at = 0
        while true {
            let from = bytes.extracting(at...)
            let step = stream.next(from, head: &pool.head, limits: pool.limits)
            at += step.consumed
            switch step.event {
            case .needMore:
                // A head has to be whole by the deadline for the first byte, however it trickles.
                if forward.isAnswerBegun && !isReadingPaused { expect(in: settings.readTimeout, else: .readTimedOut) }
                return at
            case .head:
                forward.answerHead(pool.head, from.extracting(..<step.consumed))
                if phase == .tunnel {
                    if at < bytes.count { forward.tunnelBytes(bytes.extracting(at...)) }
                    return bytes.count
                }
            case .body(let range):
                forward.answerBody(from.extracting(range))
            case .end:
                // More behind an answer than was asked for: this connection is not used again.
                finish(isReusable: pool.head.keepsAlive && at == bytes.count)
                forward.answerEnded()
                return bytes.count
            case .refused(let fault):
                fail(.malformedAnswer(fault))
                return bytes.count
            }
            if phase == .closed { return bytes.count }
        }
    }

    func ended() {
        inputEnded = true
        switch phase {
        case .idle:
            close()
        case .tunnel:
            updateInterest()
            forward?.tunnelEnded()
        case .busy:
            switch stream.closed(pending: kept.count) {
            case .beforeAnswer: fail(.closedBeforeAnswer(wasReused: wasReused))
            case .truncated: fail(.truncatedAnswer)
            case .complete:
                let forward = forward
                finish(isReusable: false)
                forward?.answerEnded()
                forward?.answerBatchEnded()
            }
        case .connecting, .handshake:
            fail(.handshakeFailed("the connection was closed"))
        case .closed:
            break
        }
    }

    func broken(_ error: SystemError?) {
        switch phase {
        case .idle: close()
        case .connecting: fail(.connectFailed(error?.reason ?? "the connection was closed"))
        case .handshake: fail(.handshakeFailed(error?.reason ?? "the connection was closed"))
        case .tunnel: forward?.tunnelEnded()
        case .busy:
            let close = stream.closed(pending: kept.count)
            fail(close == .beforeAnswer ? .closedBeforeAnswer(wasReused: wasReused) : .resetInAnswer)
        case .closed: break
        }
    }
}
