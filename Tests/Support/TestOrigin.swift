import Address
import Glibc

/// A listening socket on loopback that the test accepts from itself.
public final class TestOrigin: Sendable {
    public let endpoint: Endpoint
    private let descriptor: Int32

    public enum Kind: Sendable {
        case listening
        /// Bound but not listening: who connects is refused.
        case refusing
        /// Its queue is full: who connects hears nothing.
        case silent
    }

    /// What fills the queue of a silent one.
    private let fillers: [Int32]

    public init(_ kind: Kind = .listening) throws {
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(AF_INET, type, 0)
        self.descriptor = descriptor
        guard descriptor >= 0 else { throw PeerTrouble("socket") }
        var limit = timeval(tv_sec: patienceSeconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        guard LoopbackAddress(0).with({ bind(descriptor, $0, $1) }) == 0 else { throw PeerTrouble("bind") }
        var bound = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &bound) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard result == 0 else { throw PeerTrouble("getsockname") }
        let port = UInt16(bigEndian: bound.sin_port)
        endpoint = Endpoint(address: .loopback4, port: port)
        if kind != .refusing, listen(descriptor, kind == .silent ? 0 : 128) != 0 { throw PeerTrouble("listen") }
        fillers = (0..<(kind == .silent ? 8 : 0)).map { _ in
            let filler = socket(AF_INET, type | Int32(SOCK_NONBLOCK.rawValue), 0)
            _ = LoopbackAddress(port).with { connect(filler, $0, $1) }
            return filler
        }
    }

    deinit {
        for filler in fillers { close(filler) }
        close(descriptor)
    }

    public func accept() throws -> Peer {
        let accepted = Glibc.accept(descriptor, nil, nil)
        guard accepted >= 0 else { throw PeerTrouble("accept") }
        return Peer(taking: accepted)
    }

    /// Who connects from now on is refused.
    public func stopListening() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    /// Nobody waits to be accepted. Only after a round trip of the loop that says nobody will.
    public var isLonely: Bool {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&waiting, 1, 0) == 0
    }
}
