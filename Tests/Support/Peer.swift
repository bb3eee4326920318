import Address
import Glibc
import Loop

/// What a test does not wait for any longer: far beyond what any machine needs, so that a hang fails instead of hanging.
public let patienceSeconds = 30

/// A socket that did not do what the test needs of it.
public struct PeerTrouble: Error, CustomStringConvertible {
    public let description: String

    init(_ what: String, _ code: Int32 = errno) { description = "\(what): \(String(cString: strerror(code)))" }
    public init(saying description: String) { self.description = description }
}

/// One end of a TCP connection as a test holds it: plain calls that block, each with a deadline.
public final class Peer: Sendable {
    public enum Received: Equatable, Sendable {
        case bytes([UInt8])
        /// FIN: the other side closed in order.
        case end
        /// RST.
        case reset
    }

    public let descriptor: Int32

    /// Takes over a connected socket.
    public init(taking descriptor: Int32) {
        self.descriptor = descriptor
        signal(SIGPIPE, SIG_IGN)
        var limit = timeval(tv_sec: patienceSeconds, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
    }

    deinit { _ = Glibc.close(descriptor) }

    /// Connects. `receiveBuffer`: a small one makes a reader that is soon full.
    public static func connect(to endpoint: Endpoint, receiveBuffer: Int32? = nil) throws -> Peer {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw PeerTrouble("socket") }
        let peer = Peer(taking: descriptor)
        if var size = receiveBuffer {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        }
        guard LoopbackAddress(endpoint.port).with({ Glibc.connect(descriptor, $0, $1) }) == 0 else {
            throw PeerTrouble("connect")
        }
        return peer
    }

    // MARK: Out

    public func send(_ text: String) throws { try send(Array(text.utf8)) }

    public func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.span.extracting(sent...).withUnsafeBufferPointer {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw PeerTrouble("send") }
            sent += count
        }
    }

    /// Sends on a thread of its own what may block; errors end it.
    public func sendMeanwhile(_ bytes: [UInt8], thenFinish: Bool = false) throws -> Loop.Thread {
        try Loop.Thread.start(name: "test-sender") {
            try? self.send(bytes)
            if thenFinish { self.finishSending() }
        }
    }

    /// Sends as much of `bytes` as the other side takes without anybody reading; says how much that was.
    public func sendUntilBlocked(_ bytes: [UInt8]) -> Int {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.span.extracting(sent...).withUnsafeBufferPointer {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
            }
            if count <= 0 { return sent }
            sent += count
        }
        return sent
    }

    public func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Closes in order, without waiting for the end of this object.
    public func hangUp() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    /// Breaks the connection: the other side sees a reset.
    public func reset() throws {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
        // Another descriptor takes the number's place, since the socket's own may not be closed twice.
        let placeholder = open("/dev/null", O_RDONLY | O_CLOEXEC)
        guard placeholder >= 0, dup2(placeholder, descriptor) >= 0 else { throw PeerTrouble("dup2") }
        Glibc.close(placeholder)
    }

    // MARK: In

    public func receive(_ countMax: Int = 65536) throws -> Received {
        var buffer = [UInt8](repeating: 0, count: countMax)
        let count = recv(descriptor, &buffer, countMax, 0)
        if count > 0 { return .bytes(Array(buffer.prefix(count))) }
        if count == 0 { return .end }
        if errno == ECONNRESET { return .reset }
        throw PeerTrouble(errno == EAGAIN ? "nothing came in \(patienceSeconds) s" : "recv")
    }

    /// Nothing has come and the connection stands. Only after a round trip of the loop that says nothing will.
    public var isSilent: Bool {
        var byte: UInt8 = 0
        return recv(descriptor, &byte, 1, Int32(MSG_DONTWAIT) | Int32(MSG_PEEK)) < 0 && errno == EAGAIN
    }

    public func receiveExactly(_ count: Int) throws -> [UInt8] {
        var all: [UInt8] = []
        all.reserveCapacity(count)
        while all.count < count {
            guard case .bytes(let more) = try receive(min(65536, count - all.count)) else {
                let seen = text(all.suffix(200))
                throw PeerTrouble(saying: "the connection ended after \(all.count) of \(count) bytes: \(seen)")
            }
            all += more
        }
        return all
    }

    /// Byte for byte, so that nothing behind it is taken.
    public func receiveLine() throws -> String {
        var line: [UInt8] = []
        while !line.suffix(2).elementsEqual([13, 10]) { line += try receiveExactly(1) }
        return text(line.dropLast(2))
    }

    /// Up to and with the empty line.
    public func receiveHead() throws -> String {
        var head = ""
        while true {
            let line = try receiveLine()
            if line.isEmpty { return head }
            head += line + "\n"
        }
    }

    /// Everything until the connection ends, and how it ended.
    public func receiveAll() throws -> (bytes: [UInt8], ending: Received) {
        var all: [UInt8] = []
        while true {
            let next = try receive()
            guard case .bytes(let more) = next else { return (all, next) }
            all += more
        }
    }
}

public func text(_ bytes: some Sequence<UInt8>) -> String { String(decoding: Array(bytes), as: UTF8.self) }

/// Bytes of which every part looks different, so that nothing lost, doubled or swapped goes unseen: 65,521 pseudo-random
/// ones, a prime number that no buffer's size divides, over and over.
public func pattern(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    var random = SeededRandom(seed: seed)
    let period = (0..<min(count, 65521)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count)
    while bytes.count < count { bytes += period.prefix(count - bytes.count) }
    return bytes
}

struct LoopbackAddress {
    private var address = sockaddr_in()

    init(_ port: UInt16) {
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    }

    func with<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
    }
}
