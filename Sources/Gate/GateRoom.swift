import Address
import Admission
import Bytes
import HTTP

/// What the gate has to know of a room.
public final class GateRoom: Sendable {
    public let name: RoomName
    public let lanes: [LaneName]
    public let ticketCookie: [UInt8]
    public let passCookie: [UInt8]
    public let passLifeSeconds: UInt64
    public let sessionMaxSeconds: UInt64
    public let bindsNetwork: Bool
    public let bypass: Bypass

    /// A ticket older than this is no ticket: nobody waits for so long.
    public static let ticketAgeSecondsMax: UInt64 = 7 * 86400

    public init(
        name: RoomName, lanes: [LaneName], ticketCookie: String, passCookie: String, passLifeSeconds: UInt64,
        sessionMaxSeconds: UInt64, bindsNetwork: Bool, bypass: Bypass
    ) {
        self.name = name
        self.lanes = lanes
        self.ticketCookie = Array(ticketCookie.utf8)
        self.passCookie = Array(passCookie.utf8)
        self.passLifeSeconds = passLifeSeconds
        self.sessionMaxSeconds = sessionMaxSeconds
        self.bindsNetwork = bindsNetwork
        self.bypass = bypass
    }

    /// Where a ticket's lane is among the room's; one that is no more is the last.
    public func laneIndex(_ lane: LaneName) -> Int { lanes.firstIndex(of: lane) ?? lanes.count - 1 }
}

/// Who need not wait in a room.
public struct Bypass: Sendable {
    /// Exactly these, or all that begin with one.
    public var paths: [(path: [UInt8], isPrefix: Bool)]
    public var methods: [[UInt8]]
    public var networks: [Network]
    public var crawlers: [Crawler]

    /// Whoever calls itself so and comes from there. Anybody can call itself anything, so that the name alone counts for nothing.
    public struct Crawler: Sendable {
        /// Stands somewhere in `User-Agent`; in small letters, whatever it is written in.
        let agent: [UInt8]
        let networks: [Network]

        public init(agent: String, networks: [Network]) {
            self.agent = Array(agent.utf8).map(\.asciiLowercased)
            self.networks = networks
        }

        func isCalled(_ name: Span<UInt8>) -> Bool {
            guard name.count >= agent.count else { return false }
            return (0...(name.count - agent.count)).contains { start in
                agent.indices.allSatisfy { name[start + $0].asciiLowercased == agent[$0] }
            }
        }
    }

    public init(
        paths: [(path: [UInt8], isPrefix: Bool)] = [], methods: [[UInt8]] = [], networks: [Network] = [],
        crawlers: [Crawler] = []
    ) {
        self.paths = paths
        self.methods = methods
        self.networks = networks
        self.crawlers = crawlers
    }

    /// A path is let through only in the very spelling that was configured: what is spelled otherwise may be something else to
    /// the origin.
    func covers(_ head: RequestHead, _ bytes: Span<UInt8>, client: IPAddress) -> Exemption? {
        if networks.contains(where: { $0.contains(client) }) { return .network }
        if !methods.isEmpty {
            let method = bytes[head.methodName]
            if methods.contains(where: { method.equals($0.span) }) { return .method }
        }
        if !paths.isEmpty {
            let path = head.path(in: bytes)
            if PathReading.isPlain(path), paths.contains(where: { Self.matches(path, $0) }) { return .path }
        }
        if !crawlers.isEmpty, let field = head.first(.userAgent) {
            let name = bytes[field]
            for crawler in crawlers where crawler.isCalled(name) {
                if crawler.networks.contains(where: { $0.contains(client) }) { return .crawler }
            }
        }
        return nil
    }

    private static func matches(_ path: Span<UInt8>, _ pattern: (path: [UInt8], isPrefix: Bool)) -> Bool {
        guard pattern.isPrefix ? path.count >= pattern.path.count : path.count == pattern.path.count else { return false }
        return path.extracting(first: pattern.path.count).equals(pattern.path.span)
    }
}

/// Why a request is forwarded without a pass.
public enum Exemption: String, Sendable {
    /// No room is there.
    case free
    case path, method, network, crawler
    /// It shows that it is a monitor of ours.
    case monitor
    /// The room is open for everybody.
    case open
}
