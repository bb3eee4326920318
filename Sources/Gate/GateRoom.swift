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

    public init(paths: [(path: [UInt8], isPrefix: Bool)] = [], methods: [[UInt8]] = [], networks: [Network] = []) {
        self.paths = paths
        self.methods = methods
        self.networks = networks
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
    case path, method, network
    /// It shows that it is a monitor of ours.
    case monitor
    /// The room is open for everybody.
    case open
}
