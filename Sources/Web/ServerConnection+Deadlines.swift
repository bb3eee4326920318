import HTTP
import Loop

/// How long a client may take. One deadline a connection; what it means follows from the phase.
extension ServerConnection {
    /// Sets the deadline that the present phase asks for. Heads, handshakes and PROXY headers set theirs when they begin
    /// and do not move it, however many bytes trickle in.
    func updateDeadline() {
        let settings = server.settings
        if wasBlocked {
            if !deadline.isSet { beginWriteWindow() }
            return
        }
        switch phase {
        case .idle:
            deadline.set(loop.now + (requestCount == 0 ? settings.headTimeout : settings.idleTimeout), for: self, on: loop)
        case .head:
            if !deadline.isSet { deadline.set(loop.now + settings.headTimeout, for: self, on: loop) }
        case .exchange where exchange?.isRequestComplete == false && !isReadingPaused:
            if !deadline.isSet { deadline.set(loop.now + settings.bodyTimeout, for: self, on: loop) }
        case .exchange, .tunnel:
            deadline.clear()
        case .proxyHeader, .handshake, .lingering, .closed:
            break
        }
    }

    /// The client does not take what there is: from here on it has to take enough in each window, whatever the phase. What
    /// it sends meanwhile does not move the window.
    func beginWriteWindow() {
        guard phase != .handshake, phase != .lingering, phase != .closed else { return }
        windowTaken = wire.takenBytes
        deadline.set(loop.now + server.settings.writeTimeout, for: self, on: loop)
    }

    public func deadlinePassed() {
        guard phase != .closed, deadline.hasPassed(for: self, on: loop) else { return }
        switch phase {
        case .idle where wasBlocked, .head where wasBlocked:
            checkProgress()
        case .idle:
            readOnceMore()
            if phase == .idle && !deadline.isSet { close() }
        case .head:
            let requestsBefore = requestCount
            readOnceMore()
            if phase == .head && requestCount == requestsBefore { refuseSlowHead() }
        case .lingering, .proxyHeader, .handshake:
            close()
        case .exchange, .tunnel:
            checkProgress()
        case .closed:
            break
        }
    }

    /// What has come and was not read, because the loop had much to do, is no fault of the client's.
    private func readOnceMore() { if interest.contains(.readable) { read() } }

    private func refuseSlowHead() {
        exchange = server.takeExchange()
        exchange?.begin(RequestHead(), at: loop.now)
        exchange?.record.clear()
        exchange?.record.set(reason: "the head did not come in time")
        exchange?.closesAfter = true
        phase = .exchange
        answer(Answer.page(408, "The request did not arrive in time."))
    }

    /// A body or an answer has had its window: enough must have moved in it.
    private func checkProgress() {
        if wasBlocked {
            if wire.takenBytes &- windowTaken >= bytesNeeded(in: server.settings.writeTimeout) { return nextWindow() }
            return lose(.slowReader)
        }
        // A pause may have begun behind the deadline's back; then it is not the client that is slow.
        if exchange?.isRequestComplete == false && !isReadingPaused {
            if exchange?.windowBytes ?? 0 >= bytesNeeded(in: server.settings.bodyTimeout) { return nextWindow() }
            loseSlowBody()
        }
    }

    private func bytesNeeded(in window: UInt64) -> UInt64 {
        max(1, server.settings.bytesPerSecondMin * (window / 1_000_000) / 1000)
    }

    private func nextWindow() {
        exchange?.windowBytes = 0
        updateDeadline()
    }

    private func loseSlowBody() {
        guard let exchange else { return close() }
        let responder = exchange.responder
        exchange.responder = nil
        exchange.record.set(reason: ClientLoss.slowBody.rawValue)
        responder?.clientGone(.slowBody)
        guard phase != .closed, !exchange.isAnswerBegun else { return close() }
        exchange.closesAfter = true
        answer(Answer.page(408, "The body did not arrive in time."))
    }
}
