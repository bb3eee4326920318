import Loop

extension PostgresConnection {
    /// Begins to connect. What is asked before it is done waits for it.
    public func open() {
        guard phase == .new else { return }
        phase = .lookingUp
        deadline.set(loop.now + limits.connectTimeout, for: self, on: loop)
        lookup.find(settings) { [weak self] found in
            guard let self, phase == .lookingUp else { return }
            switch found {
            case .success(let addresses): connect(to: addresses)
            case .failure(let fault): end(.cannotConnect(fault))
            }
        }
    }

    private func connect(to addresses: [String]) {
        phase = .connecting
        let turn = addresses.isEmpty ? 0 : firstAddress % addresses.count
        let ordered = Array(addresses[turn...] + addresses[..<turn])
        guard let wire = PostgresWire(settings.libpqParameters(addresses: ordered)) else {
            return end(.cannotConnect(PostgresConnectFault(.unreachable, "no memory for a connection")))
        }
        self.wire = wire
        if wire.isBroken { return end(.cannotConnect(wire.connectFault)) }
        // libpq asks to behave as if the first poll had said so.
        watch(for: .writable)
    }

    /// The socket is ready for what libpq was waiting for.
    func advanceConnecting() {
        guard let wire else { return }
        // libpq may close the socket and open another of the same number, so that it must not be watched meanwhile.
        unwatch()
        switch wire.poll() {
        case .wantsReading: watch(for: .readable)
        case .wantsWriting: watch(for: .writable)
        case .failed: end(.cannotConnect(wire.connectFault))
        case .connected:
            guard wire.becomePipeline() else { return end(.connectionLost(wire.lastWords)) }
            watch(for: .readable)
            if phase == .connecting { becomeReady() }
        }
    }

    private func becomeReady() {
        phase = .ready
        lastHeard = loop.now
        deadline.clear()
        prepareSession()
        for call in queue.all { watchDeadline(of: call) }
        idleTimer = LoopTimer.every(limits.idleCheck, on: loop) { [weak self] in self?.checkIdle() }
        onStateChange?(.up)
        onReady?()
        askForTurnEnd()
    }

    /// The server shall not work on for nobody, nor keep locks for nobody. A server that knows no such setting does without.
    private func prepareSession() {
        let check = ("client_connection_check_interval", limits.abandonedCheck)
        let transaction = ("idle_in_transaction_session_timeout", limits.abandonedTransactionTimeout)
        for (name, nanoseconds) in serverVersion >= 140_000 ? [transaction, check] : [transaction] {
            let step = PostgresStep(Self.setting, [name, String(nanoseconds / 1_000_000)])
            let due = loop.now + limits.connectTimeout
            queue.prepend(PostgresCall(.segment([step]), due: due, budget: nil, isBound: true) { _ in })
        }
    }

    private static let setting = PostgresStatement("SELECT set_config($1, $2, false)")
    private static let question = PostgresStatement("SELECT 1")

    /// A peer that is gone without a word is found out by asking.
    private func checkIdle() {
        guard phase == .ready, load == 0, loop.now >= lastHeard + limits.idleCheck else { return }
        let call = PostgresCall(
            .segment([PostgresStep(Self.question)]), due: loop.now + limits.idleCheckTimeout, budget: nil, isBound: true
        ) { _ in }
        enqueue(call)
    }

    // MARK: The socket

    func watch(for readiness: Readiness) {
        guard let wire else { return }
        let descriptor = wire.descriptor
        guard descriptor >= 0 else { return end(.cannotConnect(wire.connectFault)) }
        do throws(SystemError) {
            try loop.watch(descriptor, for: readiness, self)
            watched = descriptor
        } catch {
            end(.connectionLost(error.description))
        }
    }

    func unwatch() {
        if let watched { loop.unwatch(watched) }
        watched = nil
    }

    func wantWriting(_ isWanted: Bool) {
        guard isWanted != isWritingWanted, let watched else { return }
        isWritingWanted = isWanted
        loop.rewatch(watched, for: isWanted ? [.readable, .writable] : .readable)
    }

    // MARK: The end

    /// `passed`: which of the calls that are under way were too slow; for the others the connection was lost.
    func end(_ why: PostgresInterruption, tooSlow passed: (PostgresCall) -> Bool = { _ in false }) {
        guard phase != .closed else { return }
        phase = .closed
        unwatch()
        wire?.finish()
        wire = nil
        deadline.cancel(on: loop)
        idleTimer?.cancel()
        for call in inFlight.removeAll() {
            tell(call, .failure(call.progress.interrupted(by: passed(call) ? .deadlinePassed : why)))
        }
        let unsent = queue.removeAll()
        onStateChange?(.down(why))
        for call in unsent where onClosed == nil || call.isBound { tell(call, .failure(.notSent(why))) }
        onClosed?(why, unsent.filter { !$0.isBound })
        onReady = nil
        onClosed = nil
        onHolderLost?(why)
        onHolderLost = nil
    }
}

extension PostgresConnection: DeadlineOwner {
    public func deadlinePassed() {
        guard deadline.hasPassed(for: self, on: loop) else { return }
        switch phase {
        case .lookingUp, .connecting:
            let seconds = Double(limits.connectTimeout) / 1_000_000_000
            end(.cannotConnect(PostgresConnectFault(.deadline, "no connection to \(settings) in \(seconds) s")))
        case .ready: judgeDeadlines()
        case .new, .closed: return
        }
    }

    private func judgeDeadlines() {
        // What has come in time counts, however late the loop is.
        receive()
        guard phase == .ready else { return }
        let now = loop.now
        for call in queue.remove(where: { $0.due <= now }) { tell(call, .failure(.notSent(.deadlinePassed))) }
        if inFlight.all.contains(where: { $0.due <= now }) {
            return end(.connectionLost("it was closed since another call's deadline passed")) { $0.due <= now }
        }
        let next = (inFlight.all + queue.all).map(\.due).min()
        if let next, next != .max { deadline.set(next, for: self, on: loop) }
    }
}
