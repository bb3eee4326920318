import Bytes
import HTTP
import Loop
import TLS

/// A few connections that carry the errands of many visitors, one after another each, in the order in which they were asked.
///
/// What waits has no ceiling of its own: a visitor has one errand at a time, so that there are never more than visitors.
final class ClientPool {
    let loop: EventLoop
    let settings: ClientSettings
    let tls: TLSClient?
    unowned let source: any ErrandSource
    /// The head that is being read: one for all, since a connection reads it to its end or keeps the bytes.
    var head = ResponseHead()
    /// Of a head that came in pieces, with the pieces; a decrypted batch.
    var plain = ByteBuffer()
    let limits = ResponseLimits()

    private let targets: [ClientTarget]
    /// Where each visitor has an address, a connection is no other's.
    private let sharesConnections: Bool
    private var nextTarget = 0
    private var waiting: [ClientRequest] = []
    private var firstWaiting = 0
    private var idle: [ClientConnection] = []
    private var open: [ObjectIdentifier: ClientConnection] = [:]
    private(set) var opened: UInt64 = 0
    private(set) var repeated: UInt64 = 0
    private var isServing = false

    init(
        targets: [ClientTarget], settings: ClientSettings, sharesConnections: Bool, tls: TLSClient?,
        source: any ErrandSource,
        on loop: EventLoop
    ) {
        self.loop = loop
        self.settings = settings
        self.targets = targets
        self.sharesConnections = sharesConnections
        self.tls = tls
        self.source = source
    }

    /// Errands that wait for a connection.
    var waitingCount: Int { waiting.count - firstWaiting }

    func ask(_ request: ClientRequest) {
        waiting.append(request)
        serve()
    }

    func close() {
        for connection in Array(open.values) { connection.close() }
    }

    // MARK: Told by connections

    /// It can carry another.
    func isFree(_ connection: ClientConnection) {
        idle.append(connection)
        serve()
    }

    func closed(_ connection: ClientConnection) {
        open[ObjectIdentifier(connection)] = nil
        if let at = idle.firstIndex(where: { $0 === connection }) { idle.remove(at: at) }
        serve()
    }

    /// A kept connection was closed before it carried this. True when it is sent again.
    func takeBack(_ request: ClientRequest) -> Bool {
        guard request.repetitions < settings.repetitionsMax else { return false }
        var again = request
        again.repetitions += 1
        repeated += 1
        waiting.append(again)
        return true
    }

    // MARK: Serving

    /// Not entered again from within: a connection that fails at once would be served by the call that made it.
    private func serve() {
        if isServing { return }
        isServing = true
        defer { isServing = false }
        while firstWaiting < waiting.count {
            if let connection = idle.popLast() {
                connection.carry(takeFirst())
            } else if open.count < settings.connectionsMax {
                connect(for: takeFirst())
            } else {
                return
            }
        }
    }

    private func takeFirst() -> ClientRequest {
        let request = waiting[firstWaiting]
        firstWaiting += 1
        if firstWaiting > 1024 && firstWaiting * 2 > waiting.count {
            waiting.removeFirst(firstWaiting)
            firstWaiting = 0
        }
        return request
    }

    private func connect(for request: ClientRequest) {
        let target = targets[nextTarget % targets.count]
        nextTarget &+= 1
        let from = source.source(of: request.visitor)
        do throws(SystemError) {
            let connection = try ClientConnection(
                to: target, from: from, carrying: request, isKept: sharesConnections, in: self)
            opened += 1
            open[ObjectIdentifier(connection)] = connection
            connection.begin()
        } catch {
            var request = request
            request.sentAt = loop.now
            source.failed(request, .connectFailed)
        }
    }
}
