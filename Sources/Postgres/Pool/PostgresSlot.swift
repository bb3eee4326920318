import Loop

/// A place for a connection in a pool: connects, and connects again when that ends.
final class PostgresSlot {
    private unowned let pool: PostgresPool
    private let number: Int
    private var attempts = 0
    private var backoff: PostgresBackoff
    private var timer: LoopTimer?
    private(set) var connection: PostgresConnection?
    /// A transaction has it for itself.
    var isHeld = false

    init(_ number: Int, of pool: PostgresPool) {
        self.number = number
        self.pool = pool
        backoff = PostgresBackoff(first: pool.limits.backoffFirst, ceiling: pool.limits.backoffMax)
    }

    var isReady: Bool { connection?.phase == .ready }
    var isTrying: Bool { connection != nil && !isReady }
    var load: Int { connection?.load ?? 0 }

    func connect() {
        timer = nil
        let connection = PostgresConnection(
            pool.settings, limits: pool.limits, budget: pool.budget, lookup: pool.lookup, firstAddress: number + attempts,
            on: pool.loop)
        attempts += 1
        self.connection = connection
        connection.onReady = { [weak self] in self?.becameReady() }
        connection.onClosed = { [weak self] why, unsent in self?.closed(why, unsent) }
        connection.open()
    }

    private func becameReady() {
        backoff.succeeded()
        pool.slotIsReady(self)
    }

    private func closed(_ why: PostgresInterruption, _ unsent: [PostgresCall]) {
        connection = nil
        if !pool.isClosed {
            let wait = backoff.failed(random: pool.random())
            timer = LoopTimer.after(wait, on: pool.loop) { [weak self] in self?.connect() }
        }
        pool.slotIsDown(self, why, unsent)
    }

    func close() {
        timer?.cancel()
        timer = nil
        connection?.close()
    }
}
