import Admission
import Digest
import Relay
import Settings
import TLS
import Telemetry
import Web

/// What all loops use: made once at start, immutable or made of atomics.
struct EdgeShared: Sendable {
    let loopCount: Int
    let metrics = Metrics()
    let limiter: AddressLimiter
    let ceilings: ConnectionCeilings
    let ticketKeys = TLSTicketKeys.random()
    let log: LogWriter
    let accessLog: LogWriter?
    let serverNames: ServerCountNames
    let relayNames: RelayCountNames
    let limitedRequests: CounterID
    let questions: CounterID
    let granted: CounterID
    let knownPeople: CounterID
    let refusedPeople: CounterID

    init(_ settings: Settings, loopCount: Int) throws(LogWriterError) {
        self.loopCount = loopCount
        let addressesMax = settings.limits.addressesMax
        limiter = AddressLimiter(addressesMax: addressesMax, seed: (SecureRandom.word(), SecureRandom.word()))
        ceilings = ConnectionCeilings(settings.server, addressesMax: min(addressesMax, settings.server.connectionsMax * 2))
        let bytesMax = settings.log.bufferMax.bytes
        log = try LogWriter(
            to: settings.log.output.destination ?? .standardError, format: settings.log.format == .json ? .json : .text,
            bytesMax: bytesMax)
        accessLog = try settings.log.access.destination.map { (place) throws(LogWriterError) in
            try LogWriter(to: place, format: settings.log.accessFormat == .json ? .json : .text, bytesMax: bytesMax)
        }
        serverNames = ServerCountNames(metrics)
        relayNames = RelayCountNames(metrics)
        questions = metrics.counter("waitingroom_authorize_total", "Requests that a proxy asked about.")
        granted = metrics.counter("waitingroom_authorize_granted_total", "Of these, those that may go on.")
        limitedRequests = metrics.counter("waitingroom_limited_total", "Requests answered 429 by the limit per address.")
        knownPeople = metrics.counter("waitingroom_people_known_total", "Tokens of the site that said who somebody is.")
        refusedPeople = metrics.counter("waitingroom_people_refused_total", "Tokens of the site that counted as none.")
    }
}

extension Settings.Log.Output {
    /// Nil for `off`.
    var destination: LogDestination? {
        switch self {
        case .off: nil
        case .stdout: .standardOutput
        case .stderr: .standardError
        case .file(let path): .file(path)
        }
    }
}

extension Settings.Log.Level {
    var logLevel: LogLevel {
        switch self {
        case .debug: .debug
        case .info: .info
        case .warning: .warning
        case .error: .error
        }
    }
}
