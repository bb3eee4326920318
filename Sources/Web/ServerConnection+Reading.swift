import Bytes
import HTTP
import Loop
import TLS

/// Bytes in: from the socket to the stream of requests, and from there to handler and responder.
extension ServerConnection {
    func read() {
        switch wire.socket.receive(on: loop) {
        case .bytes(let count):
            arrived(loop.received(count))
        case .wouldBlock:
            return
        case .end:
            ended()
        case .failed:
            lose(.reset)
        }
    }

    /// The client will send no more. Answers in work are finished: a client may close its side and still read.
    private func ended() {
        inputEnded = true
        inputUsedUp()
        if phase != .closed { updateInterest() }
    }

    /// Nothing more comes, and what had come has been used as far as it may be by now.
    private func inputUsedUp() {
        // What is held back may be the rest of a body; it is asked again when that has been used.
        if isReadingPaused || awaitsTurnEnd || closesWhenFlushed { return }
        switch phase {
        case .exchange:
            guard let exchange else { return }
            if exchange.isRequestComplete {
                if kept.isEmpty { exchange.closesAfter = true }
            } else if exchange.isAnswerComplete {
                closesWhenFlushed = true
                flush()
            } else {
                lose(.closed)
            }
        case .tunnel:
            if isTunnelEndTold { return }
            isTunnelEndTold = true
            exchange?.responder?.requestEnded()
        default:
            if wire.pending == 0 { close() }
        }
    }

    private func arrived(_ bytes: Span<UInt8>) {
        switch phase {
        case .lingering:
            return
        case .proxyHeader:
            kept.append(bytes)
            readProxyHeader()
        default:
            decrypt(bytes)
        }
    }

    private func readProxyHeader() {
        switch ProxyProtocol.read(kept.span) {
        case .needMore:
            return
        case .refused:
            close()
        case .header(let consumed, let source):
            kept.removeFirst(consumed)
            began(for: source)
            if phase == .closed || kept.isEmpty { return }
            var rest = ByteBuffer()
            swap(&rest, &kept)
            decrypt(rest.span)
        }
    }

    private func decrypt(_ bytes: Span<UInt8>) {
        guard let secure = wire.secure else { return process(arrived: bytes) }
        server.plain.removeAll()
        let state = secure.session.receive(bytes, plain: &server.plain, out: &secure.sealed)
        if phase == .handshake && secure.session.isEstablished {
            phase = .idle
            updateDeadline()
        }
        if !server.plain.isEmpty {
            // Taken out, so that nobody else holds it while it is processed.
            var plain = ByteBuffer()
            swap(&plain, &server.plain)
            process(arrived: plain.span)
            swap(&plain, &server.plain)
        }
        if phase == .closed { return }
        switch state {
        case .handshaking, .open:
            // Not when there is nothing to send: a part of a record must not look as if something had happened.
            if wire.pending > 0 { flush() }
        case .closedByPeer:
            flush()
            if phase != .closed { ended() }
        case .failed:
            failSecurely(secure.session.fault)
        }
    }

    private func failSecurely(_ fault: TLSFault?) {
        server.counts.handshakeFailed()
        if phase == .exchange || phase == .tunnel { return lose(.reset) }
        if case .plainHTTP = fault {
            // Sent in the clear, since that is what the client speaks.
            let page = Answer.page(400, "This port speaks TLS: use https:// instead of http://.")
            var answer = ByteBuffer()
            page.appendWhole(to: &answer)
            _ = wire.socket.send(answer.span)
            return linger()
        }
        closeGently()
    }

    // MARK: Requests

    private func process(arrived bytes: Span<UInt8>) {
        if kept.isEmpty && !mustWait {
            let used = process(bytes)
            if phase != .closed && phase != .lingering && used < bytes.count { kept.append(bytes.extracting(used...)) }
        } else {
            kept.append(bytes)
            if !mustWait { useKept() }
        }
        afterBatch()
    }

    /// Goes on with what was kept, after an answer is complete or reading goes on. Even with nothing kept: that the request
    /// has ended may still have to be said.
    func processKept() {
        if mustWait || isProcessing { return updateInterest() }
        useKept()
        afterBatch()
    }

    private func useKept() {
        // Taken out, so that nobody else holds it while it is processed.
        var bytes = ByteBuffer()
        swap(&bytes, &kept)
        let used = process(bytes.span)
        if phase == .closed || phase == .lingering { return }
        bytes.removeFirst(used)
        if !bytes.isEmpty { swap(&bytes, &kept) }
    }

    private func afterBatch() {
        if phase == .closed { return }
        exchange?.responder?.batchEnded()
        flush()
        if inputEnded { inputUsedUp() }
        if phase == .closed { return }
        updateInterest()
        updateDeadline()
    }

    /// What comes now has to wait: the request before is not answered, the responder has asked for a pause, or the client
    /// asks and asks and does not take the answers.
    var mustWait: Bool {
        switch phase {
        case .exchange: isReadingPaused || exchange?.isRequestComplete == true
        case .tunnel: isReadingPaused
        case .idle, .head: isOutputFull
        case .proxyHeader, .handshake, .lingering, .closed: false
        }
    }

    /// Says how many bytes were used; the rest waits.
    private func process(_ bytes: Span<UInt8>) -> Int {
        isProcessing = true
        defer { isProcessing = false }
        var at = 0
        while !mustWait && !closesWhenFlushed {
            switch phase {
            case .tunnel:
                if at < bytes.count { exchange?.responder?.requestBody(bytes.extracting(at...)) }
                return bytes.count
            case .closed, .lingering:
                return bytes.count
            default:
                break
            }
            let from = bytes.extracting(at...)
            let step = stream.next(from, head: &server.head, limits: server.settings.limits)
            at += step.consumed
            switch step.event {
            case .needMore:
                if phase == .idle && at < bytes.count { beginHead() }
                return at
            case .head:
                beginExchange(from.extracting(..<step.consumed))
            case .body(let range):
                take(from.extracting(range))
            case .end:
                requestEnded()
            case .refused(let refusal):
                refuse(refusal)
                return bytes.count
            }
        }
        return closesWhenFlushed ? bytes.count : at
    }

    private func beginHead() {
        phase = .head
        if !wasBlocked { deadline.set(loop.now + server.settings.headTimeout, for: self, on: loop) }
    }

    private func beginExchange(_ bytes: Span<UInt8>) {
        let exchange = server.takeExchange()
        let head = server.head
        exchange.begin(head, at: server.loop.now)
        if server.accessLog != nil { exchange.record.note(head, bytes) } else { exchange.record.clear() }
        self.exchange = exchange
        phase = .exchange
        isReadingPaused = false
        if !wasBlocked { deadline.clear() }
        requestCount &+= 1
        server.handler.handle(head, bytes, on: self)
    }

    private func take(_ body: Span<UInt8>) {
        guard let exchange else { return }
        exchange.bodyBytesIn += UInt64(body.count)
        exchange.windowBytes += UInt64(body.count)
        exchange.responder?.requestBody(body)
    }

    private func requestEnded() {
        guard let exchange else { return }
        exchange.isRequestComplete = true
        exchange.responder?.requestEnded()
        conclude()
    }

    private func refuse(_ refusal: Refusal) {
        if let exchange {
            // In the middle of a body: whoever answers hears of it first.
            let responder = exchange.responder
            exchange.responder = nil
            responder?.clientGone(refusal.status == 413 ? .tooLarge : .badBody)
            if phase == .closed { return }
            if exchange.isAnswerBegun { return lose(.badBody) }
        } else {
            exchange = server.takeExchange()
            exchange?.begin(RequestHead(), at: loop.now)
            exchange?.record.clear()
            phase = .exchange
        }
        exchange?.record.set(reason: refusal.reason)
        exchange?.closesAfter = true
        answer(Answer.page(refusal.status, refusal.reason))
        server.handler.refused(refusal, on: self)
    }

    // MARK: For the responder

    /// In the middle of what has come: `batchEnded` will be called.
    public var isReadingNow: Bool { isProcessing }

    /// Body bytes wait at the client until `resumeReading`.
    public func pauseReading() { isReadingPaused = true }

    public func resumeReading() {
        guard isReadingPaused else { return }
        isReadingPaused = false
        if isProcessing { return }
        exchange?.windowBytes = 0
        continueAtTurnEnd()
    }
}
