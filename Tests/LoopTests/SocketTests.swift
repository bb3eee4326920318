import Address
import Bytes
import Glibc
import TestSupport
import Testing

@testable import Loop

@Suite struct SocketTests {
    private final class Connection: Watcher {
        let socket: Socket
        let loop: EventLoop
        var readiness: Readiness = []
        init(_ socket: Socket, _ loop: EventLoop) {
            self.socket = socket
            self.loop = loop
        }
        func ready(_ readiness: Readiness) {
            self.readiness.formUnion(readiness)
            loop.unwatch(socket.descriptor)
        }
    }

    /// A connection of a loop with the test at its other end.
    private func connected(_ loop: TestLoop) throws -> (Socket, Peer) {
        let origin = try TestOrigin()
        let socket = try Socket.connect(to: origin.endpoint)
        let peer = try origin.accept()
        #expect(try outcome(of: socket, on: loop) == nil)
        return (socket, peer)
    }

    /// Waits until a connect is over.
    private func outcome(of socket: Socket, on loop: TestLoop) throws -> SystemError? {
        try loop.run { loop in
            let connection = Connection(socket, loop)
            loop.tenant = connection
            try loop.watch(socket.descriptor, for: .writable, connection)
        }
        try loop.wait { ($0.tenant as? Connection)?.readiness.isEmpty == false }
        return socket.pendingError
    }

    private func receive(_ socket: Socket, on loop: TestLoop) throws -> String {
        try loop.run { loop in
            switch socket.receive(on: loop) {
            case .bytes(let count): "bytes " + loop.received(count).string
            case .wouldBlock: "would block"
            case .end: "end"
            case .failed(let error): "failed \(error.reason)"
            }
        }
    }

    @Test func whatComesIsTold() throws {
        let loop = try TestLoop()
        let (socket, peer) = try connected(loop)
        #expect(try receive(socket, on: loop) == "would block")
        try peer.send("hello")
        #expect(try receive(socket, on: loop) == "bytes hello")
        peer.finishSending()
        #expect(try receive(socket, on: loop) == "end")
        try peer.reset()
        guard case .failed(let error) = socket.send([1, 2, 3].span) else {
            Issue.record("sent to a connection that was reset")
            return
        }
        #expect(error.code == EPIPE || error.code == ECONNRESET)
        socket.close()
    }

    @Test func aResetIsNoEnd() throws {
        let loop = try TestLoop()
        let (socket, peer) = try connected(loop)
        try peer.reset()
        #expect(try receive(socket, on: loop) == "failed Connection reset by peer")
        socket.close()
    }

    @Test func sendingStopsWhereNobodyReads() throws {
        let loop = try TestLoop()
        let (socket, peer) = try connected(loop)
        let bytes = pattern(1 << 20)
        var sent: [UInt8] = []
        sending: while sent.count < 256 << 20 {
            switch socket.send(bytes.span, [9, 9, 9].span) {
            case .bytes(let count): sent += (bytes + [9, 9, 9]).prefix(count)
            case .wouldBlock: break sending
            case .failed(let error): throw error
            }
        }
        guard case .wouldBlock = socket.send([1].span) else {
            Issue.record("one byte more was taken")
            return
        }
        socket.finishSending()
        let (received, ending) = try peer.receiveAll()
        #expect(received == sent && ending == .end)
        socket.close()
    }

    @Test func closingCanBeAReset() throws {
        let loop = try TestLoop()
        let (socket, peer) = try connected(loop)
        socket.resetOnClose()
        socket.close()
        #expect(try peer.receive() == .reset)
    }

    @Test func aRefusedConnectSaysSo() throws {
        let loop = try TestLoop()
        let nobody = try TestOrigin(.refusing)
        let socket = try Socket.connect(to: nobody.endpoint)
        #expect(try outcome(of: socket, on: loop)?.code == ECONNREFUSED)
        socket.close()
    }

    @Test func aPortThatIsTakenIsFound() throws {
        let free = Endpoint(address: .loopback4, port: 0)
        #expect(Socket.isTaken(free) == nil)
        let first = try Socket.listen(on: free, backlog: 16)
        let endpoint = try #require(first.localEndpoint)
        #expect(endpoint.port != 0 && endpoint.address == .loopback4)
        #expect(Socket.isTaken(endpoint)?.code == EADDRINUSE)
        // Another loop of ours may listen there nevertheless.
        let second = try Socket.listen(on: endpoint, backlog: 16)
        #expect(second.localEndpoint == endpoint)
        first.close()
        second.close()
        #expect(Socket.isTaken(endpoint) == nil)
    }

    @Test func listeningWorksForIPv6() throws {
        let loopback6 = try #require(IPAddress("::1"))
        let listener = try Socket.listen(on: Endpoint(address: loopback6, port: 0), backlog: 16)
        let endpoint = try #require(listener.localEndpoint)
        let client = try Socket.connect(to: endpoint)
        var accepted = listener.accept()
        if case .wouldBlock = accepted { accepted = listener.accept() }
        guard case .connection(let socket, let peer) = accepted else {
            Issue.record("nobody came: \(accepted)")
            return
        }
        #expect(peer.address == loopback6)
        #expect(peer == client.localEndpoint)
        for socket in [listener, client, socket] { socket.close() }
    }

    @Test func aReserveIsGivenBack() throws {
        var reserve = DescriptorReserve()
        // The number that is free inside is the reserve's own, and is taken again behind.
        let inside = reserve.lend { open("/dev/null", O_RDONLY | O_CLOEXEC) }
        #expect(inside >= 0)
        close(inside)
        let again = reserve.lend { true }
        #expect(again)
    }

    @Test func exhaustionIsToldFromOtherTrouble() {
        #expect([EMFILE, ENFILE, ENOBUFS, ENOMEM].allSatisfy { SystemError("accept", $0).isExhaustion })
        #expect(![EAGAIN, ECONNABORTED, EINVAL].contains { SystemError("accept", $0).isExhaustion })
        #expect(SystemError("bind", EADDRINUSE).description == "bind: Address already in use")
    }

    @Test func thereIsRoomForDescriptors() {
        let limit = DescriptorLimit.raise()
        #expect(limit > 0)
        #expect(DescriptorLimit.raise() == limit)
        #expect(Processors.count >= 1)
    }

    @Test func addressesNeedNoResolver() throws {
        #expect(try Resolver.addresses(of: "127.0.0.1") == [.loopback4])
        #expect(try Resolver.addresses(of: "localhost").contains { $0 == .loopback4 || $0 == IPAddress("::1") })
        #expect(throws: ResolverError.self) { try Resolver.addresses(of: "no such host") }
    }
}
