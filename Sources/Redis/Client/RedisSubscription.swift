import Loop
import TLS

/// Listens to channels and patterns, on a connection of its own. What is published while it is not connected is lost: it says
/// so, and whoever listens asks for the present state then.
///
/// It works until `close`.
public final class RedisSubscription: RedisLinkOwner, DeadlineOwner {
    public struct Message: Equatable, Sendable {
        public let channel: String
        /// Through which pattern it came, if through one.
        public let pattern: String?
        public let payload: [UInt8]

        public init(channel: String, pattern: String?, payload: [UInt8]) {
            self.channel = channel
            self.pattern = pattern
            self.payload = payload
        }
    }

    public enum Event: Equatable, Sendable {
        case message(Message)
        /// From here on everything is heard that was asked for when the connection was made.
        case listening
        /// Nothing is heard now. Once it listens again, messages may have been missed.
        case interrupted(String)
    }

    /// Channels and patterns together. Beyond, `subscribe` says no.
    public static let channelsMax = 4096

    private let template: RedisTarget
    private let loop: EventLoop
    private let then: (Event) -> Void
    private var link: RedisLink?
    private var channels: Set<String> = []
    private var patterns: Set<String> = []
    /// Confirmations of what was asked for at the beginning of the connection.
    private var unconfirmed = 0
    private var isListening = false
    private var isClosed = false
    private var deadline = Deadline()

    /// To one server.
    public convenience init(
        to server: RedisServerName, settings: RedisSettings = RedisSettings(), tls: TLSClient? = nil, tlsName: String? = nil,
        lookup: HostLookup = .system, random: @escaping () -> UInt64 = { .random(in: 0 ... .max) }, on loop: EventLoop,
        _ then: @escaping (Event) -> Void
    ) {
        let target = RedisTarget(
            server: server, settings: settings, tls: tls, tlsName: tlsName, lookup: lookup, random: random)
        self.init(target, on: loop, then)
        move(to: server)
    }

    init(_ template: RedisTarget, on loop: EventLoop, _ then: @escaping (Event) -> Void) {
        self.template = template
        self.loop = loop
        self.then = then
    }

    public var state: RedisState { isClosed ? .closed : link?.state ?? .idle }

    public func close() {
        isClosed = true
        deadline.cancel(on: loop)
        link?.close()
    }

    /// Another server has the messages from now on.
    func move(to server: RedisServerName) {
        guard !isClosed, link?.target.server != server else { return }
        let old = link
        old?.owner = nil
        old?.close()
        interrupt("another server has the messages from now on")
        var target = template
        target.server = server
        let link = RedisLink(target, on: loop)
        self.link = link
        link.owner = self
        link.start()
    }

    // MARK: What is listened to

    /// False when there are too many.
    @discardableResult
    public func subscribe(_ channel: String) -> Bool { add(channel, to: \.channels, "SUBSCRIBE") }

    @discardableResult
    public func subscribe(pattern: String) -> Bool { add(pattern, to: \.patterns, "PSUBSCRIBE") }

    public func unsubscribe(_ channel: String) {
        if channels.remove(channel) != nil { write(RedisCommand("UNSUBSCRIBE", channel)) }
    }

    public func unsubscribe(pattern: String) {
        if patterns.remove(pattern) != nil { write(RedisCommand("PUNSUBSCRIBE", pattern)) }
    }

    private func add(
        _ name: String, to list: ReferenceWritableKeyPath<RedisSubscription, Set<String>>, _ word: StaticString
    ) -> Bool {
        if self[keyPath: list].contains(name) { return true }
        guard channels.count + patterns.count < Self.channelsMax else { return false }
        self[keyPath: list].insert(name)
        if link?.isReady == true {
            unconfirmed += 1
            write(RedisCommand(word, name))
        }
        return true
    }

    private func write(_ command: RedisCommand) {
        guard let link, link.isReady, let wire = link.wire else { return }
        command.write(to: &wire.output)
        link.flush()
    }

    private func write(all names: Set<String>, _ word: StaticString) {
        if names.isEmpty { return }
        var command = RedisCommand(word)
        for name in names { command.add(name) }
        write(command)
    }

    // MARK: What the link says

    func linkReady() {
        unconfirmed = channels.count + patterns.count
        write(all: channels, "SUBSCRIBE")
        write(all: patterns, "PSUBSCRIBE")
        expectSign()
        settle()
    }

    private func settle() {
        guard !isListening, unconfirmed == 0, link?.isReady == true else { return }
        isListening = true
        then(.listening)
    }

    func linkReceived(_ value: RedisValue) {
        switch value[0]?.text {
        case "message":
            guard let channel = value[1]?.text, let payload = value[2]?.bytes else { return malformed() }
            then(.message(Message(channel: channel, pattern: nil, payload: payload)))
        case "pmessage":
            guard let pattern = value[1]?.text, let channel = value[2]?.text, let payload = value[3]?.bytes else {
                return malformed()
            }
            then(.message(Message(channel: channel, pattern: pattern, payload: payload)))
        case "subscribe", "psubscribe":
            unconfirmed = max(0, unconfirmed - 1)
            settle()
        case "unsubscribe", "punsubscribe", "pong": break
        default:
            if case .error(let refusal) = value {
                link?.lose(.refused(refusal))
            } else if value != .status("PONG") {
                malformed()
            }
        }
    }

    private func malformed() { link?.lose(.malformed("not what a subscription brings")) }

    func linkDrained() {}

    func linkLost(_ fault: RedisFault, unsentBytes: Int) {
        deadline.clear()
        interrupt(fault.reason)
    }

    func linkFailed(_ fault: RedisFault) {}
    func linkStateChanged() {}

    private func interrupt(_ reason: String) {
        guard isListening else { return }
        isListening = false
        then(.interrupted(reason))
    }

    // MARK: Time

    private func expectSign() {
        deadline.set(loop.now.addingClamped(template.settings.pingIntervalNanoseconds), for: self, on: loop)
    }

    public func deadlinePassed() {
        guard deadline.hasPassed(for: self, on: loop), let link, link.isReady else { return }
        // Two pings without any sign: whoever was there is gone, without a word.
        if link.heardAt.addingClamped(template.settings.pingIntervalNanoseconds * 2) <= loop.now {
            return link.lose(.outcomeUnknown("no sign of life"))
        }
        write(RedisCommand("PING"))
        expectSign()
    }
}
