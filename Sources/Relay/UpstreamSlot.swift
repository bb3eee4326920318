import Loop
import TLS

/// One server as one loop knows it: its connections, how much it has to do, whether it is well.
final class UpstreamSlot {
    let target: UpstreamTarget
    unowned let pool: UpstreamPool
    private(set) var outstanding = 0
    private(set) var connectionCount = 0
    /// Connections on which the origin waits for a client: a slow reader, an upload, a tunnel. The origin has no work with
    /// them, so they do not count against what it can bear; else a crowd of slow clients would lock out everybody else.
    private(set) var clientPacedCount = 0
    var ejection = Ejection()
    var nextEndpoint = 0
    /// The most recently used last, so that the others grow old and go.
    private var idle: [UpstreamConnection] = []

    init(_ target: UpstreamTarget, pool: UpstreamPool) {
        self.target = target
        self.pool = pool
    }

    var canTake: Bool { !idle.isEmpty || hasRoom }

    /// For one more connection.
    var hasRoom: Bool {
        let settings = pool.settings
        return connectionCount - clientPacedCount < settings.connectionsMax
            && connectionCount < settings.connectionsMax + settings.clientPacedMax
    }

    /// How much it has to do.
    var load: Int { outstanding }

    func takeIdle() -> UpstreamConnection? { idle.popLast() }

    /// False when enough are kept already, or the server is no longer wanted.
    func keep(_ connection: UpstreamConnection) -> Bool {
        guard idle.count < pool.settings.idleMax, !pool.isClosed else { return false }
        idle.append(connection)
        return true
    }

    func makeSession() -> TLSSession? { target.isSecure ? try? pool.tls?.session(host: target.tlsName) : nil }

    // MARK: What became of connections and requests

    func began() { outstanding += 1 }
    func ended() { outstanding -= 1 }

    func opened() { connectionCount += 1 }

    func closed(_ connection: UpstreamConnection, wasIdle: Bool) {
        connectionCount -= 1
        if wasIdle, let index = idle.firstIndex(where: { $0 === connection }) { idle.remove(at: index) }
        pool.serveWaiting()
    }

    func clientPaced(_ isClientPaced: Bool) {
        clientPacedCount += isClientPaced ? 1 : -1
        if isClientPaced { pool.serveWaiting() }
    }

    func answered() { ejection.answered() }

    /// Says for how long the server is left alone from now on, if this was one failure too many.
    func failed() -> UInt64? {
        let settings = pool.settings
        return ejection.failed(
            at: pool.loop.now, after: settings.ejectAfter, for: settings.ejectFor, atMost: settings.ejectForMax)
    }

    func closeIdle() {
        for connection in idle { connection.close() }
    }
}
