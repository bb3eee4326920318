import Loop

/// A transaction whose next statement depends on the answer to the one before: it holds a connection for itself until it
/// ends, so that it is for what one segment cannot do.
///
/// Statements go out one after the other. The first that fails ends it, and everything is rolled back. It has one deadline;
/// when that passes before the commit is sent nothing has happened.
public final class PostgresTransaction {
    public enum End: Equatable, Sendable {
        case committed
        /// As its owner wished.
        case rolledBack
    }

    private enum Phase {
        case open
        /// Will be committed when what was asked before is answered.
        case wantsCommit
        case committing
        case ending(Result<End, PostgresFault>)
        case ended
    }

    private struct Asked {
        let step: PostgresStep
        let then: (Result<PostgresRows, PostgresFault>) -> Void
    }

    private let connection: PostgresConnection
    private let isolation: PostgresIsolation
    private let due: UInt64
    private var onEnd: ((Result<End, PostgresFault>) -> Void)?
    private var release: (() -> Void)?
    private var phase = Phase.open
    private var asked = Fifo<Asked>()
    /// One statement is under way.
    private var isBusy = false
    /// BEGIN has been sent, with the first statement.
    private var isBegun = false
    private var timer: LoopTimer?

    private static let commit = PostgresStep(PostgresStatement("COMMIT"))
    private static let rollback = PostgresStep(PostgresStatement("ROLLBACK"))

    init(
        on connection: PostgresConnection, isolation: PostgresIsolation, due: UInt64, release: @escaping () -> Void,
        onEnd: @escaping (Result<End, PostgresFault>) -> Void
    ) {
        self.connection = connection
        self.isolation = isolation
        self.due = due
        self.release = release
        self.onEnd = onEnd
        let loop = connection.loop
        timer = LoopTimer.after(due > loop.now ? due - loop.now : 0, on: loop) { self.expire() }
        connection.onHolderLost = { self.lost($0) }
    }

    // MARK: Asking

    public func query(
        _ statement: PostgresStatement, _ parameters: [any PostgresValue] = [],
        then: @escaping (Result<PostgresRows, PostgresFault>) -> Void
    ) {
        guard case .open = phase else { return connection.refuse(.closed) { then($0.map { $0[0] }) } }
        asked.append(Asked(step: PostgresStep(statement, parameters), then: then))
        goOn()
    }

    /// Commits when everything that was asked before has succeeded.
    public func commit() {
        guard case .open = phase else { return }
        phase = .wantsCommit
        goOn()
    }

    public func rollback() { end(as: .success(.rolledBack)) }

    // MARK: Going on

    private func goOn() {
        guard !isBusy else { return }
        switch phase {
        case .open:
            if let next = asked.removeFirst() { send(next) }
        case .wantsCommit:
            if let next = asked.removeFirst() { return send(next) }
            phase = .committing
            guard isBegun else { return finish(.success(.committed)) }
            sendAlone(Self.commit, due: due) { self.commitAnswered($0) }
        case .ending(let outcome):
            // Who is rolled back although the connection is gone is rolled back by the server.
            guard isBegun, connection.phase == .ready else { return finish(outcome) }
            isBegun = false
            let loop = connection.loop
            sendAlone(Self.rollback, due: loop.now + connection.limits.idleCheckTimeout) { answer in
                // A connection on which this fails is in no state for others.
                if case .failure = answer { self.connection.close() }
                self.finish(outcome)
            }
        case .committing, .ended: return
        }
    }

    private func send(_ asked: Asked) {
        isBusy = true
        let steps = isBegun ? [asked.step] : [isolation.begin, asked.step]
        let call = PostgresCall.taken(.segment(steps), due: due, from: connection.budget, isBound: true) { outcome in
            self.isBusy = false
            self.answered(outcome, asked)
        }
        switch call {
        case .success(let call):
            isBegun = true
            connection.enqueue(call)
        case .failure(let fault):
            connection.refuse(fault) { _ in
                self.isBusy = false
                self.answered(.failure(fault), asked)
            }
        }
    }

    private func answered(_ outcome: PostgresCall.Outcome, _ asked: Asked) {
        switch outcome {
        case .success(let rows):
            guard let last = rows.last else { return end(as: .failure(.protocolViolation("the server gave no result"))) }
            asked.then(.success(last))
            goOn()
        case .failure(let fault):
            let fault = Self.beforeCommit(fault)
            end(as: .failure(fault), goesOn: false)
            asked.then(.failure(fault))
            goOn()
        }
    }

    /// Uncommitted, it has not happened, whatever became of the statement.
    private static func beforeCommit(_ fault: PostgresFault) -> PostgresFault {
        switch fault {
        case .unknownOutcome(let why), .notSent(let why): .rolledBack(why)
        default: fault
        }
    }

    /// Beyond the budget, since an end that is refused helps nobody.
    private func sendAlone(_ step: PostgresStep, due: UInt64, then: @escaping (PostgresCall.Outcome) -> Void) {
        isBusy = true
        let call = PostgresCall(.segment([step]), due: due, budget: nil, isBound: true) { outcome in
            self.isBusy = false
            then(outcome)
        }
        connection.enqueue(call)
    }

    private func commitAnswered(_ outcome: PostgresCall.Outcome) {
        switch outcome {
        case .success(let rows):
            let tag = rows.first?.tag ?? ""
            guard tag == "COMMIT" else {
                return finish(.failure(.protocolViolation("the server answered COMMIT with \(tag)")))
            }
            finish(.success(.committed))
        case .failure(.notSent(let why)):
            phase = .ending(.failure(.rolledBack(why)))
            goOn()
        case .failure(let fault): finish(.failure(fault))
        }
    }

    // MARK: Ending

    /// Who waits for an answer is told by it.
    private func lost(_ why: PostgresInterruption) {
        if !isBusy { end(as: .failure(.rolledBack(why))) }
    }

    private func expire() { end(as: .failure(.rolledBack(.deadlinePassed))) }

    private func end(as outcome: Result<End, PostgresFault>, goesOn: Bool = true) {
        switch phase {
        case .open, .wantsCommit: break
        case .committing, .ending, .ended: return
        }
        phase = .ending(outcome)
        while let left = asked.removeFirst() {
            connection.refuse(.rolledBack(.closed)) { left.then($0.map { $0[0] }) }
        }
        if goesOn { goOn() }
    }

    private func finish(_ outcome: Result<End, PostgresFault>) {
        guard let onEnd else { return }
        phase = .ended
        timer?.cancel()
        timer = nil
        connection.onHolderLost = nil
        release?()
        release = nil
        self.onEnd = nil
        onEnd(outcome)
    }
}
