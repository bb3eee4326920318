import Loop

/// Hears what is said on channels (LISTEN and NOTIFY), on a connection of its own that is made again when it ends.
public final class PostgresListener {
    public enum Event: Equatable, Sendable {
        /// From now on nothing is missed. True when it listened before: what was said since `lost` has not been heard.
        case listening(mayHaveMissed: Bool)
        case heard(channel: String, payload: String)
        case lost(PostgresInterruption)
    }

    /// What the server cuts names off at.
    private static let channelBytesMax = 63

    private let settings: PostgresSettings
    private let channels: [String]
    private let limits: PostgresLimits
    private let loop: EventLoop
    private let lookup: PostgresLookup
    private let random: () -> UInt64
    private let onEvent: (Event) -> Void
    private var connection: PostgresConnection?
    private var backoff: PostgresBackoff
    private var timer: LoopTimer?
    private var attempts = 0
    private var hasListened = false
    private var isClosed = false

    public init(
        _ settings: PostgresSettings, channels: [String], limits: PostgresLimits = PostgresLimits(), on loop: EventLoop,
        random: @escaping () -> UInt64, onEvent: @escaping (Event) -> Void
    ) {
        precondition(channels.allSatisfy { !$0.isEmpty && $0.utf8.count <= Self.channelBytesMax && !$0.utf8.contains(0) })
        self.settings = settings
        self.channels = channels
        self.limits = limits
        self.loop = loop
        self.random = random
        self.onEvent = onEvent
        lookup = PostgresLookup(on: loop)
        backoff = PostgresBackoff(first: limits.backoffFirst, ceiling: limits.backoffMax)
    }

    public func open() {
        guard connection == nil, !isClosed else { return }
        let connection = PostgresConnection(
            settings, limits: limits, budget: PostgresBudget(limits), lookup: lookup, firstAddress: attempts, on: loop)
        attempts += 1
        self.connection = connection
        connection.onReady = { [weak self] in self?.listen() }
        connection.onNotification = { [weak self] in self?.onEvent(.heard(channel: $0, payload: $1)) }
        connection.onClosed = { [weak self] why, _ in self?.lost(why) }
        connection.open()
    }

    /// Nothing is heard or told any more.
    public func close() {
        isClosed = true
        timer?.cancel()
        connection?.close()
    }

    private func listen() {
        let steps = channels.map { channel in
            let quoted = channel.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
            return PostgresStep(.once("LISTEN \"\(quoted)\""))
        }
        connection?.segment(steps, deadline: loop.now + limits.connectTimeout) { [weak self] outcome in
            guard let self, !isClosed else { return }
            guard case .success = outcome else {
                connection?.close()
                return
            }
            backoff.succeeded()
            let mayHaveMissed = hasListened
            hasListened = true
            onEvent(.listening(mayHaveMissed: mayHaveMissed))
        }
    }

    private func lost(_ why: PostgresInterruption) {
        connection = nil
        if isClosed { return }
        timer = LoopTimer.after(backoff.failed(random: random()), on: loop) { [weak self] in self?.open() }
        onEvent(.lost(why))
    }
}
