import Bytes
import HTTP
import Loop
import TLS
import Telemetry

/// What the connections of one kind on one loop share: the handler, the settings, memory that is used in turn.
public final class Server {
    public let loop: EventLoop
    public let handler: any Handler
    public var settings: ServerSettings
    /// Replaced whole when certificates are read anew; sessions that have begun keep theirs.
    public var tls: TLSServer?
    public var policy: (any ConnectionPolicy)?
    public var accessLog: AccessLog?
    public let counts: ServerCounts
    /// Every answer from now on ends its connection, and idle ones are closed.
    public private(set) var isDraining = false
    /// Called once, when the last connection has gone after `drain`.
    public var onDrained: (() -> Void)?

    /// Filled by the stream that reads a head, looked at until the handler returns.
    var head = RequestHead()
    /// What TLS has decrypted, until it is processed.
    var plain = ByteBuffer()
    /// Output memory that goes from connection to connection.
    var spareOutput = ByteBuffer()
    private var exchanges: [Exchange] = []
    private(set) var connections: [ServerConnection?] = []
    private var freeSlots: [Int] = []
    private var evictionCursor = 0
    private var date = DateField()
    private var drainGrace: LoopTimer?
    public private(set) var connectionCount = 0
    /// Clients that do not take what there is for them.
    var slowReaders = 0
    var outputBytesMax: Int {
        slowReaders > ServerSettings.slowReadersMax ? ServerSettings.outputBytesOfManyMax : ServerSettings.outputBytesMax
    }

    private static let exchangesKeptMax = 256

    public init(
        loop: EventLoop, handler: any Handler, settings: ServerSettings, tls: TLSServer? = nil, counts: ServerCounts
    ) {
        self.loop = loop
        self.handler = handler
        self.settings = settings
        self.tls = tls
        self.counts = counts
    }

    // MARK: Connections

    func add(_ connection: ServerConnection) -> Int {
        connectionCount += 1
        if let slot = freeSlots.popLast() {
            connections[slot] = connection
            return slot
        }
        connections.append(connection)
        return connections.count - 1
    }

    func remove(slot: Int) {
        connections[slot] = nil
        freeSlots.append(slot)
        connectionCount -= 1
        if isDraining && connectionCount == 0 { finishDraining() }
    }

    /// Finishes what is in flight and takes nothing new.
    ///
    /// A connection that seems idle may have a request under way, so it is not cut: it gets a last answer that ends it, or
    /// is closed when nothing has come for a moment.
    public func drain() {
        isDraining = true
        if connectionCount == 0 { return finishDraining() }
        drainGrace = LoopTimer.after(ServerSettings.drainGrace, on: loop) { [unowned self] in
            for connection in connections { connection?.closeIfIdle() }
        }
    }

    /// Ends what is still there.
    public func abort() {
        for connection in connections { connection?.lose(.drained) }
    }

    /// Closes up to `count` idle connections, so that others can be served. Says how many it closed.
    func evictIdle(_ count: Int) -> Int {
        var closed = 0
        for _ in 0..<min(connections.count, 4096) where closed < count {
            evictionCursor = evictionCursor + 1 < connections.count ? evictionCursor + 1 : 0
            if let connection = connections[evictionCursor], connection.isIdle {
                connection.close()
                closed += 1
            }
        }
        return closed
    }

    /// An exchange is over: counted, logged, told to the handler.
    func finished(_ connection: ServerConnection, _ exchange: Exchange) {
        let nanoseconds = loop.now &- exchange.startedAt
        counts.answered(exchange, nanoseconds: nanoseconds)
        handler.finished(connection)
        accessLog?.append(exchange, at: Int64(loop.unixNow), nanoseconds: Int64(clamping: nanoseconds))
    }

    private func finishDraining() {
        drainGrace?.cancel()
        let onDrained = onDrained
        self.onDrained = nil
        onDrained?()
    }

    // MARK: Memory in turn

    func takeExchange() -> Exchange { exchanges.popLast() ?? Exchange() }

    func giveBack(_ exchange: Exchange) {
        exchange.responder = nil
        if exchanges.count < Self.exchangesKeptMax { exchanges.append(exchange) }
    }

    /// `Date: …` with its line end, as it is in this second.
    public func appendDate(to output: inout ByteBuffer) { date.append(to: &output, unixNanoseconds: loop.unixNow) }
}

/// The `Date` field, written once a second.
private struct DateField: ~Copyable {
    private var second = UInt64.max
    private var line = ByteBuffer()

    mutating func append(to output: inout ByteBuffer, unixNanoseconds: UInt64) {
        let now = unixNanoseconds / 1_000_000_000
        if now != second {
            second = now
            line.removeAll()
            line.append("Date: ")
            HTTPDate.append(unixSeconds: Int64(now), to: &line)
            line.append("\r\n")
        }
        output.append(line.span)
    }
}
