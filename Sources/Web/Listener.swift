import Address
import Loop
import TLS
import Telemetry

/// Takes connections from one listening socket.
public final class Listener: Watcher {
    public let socket: Socket
    public let endpoint: Endpoint
    private let server: Server
    private let isSecure: Bool
    private let journal: Journal
    private var reserve = DescriptorReserve()
    private var isListening = true

    /// `isSecure`: what comes is TLS, by the server's certificates.
    public init(
        _ socket: Socket, endpoint: Endpoint, isSecure: Bool = false, server: Server, journal: Journal
    ) throws(SystemError) {
        self.socket = socket
        self.endpoint = endpoint
        self.server = server
        self.isSecure = isSecure
        self.journal = journal
        try server.loop.watchListener(socket.descriptor, self)
    }

    /// Takes no more connections; the socket stays open when somebody else has it too.
    public func stop() {
        guard isListening else { return }
        isListening = false
        server.loop.unwatch(socket.descriptor)
        socket.close()
    }

    public func ready(_ readiness: Readiness) {
        for _ in 0..<ServerSettings.acceptsPerTurnMax {
            switch socket.accept() {
            case .connection(let accepted, let peer):
                ServerConnection.begin(accepted, peer: peer, isSecure: isSecure, server: server)
            case .wouldBlock:
                return
            case .failed(let error):
                if error.isExhaustion { return shed(error) }
                log(error, shed: 0)
                return
            }
        }
    }

    /// No descriptor is left: idle connections make room for who waits in the queue, and where there are none it is turned
    /// away instead of left hanging. The queue gets shorter with each call, so the loop does not spin. The kernel says the
    /// same when the queue is empty; then there is nothing to do.
    private func shed(_ error: SystemError) {
        var evicted = 0
        var turnedAway = 0
        var isDone = false
        while !isDone && evicted + turnedAway < Self.shedPerTurnMax {
            reserve.lend {
                guard case .connection(let accepted, let peer) = socket.accept() else {
                    isDone = true
                    return
                }
                evicted = server.evictIdle(Self.evictionsMax)
                if evicted > 0 {
                    ServerConnection.begin(accepted, peer: peer, isSecure: isSecure, server: server)
                    isDone = true
                } else {
                    accepted.close()
                    turnedAway += 1
                }
            }
        }
        // Without the reserve nobody can be looked at; somebody idle gives it back.
        if !reserve.isHeld { evicted += server.evictIdle(1) }
        guard evicted + turnedAway > 0 else { return }
        server.counts.shed(evicted + turnedAway)
        log(error, shed: evicted + turnedAway)
    }

    private static let evictionsMax = 32
    private static let shedPerTurnMax = 64

    private func log(_ error: SystemError, shed: Int) {
        journal.log(.error, "accept.failed", at: Int64(server.loop.unixNow)) { line in
            line.field("reason", error.description)
            line.field("listen", endpoint.description)
            line.field("connections_shed", shed)
            line.field("hint", "raise the limit of open files (ulimit -n, LimitNOFILE) or lower connections_max")
        }
    }
}
