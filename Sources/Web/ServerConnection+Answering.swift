import Bytes
import HTTP
import Loop
import Telemetry

/// Bytes out: what the handler or the responder writes, and what follows when the answer is complete.
extension ServerConnection {
    /// Begins the answer and decides whether the connection stays after it. `framing`: how the body comes from whoever
    /// answers; what is returned says how it goes to this client.
    public func beginAnswer(
        _ status: UInt16, body framing: BodyFraming, declaredLength: UInt64? = nil
    ) -> AnswerFraming {
        guard let exchange else {
            return AnswerFraming.decide(
                method: .get, minorVersion: 1, keepsAlive: false, status: status, framing: .none, declaredLength: nil)
        }
        exchange.status = status
        exchange.bytesBeforeAnswer = exchange.bytesOut
        let mayStay =
            exchange.clientKeepsAlive && !exchange.closesAfter && !server.isDraining
            && UInt64(requestCount) < server.settings.requestsPerConnectionMax
            && (exchange.isRequestComplete || exchange.canDiscardBody || exchange.responder != nil)
        let decided = AnswerFraming.decide(
            method: exchange.method, minorVersion: exchange.minorVersion, keepsAlive: mayStay, status: status,
            framing: framing, declaredLength: declaredLength)
        if !decided.keepsAlive { exchange.closesAfter = true }
        return decided
    }

    /// Lets `body` append to what is to be sent. Sent by `flush`, or when the batch of requests has been processed.
    public func compose(_ body: (inout ByteBuffer) -> Void) {
        if wire.output.footprint == 0 { swap(&wire.output, &server.spareOutput) }
        let before = wire.output.count
        body(&wire.output)
        exchange?.bytesOut += UInt64(wire.output.count - before)
    }

    /// Sends what was composed, with `bytes` behind it.
    public func send(_ bytes: Span<UInt8>) {
        guard phase != .closed else { return }
        exchange?.bytesOut += UInt64(bytes.count)
        if isProcessing {
            wire.output.append(bytes)
        } else {
            let wasFull = isOutputFull
            flushed(wire.send(bytes), wasFull: wasFull)
        }
    }

    /// So much has not been taken by the client that its source should wait for `clientCanTakeMore`.
    public var isOutputFull: Bool { wire.pending >= server.outputBytesMax }

    /// How much more may be written before it is full.
    public var outputRoom: Int { max(0, server.outputBytesMax - wire.pending) }

    /// A short answer, whole.
    public func answer(_ page: Answer) {
        let length = UInt64(page.body.utf8.count)
        let framing = beginAnswer(page.status, body: .length(length), declaredLength: length)
        let isHead = exchange?.method == .head
        compose { output in
            page.appendHead(framing, minorVersion: exchange?.minorVersion ?? 1, date: server, to: &output)
            if !isHead { output.append(page.body) }
        }
        finishAnswer()
    }

    /// The answer is complete.
    public func finishAnswer() {
        exchange?.isAnswerComplete = true
        exchange?.responder = nil
        conclude()
        if !isProcessing { flush() }
    }

    /// Takes back an answer that was begun, if no byte of it has left yet, so that another can be given. All of its bytes are
    /// then the last of what waits to be sent.
    public func withdrawAnswer() -> Bool {
        guard let exchange else { return false }
        let composed = exchange.bytesOut - exchange.bytesBeforeAnswer
        guard composed <= UInt64(wire.output.count) else { return false }
        wire.output.truncate(to: wire.output.count - Int(composed))
        exchange.bytesOut = exchange.bytesBeforeAnswer
        exchange.status = 0
        return true
    }

    /// The answer cannot be completed: the connection is cut so that the client can tell.
    public func cutAnswer() {
        exchange?.responder = nil
        wire.socket.resetOnClose()
        close()
    }

    /// From here on bytes go both ways as they are.
    public func becomeTunnel() {
        phase = .tunnel
        isReadingPaused = false
        if !wasBlocked { deadline.clear() }
        // Also for nothing but the end, which may have come before.
        if !isProcessing && (!kept.isEmpty || inputEnded) { continueAtTurnEnd() }
    }

    /// No more comes from the other end of a tunnel.
    public func finishTunnel() {
        exchange?.responder = nil
        closeGently()
    }

    /// What follows when request and answer are both complete, or the answer came early.
    func conclude() {
        guard phase == .exchange, let exchange, exchange.isAnswerComplete else { return }
        if exchange.closesAfter || (!exchange.isRequestComplete && !exchange.canDiscardBody) {
            closesWhenFlushed = true
            return
        }
        // An early answer with a small rest of the body: `process` reads and drops it, then comes here again.
        // Even with nothing kept: that the request has ended may still have to be said.
        guard exchange.isRequestComplete else {
            isReadingPaused = false
            if !isProcessing { continueAtTurnEnd() }
            return
        }
        endExchange()
        phase = .idle
        if !isProcessing && !kept.isEmpty { continueAtTurnEnd() }
    }

    // MARK: Sending

    public func flush() {
        if isProcessing || phase == .closed { return }
        let wasFull = isOutputFull
        flushed(wire.flush(), wasFull: wasFull)
    }

    private func flushed(_ outcome: Wire.Flushed, wasFull: Bool) {
        switch outcome {
        case .all:
            sentAll(wasFull: wasFull)
        case .blocked:
            if !wasBlocked {
                wasBlocked = true
                server.slowReaders += 1
                updateInterest()
                beginWriteWindow()
            }
        case .failed:
            lose(.reset)
        }
    }

    private func sentAll(wasFull: Bool) {
        if closesWhenFlushed {
            closesWhenFlushed = false
            if wire.isSecure {
                wire.closeSecurely()
                _ = wire.flush()
            }
            return linger()
        }
        if wasBlocked || wasFull { canTakeMore() }
        if inputEnded && (phase == .head || phase == .idle && kept.isEmpty) { return linger() }
        if phase == .idle {
            if server.isDraining && kept.isEmpty { return linger() }
            wire.releaseMemory(to: &server.spareOutput)
            if !isProcessing { updateDeadline() }
        }
    }

    private func canTakeMore() {
        if wasBlocked {
            wasBlocked = false
            server.slowReaders -= 1
            deadline.clear()
            updateInterest()
            updateDeadline()
        }
        exchange?.responder?.clientCanTakeMore()
        // Requests that waited until the answers before them were taken.
        if !kept.isEmpty && (phase == .idle || phase == .head) { continueAtTurnEnd() }
    }
}
