import Loop

extension PostgresConnection {
    /// Sends what may be sent: up to `pipelineMax` unanswered, and nothing while the kernel does not take what there is.
    func sendQueued() {
        guard phase == .ready, !isWritingWanted, !queue.isEmpty else { return }
        let isHeld = queue.count > 1
        if isHeld { wire?.holdBack(true) }
        sendWhatMayBeSent()
        if isHeld { wire?.holdBack(false) }
    }

    private func sendWhatMayBeSent() {
        while let call = queue.first, let wire, mayBeSent(call) {
            queue.removeFirst()
            if call.due <= loop.now {
                tell(call, .failure(.notSent(.deadlinePassed)))
                continue
            }
            inFlight.append(call)
            guard send(call, by: wire), let isTaken = wire.flush() else { return end(.connectionLost(wire.lastWords)) }
            if !isTaken { return wantWriting(true) }
        }
    }

    /// A script has the connection for itself.
    private func mayBeSent(_ call: PostgresCall) -> Bool {
        if call.isScript { return inFlight.isEmpty }
        return inFlight.count < limits.pipelineMax && inFlight.first?.isScript != true
    }

    private func send(_ call: PostgresCall, by wire: PostgresWire) -> Bool {
        switch call.kind {
        case .script(let sql): return wire.script(sql)
        case .segment(let steps):
            var awaited: [PostgresProgress.Awaited] = []
            var isSent = true
            for step in steps where isSent {
                let types = step.parameters.types
                // The second time nothing prepared is relied on, neither kept nor about to be.
                let number = call.isRepeated ? nil : step.statement.number
                switch prepared.plan(number, types: types) {
                case .once: isSent = wire.executeOnce(step.statement.sql, step.parameters)
                case .execute(let name):
                    call.names.append(name)
                    isSent = wire.execute(name.text, step.parameters)
                case .prepareAndExecute(let name):
                    call.names.append(name)
                    awaited.append(.preparation(name))
                    isSent =
                        wire.prepare(name.text, step.statement.sql, types: types)
                        && wire.execute(name.text, step.parameters)
                }
                awaited.append(.execution)
            }
            call.progress = PostgresProgress(awaited)
            return isSent && wire.sync()
        }
    }
}
