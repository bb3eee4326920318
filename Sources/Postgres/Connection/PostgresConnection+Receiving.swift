import Loop

extension PostgresConnection: Watcher {
    public func ready(_ readiness: Readiness) {
        switch phase {
        case .connecting: advanceConnecting()
        case .ready:
            receive()
            guard phase == .ready, isWritingWanted, let wire else { return }
            guard let isTaken = wire.flush() else { return end(.connectionLost(wire.lastWords)) }
            if isTaken {
                wantWriting(false)
                askForTurnEnd()
            }
        case .new, .lookingUp, .closed: return
        }
    }

    func receive() {
        guard let wire else { return }
        let isAlive = wire.consume()
        takeResults()
        while phase == .ready, let notification = wire.nextNotification() {
            lastHeard = loop.now
            onNotification?(notification.channel, notification.payload)
        }
        guard phase == .ready else { return }
        if !isAlive { return end(.connectionLost(wire.lastWords)) }
        if !queue.isEmpty { askForTurnEnd() }
    }

    /// Takes what the server has answered completely. Each callback may end the connection.
    private func takeResults() {
        var emptyInARow = 0
        while let call = inFlight.first, let wire, !wire.isBusy {
            guard let result = wire.next() else {
                if call.isScript {
                    endScript(call, by: wire)
                    continue
                }
                // One stands behind each statement; more than a few mean that libpq waits for nothing any more.
                emptyInARow += 1
                if emptyInARow > 4 { return end(.connectionLost("libpq has lost count of what was asked")) }
                continue
            }
            emptyInARow = 0
            lastHeard = loop.now
            take(result, of: call)
        }
    }

    private func take(_ result: PostgresResult, of call: PostgresCall) {
        if case .broken(let words) = result.kind { return end(.connectionLost(wire?.farewellWords ?? words)) }
        if case .failed(let error) = result.kind, error.isFatal { wire?.farewellWords = error.description }
        if call.isScript { return takeScript(result, of: call) }
        let action: PostgresProgress.Action
        switch result.kind {
        case .rows, .done: action = call.progress.accept(.success)
        case .failed(let error): action = call.progress.accept(.failed(error))
        case .skipped: action = call.progress.accept(.skipped)
        case .sync: action = call.progress.accept(.sync)
        case .broken, .foreign: action = .violation
        }
        switch action {
        case .none: return
        case .keep: call.rows.append(PostgresRows(result: result))
        case .forget(let name): prepared.forget(name)
        case .complete: complete(call)
        case .violation: end(.connectionLost("the server answered what was not asked (COPY is not supported)"))
        }
    }

    private func complete(_ call: PostgresCall) {
        inFlight.removeFirst()
        if let failure = call.progress.failure {
            let isUseless = failure.isStaleStatement && !call.names.isEmpty
            if isUseless { for name in call.names { prepared.forget(name) } }
            // All of the segment is undone, so that it can be sent again, unless it is part of something longer.
            if isUseless && !call.isRepeated && wire?.isInTransaction == false {
                call.isRepeated = true
                call.names = []
                call.rows = []
                queue.append(call)
                return askForTurnEnd()
            }
            call.finish(.failure(.server(failure)))
        } else {
            call.finish(.success(call.rows))
        }
    }

    // MARK: Scripts

    private func takeScript(_ result: PostgresResult, of call: PostgresCall) {
        switch result.kind {
        case .rows, .done: call.rows.append(PostgresRows(result: result))
        case .failed(let error): _ = call.progress.accept(.failed(error))
        case .skipped, .sync, .broken, .foreign:
            end(.connectionLost("the server answered what was not asked (COPY is not supported)"))
        }
    }

    private func endScript(_ call: PostgresCall, by wire: PostgresWire) {
        inFlight.removeFirst()
        let isUsable = wire.resumePipeline()
        // The end of the session may be all that the server has said.
        if let failure = call.progress.failure {
            call.finish(.failure(failure.isFatal ? .unknownOutcome(.connectionLost(failure.description)) : .server(failure)))
        } else {
            call.finish(.success(call.rows))
        }
        if phase == .ready && !isUsable { return end(.connectionLost(wire.lastWords)) }
        askForTurnEnd()
    }
}
