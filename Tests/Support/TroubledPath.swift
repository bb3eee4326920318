import Address
import Bytes
import Loop
import Synchronization

/// A way to a server that can be made slow, or cut, without either side being told: bytes are held, nobody is reset.
public final class TroubledPath: Sendable {
    public struct Trouble: Sendable {
        public var delayMilliseconds: UInt64 = 0
        public var isCut = false

        public init(delayMilliseconds: UInt64 = 0, isCut: Bool = false) {
            self.delayMilliseconds = delayMilliseconds
            self.isCut = isCut
        }
    }

    public let endpoint: Endpoint
    private let thread: LoopThread

    public init(to server: Endpoint) throws {
        let listener = try Socket.listen(on: Endpoint(address: .loopback4, port: 0), backlog: 64)
        guard let endpoint = listener.localEndpoint else { throw PeerTrouble(saying: "no port") }
        self.endpoint = endpoint
        thread = try LoopThread.start(name: "path") { loop in
            let paths = Paths(listener, server, loop)
            loop.tenant = paths
            paths.start()
        }
    }

    deinit { if thread.handle.submit({ $0.stop() }) { thread.join() } }

    public func set(_ trouble: Trouble) {
        thread.handle.submit { loop in (loop.tenant as? Paths)?.set(trouble) }
    }

    private final class Paths: Watcher {
        let listener: Socket
        let server: Endpoint
        unowned let loop: EventLoop
        var trouble = Trouble()
        var ends: [Int32: End] = [:]

        init(_ listener: Socket, _ server: Endpoint, _ loop: EventLoop) {
            self.listener = listener
            self.server = server
            self.loop = loop
        }

        func start() { try? loop.watchListener(listener.descriptor, self) }

        func set(_ trouble: Trouble) {
            self.trouble = trouble
            for end in ends.values.sorted(by: { $0.socket.descriptor < $1.socket.descriptor }) { end.flow() }
        }

        func ready(_ readiness: Readiness) {
            guard case .connection(let near, _) = listener.accept() else { return }
            guard let far = try? Socket.connect(to: server) else { return near.close() }
            let one = End(near, self)
            let other = End(far, self)
            one.other = other
            other.other = one
            for end in [one, other] {
                ends[end.socket.descriptor] = end
                try? loop.watch(end.socket.descriptor, for: [.readable, .writable], end)
            }
        }

        func close(_ end: End) {
            for end in [end, end.other].compactMap({ $0 }) where ends.removeValue(forKey: end.socket.descriptor) != nil {
                loop.unwatch(end.socket.descriptor)
                end.socket.close()
                end.other = nil
            }
        }
    }

    /// One side of a connection, and what is on its way to it.
    private final class End: Watcher {
        let socket: Socket
        unowned let paths: Paths
        var other: End?
        var onItsWay: [(due: UInt64, bytes: [UInt8])] = []
        var isFlowing = true
        var timer: LoopTimer?

        init(_ socket: Socket, _ paths: Paths) {
            self.socket = socket
            self.paths = paths
        }

        func ready(_ readiness: Readiness) {
            if readiness.contains(.writable) {
                isFlowing = true
                paths.loop.rewatch(socket.descriptor, for: .readable)
                flow()
            }
            guard readiness.contains(.readable) || !readiness.isDisjoint(with: .broken), let other else { return }
            switch socket.receive(on: paths.loop) {
            case .bytes(let count):
                let received = paths.loop.received(count)
                let bytes = received.withUnsafeBufferPointer { Array($0) }
                other.onItsWay.append((paths.loop.now + paths.trouble.delayMilliseconds * 1_000_000, bytes))
                other.flow()
            case .wouldBlock: break
            // A path that is cut does not tell of ends either.
            case .end, .failed:
                if !paths.trouble.isCut { paths.close(self) } else { paths.loop.rewatch(socket.descriptor, for: []) }
            }
        }

        func flow() {
            timer?.cancel()
            timer = nil
            while !paths.trouble.isCut, isFlowing, let first = onItsWay.first {
                guard first.due <= paths.loop.now else {
                    timer = LoopTimer.after(first.due - paths.loop.now, on: paths.loop) { [weak self] in self?.flow() }
                    return
                }
                switch socket.send(first.bytes.span) {
                case .bytes(let count) where count == first.bytes.count: onItsWay.removeFirst()
                case .bytes(let count): onItsWay[0].bytes.removeFirst(count)
                case .wouldBlock:
                    isFlowing = false
                    paths.loop.rewatch(socket.descriptor, for: [.readable, .writable])
                case .failed: return paths.close(self)
                }
            }
        }
    }
}
