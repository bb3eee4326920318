import Foundation

/// A blocking TCP connection, of a client or of an origin, that sends exactly what the test says.
final class RawConnection: @unchecked Sendable {
    // Unchecked: one thread reads and one writes; what was read ahead belongs to the reader.
    let descriptor: Int32
    private var ahead: [UInt8] = []
    private let isOpen = Shared(true)

    init(adopting descriptor: Int32) {
        self.descriptor = descriptor
        var limit = timeval(tv_sec: Patience.seconds, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, 4)
    }

    /// `window`: the receive buffer, where the test wants a small one.
    convenience init(to port: UInt16, at host: String = "127.0.0.1", window: Int32? = nil) throws {
        let descriptor = socket(host.contains(":") ? AF_INET6 : AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Trouble("socket: \(String(cString: strerror(errno)))") }
        self.init(adopting: descriptor)
        if var window { setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &window, 4) }
        guard SocketAddress.of(host, port, { Glibc.connect(descriptor, $0, $1) }) == 0 else {
            throw Refused(reason: String(cString: strerror(errno)), port: port)
        }
    }

    struct Refused: Error, CustomStringConvertible {
        let reason: String
        let port: UInt16
        var description: String { "cannot connect to port \(port): \(reason)" }
    }

    deinit { close() }

    // MARK: Bytes

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { all in
                Glibc.send(descriptor, all.baseAddress.map { $0 + sent }, all.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Trouble("send: \(String(cString: strerror(errno)))") }
            sent += count
        }
    }

    /// Sends all of it, and says once when it can go no further because every buffer on the way is full, or when it is done.
    func send(_ bytes: [UInt8], _ reachedItsEnd: () -> Void) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            var writable = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            guard poll(&writable, 1, 300) == 1 else { break }
            let count = rest.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
            }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EAGAIN {
                throw Trouble("send: \(String(cString: strerror(errno)))")
            }
        }
        reachedItsEnd()
        try send(Array(rest))
    }

    /// What comes next; empty at the end.
    func receive(atMost max: Int = 65_536) throws -> [UInt8] {
        if !ahead.isEmpty {
            let taken = Array(ahead.prefix(max))
            ahead.removeFirst(taken.count)
            return taken
        }
        let bytes = [UInt8](unsafeUninitializedCapacity: max) { buffer, count in
            count = Swift.max(-1, recv(descriptor, buffer.baseAddress, max, 0)) + 1
            failure = count == 0 ? errno : 0
            count = Swift.max(0, count - 1)
        }
        guard failure == 0 else { throw Ended(code: failure) }
        return bytes
    }

    private var failure: Int32 = 0

    /// The connection was reset, or nothing came for longer than anything takes.
    struct Ended: Error, CustomStringConvertible {
        let code: Int32
        var isReset: Bool { code == ECONNRESET || code == EPIPE }
        var description: String { "recv: \(String(cString: strerror(code)))" }
    }

    /// How a connection ended, and what came before that.
    struct Ending: Equatable {
        var isReset = false
        var bytes: [UInt8] = []

        static let inOrder = Ending()
        static let byReset = Ending(isReset: true)
        static func after(_ text: String) -> Ending { Ending(bytes: Array(text.utf8)) }
    }

    /// Reads to the end.
    func end() throws -> Ending {
        var bytes: [UInt8] = []
        do {
            while true {
                let piece = try receive()
                if piece.isEmpty { return Ending(bytes: bytes) }
                bytes += piece
            }
        } catch let ended as Ended where ended.isReset {
            return Ending(isReset: true, bytes: bytes)
        }
    }

    /// These come again with the next read.
    func unread(_ bytes: [UInt8]) { ahead = bytes + ahead }

    func receive(exactly count: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            let piece = try receive(atMost: count - bytes.count)
            if piece.isEmpty { throw Trouble("the connection ended after \(bytes.count) of \(count) bytes") }
            bytes += piece
        }
        return bytes
    }

    /// Reads and forgets; says how many bytes there were. 0 for "until the end".
    func skip(_ count: Int) throws -> Int {
        var seen = 0
        while count == 0 || seen < count {
            let piece = try receive(atMost: count == 0 ? 262_144 : min(262_144, count - seen)).count
            if piece == 0 { break }
            seen += piece
        }
        return seen
    }

    /// A line without its end.
    func receiveLine() throws -> String {
        String(decoding: try receive(until: Array("\r\n".utf8)).dropLast(2), as: UTF8.self)
    }

    /// Everything up to and with `mark`.
    func receive(until mark: [UInt8]) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            let piece = try receive()
            if piece.isEmpty {
                throw Trouble("the connection ended in the middle: \(String(decoding: bytes, as: UTF8.self))")
            }
            let from = max(0, bytes.count - mark.count + 1)
            bytes += piece
            guard bytes.count >= mark.count else { continue }
            for at in from...(bytes.count - mark.count)
            where bytes[at] == mark[0] && bytes[at..<(at + mark.count)].elementsEqual(mark) {
                ahead = Array(bytes[(at + mark.count)...]) + ahead
                return Array(bytes[..<(at + mark.count)])
            }
        }
    }

    // MARK: Ends

    func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Ends whatever another thread waits for on it; closed when nobody has it any more.
    func hangUp() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    func close() {
        let wasOpen = isOpen.change { isOpen in
            defer { isOpen = false }
            return isOpen
        }
        if wasOpen { _ = Glibc.close(descriptor) }
    }

    /// Ends with a reset.
    func reset() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
        close()
    }
}

/// Addresses as the kernel takes them.
enum SocketAddress {
    static func of<Result>(_ host: String, _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result
    {
        if host.contains(":") {
            var raw = sockaddr_in6()
            raw.sin6_family = sa_family_t(AF_INET6)
            raw.sin6_port = port.bigEndian
            inet_pton(AF_INET6, host, &raw.sin6_addr)
            return withUnsafePointer(to: &raw) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    body($0, socklen_t(MemoryLayout<sockaddr_in6>.size))
                }
            }
        }
        var raw = sockaddr_in()
        raw.sin_family = sa_family_t(AF_INET)
        raw.sin_port = port.bigEndian
        inet_pton(AF_INET, host, &raw.sin_addr)
        return withUnsafePointer(to: &raw) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
    }

    /// The port of a socket that is bound.
    static func port(of descriptor: Int32) -> UInt16 {
        var raw = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        withUnsafeMutablePointer(to: &raw) { pointer in
            _ = pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        return UInt16(bigEndian: raw.sin6_port)
    }
}
