import Address
import CLinux
import Glibc

extension Endpoint {
    /// Calls `body` with the address as the kernel takes it.
    func withSocketAddress<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        if address.isV4 {
            var raw = sockaddr_in()
            raw.sin_family = sa_family_t(AF_INET)
            raw.sin_port = port.bigEndian
            raw.sin_addr.s_addr = address.v4.bigEndian
            return withUnsafePointer(to: &raw) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        }
        var raw = sockaddr_in6()
        raw.sin6_family = sa_family_t(AF_INET6)
        raw.sin6_port = port.bigEndian
        withUnsafeMutableBytes(of: &raw.sin6_addr) { bytes in
            bytes.storeBytes(of: address.high.bigEndian, toByteOffset: 0, as: UInt64.self)
            bytes.storeBytes(of: address.low.bigEndian, toByteOffset: 8, as: UInt64.self)
        }
        return withUnsafePointer(to: &raw) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in6>.size))
            }
        }
    }

    var family: Int32 { address.isV4 ? AF_INET : AF_INET6 }

    /// Nil for families other than IPv4 and IPv6.
    init?(_ storage: sockaddr_storage) {
        let family = Int32(storage.ss_family)
        var storage = storage
        let parsed: Endpoint? = withUnsafeBytes(of: &storage) { bytes in
            let port = UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
            switch family {
            case AF_INET:
                let bits = UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
                return Endpoint(address: IPAddress(v4: bits), port: port)
            case AF_INET6:
                let high = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
                let low = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self))
                return Endpoint(address: IPAddress(high: high, low: low), port: port)
            default:
                return nil
            }
        }
        guard let parsed else { return nil }
        self = parsed
    }
}

extension Socket {
    /// Where it is bound to; says which port the kernel chose for port 0.
    public var localEndpoint: Endpoint? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        return result == 0 ? Endpoint(storage) : nil
    }

    /// Begins to connect; the socket becomes writable when that is done, `pendingError` tells how.
    ///
    /// `source`: the address of this machine that it comes from, where that is not the kernel's choice.
    public static func connect(to endpoint: Endpoint, from source: IPAddress? = nil) throws(SystemError) -> Socket {
        let descriptor = clinux_socket(endpoint.family, Int32(SOCK_STREAM.rawValue))
        guard descriptor >= 0 else { throw SystemError("socket") }
        let socket = Socket(descriptor: descriptor)
        socket.set(TCP_NODELAY, level: Int32(IPPROTO_TCP), to: 1)
        if let source {
            // The port is chosen when the other end is known: one address then serves any number of other ends.
            socket.set(Int32(IP_BIND_ADDRESS_NO_PORT), level: Int32(IPPROTO_IP), to: 1)
            let from = Endpoint(address: source, port: 0)
            guard from.withSocketAddress({ bind(descriptor, $0, $1) }) == 0 else { throw socket.failed("bind") }
        }
        let result = endpoint.withSocketAddress { Glibc.connect(descriptor, $0, $1) }
        guard result == 0 || errno == EINPROGRESS else {
            let error = SystemError("connect")
            socket.close()
            throw error
        }
        return socket
    }

    /// Begins to connect to a Unix socket, which is done at once or not at all.
    public static func connect(toPath path: String) throws(SystemError) -> Socket {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw SystemError("connect \(path)", ENAMETOOLONG)
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let descriptor = clinux_socket(AF_UNIX, Int32(SOCK_STREAM.rawValue))
        guard descriptor >= 0 else { throw SystemError("socket") }
        let socket = Socket(descriptor: descriptor)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else { throw socket.failed("connect \(path)") }
        return socket
    }

    public enum Accepted: Sendable {
        case connection(Socket, Endpoint)
        case wouldBlock
        case failed(SystemError)
    }

    public func accept() -> Accepted {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let descriptor = clinux_accept4(self.descriptor, &storage, &length)
        if descriptor >= 0 {
            let peer = Endpoint(storage) ?? Endpoint(address: .loopback4, port: 0)
            return .connection(Socket(descriptor: descriptor), peer)
        }
        // A connection that was gone before it was accepted is no fault of the listener's.
        let code = errno
        let isTransient = code == EAGAIN || code == EINTR || code == ECONNABORTED || code == EPROTO
        return isTransient ? .wouldBlock : .failed(SystemError("accept", code))
    }

    /// A listening socket. Loops that listen on one endpoint each have their own, and the kernel spreads the connections.
    public static func listen(on endpoint: Endpoint, backlog: Int32) throws(SystemError) -> Socket {
        let descriptor = clinux_socket(endpoint.family, Int32(SOCK_STREAM.rawValue))
        guard descriptor >= 0 else { throw SystemError("socket") }
        let socket = Socket(descriptor: descriptor)
        socket.set(SO_REUSEADDR, level: SOL_SOCKET, to: 1)
        socket.set(SO_REUSEPORT, level: SOL_SOCKET, to: 1)
        // Accepted connections inherit these.
        socket.set(TCP_NODELAY, level: Int32(IPPROTO_TCP), to: 1)
        socket.set(SO_KEEPALIVE, level: SOL_SOCKET, to: 1)
        if !endpoint.address.isV4 { socket.set(Int32(IPV6_V6ONLY), level: Int32(IPPROTO_IPV6), to: 1) }
        guard endpoint.withSocketAddress({ bind(descriptor, $0, $1) }) == 0 else { throw socket.failed("bind") }
        guard Glibc.listen(descriptor, backlog) == 0 else { throw socket.failed("listen") }
        return socket
    }

    private func failed(_ call: String) -> SystemError {
        let error = SystemError(call)
        close()
        return error
    }
}

extension Socket {
    /// Whether somebody else listens there already: with `SO_REUSEPORT` a second program of the same user would get a
    /// share of the connections, without an error, and nobody would understand why.
    public static func isTaken(_ endpoint: Endpoint) -> SystemError? {
        if endpoint.port == 0 { return nil }
        let descriptor = clinux_socket(endpoint.family, Int32(SOCK_STREAM.rawValue))
        guard descriptor >= 0 else { return SystemError("socket") }
        let socket = Socket(descriptor: descriptor)
        defer { socket.close() }
        socket.set(SO_REUSEADDR, level: SOL_SOCKET, to: 1)
        if !endpoint.address.isV4 { socket.set(Int32(IPV6_V6ONLY), level: Int32(IPPROTO_IPV6), to: 1) }
        return endpoint.withSocketAddress({ bind(descriptor, $0, $1) }) == 0 ? nil : SystemError("bind")
    }

    public func duplicate() throws(SystemError) -> Socket {
        let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { throw SystemError("fcntl") }
        return Socket(descriptor: copy)
    }

    /// A socket that the parent process made: not for this process's own children, and never blocking.
    public func prepareInherited() {
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        set(TCP_NODELAY, level: Int32(IPPROTO_TCP), to: 1)
    }
}
