import Redis
import TestSupport
import Testing

/// Servers that do not do what Redis does, played by the test.
@Suite struct StrangeServerTests {
    /// Takes a connection and answers its greeting.
    func greet(_ origin: TestOrigin) throws -> Peer {
        let peer = try origin.accept()
        _ = try peer.receiveExactly("*3\r\n$6\r\nCLIENT\r\n$7\r\nSETNAME\r\n$11\r\nwaitingroom\r\n".utf8.count)
        try peer.send("+OK\r\n")
        return peer
    }

    func isUnreachable(_ caller: Caller, _ words: String) throws {
        try caller.wait { if case .unreachable(let reason) = $0.connection.state { reason.contains(words) } else { false } }
    }

    func caller(_ origin: TestOrigin) throws -> Caller { try Caller(.host("127.0.0.1", port: origin.endpoint.port)) }

    @Test func whoDoesNotAnswerTheGreetingIsLeft() throws {
        let origin = try TestOrigin()
        let caller = try caller(origin)
        let peer = try origin.accept()
        _ = try peer.receive()
        try caller.loop.advance(seconds: 1.1)
        try isUnreachable(caller, "does not answer the greeting")
        #expect(try peer.receive() == .end)
    }

    @Test func whoSaysMoreThanWasAskedIsLeft() throws {
        let origin = try TestOrigin()
        let caller = try caller(origin)
        let peer = try greet(origin)
        try peer.send("+OK\r\n")
        try isUnreachable(caller, "nobody asked for")
    }

    @Test func whoSpeaksSomethingElseIsLeft() throws {
        let origin = try TestOrigin()
        let caller = try caller(origin)
        let peer = try greet(origin)
        let call = try caller.begin(RedisCommand("PING"))
        #expect(try text(peer.receiveExactly(14)) == "*1\r\n$4\r\nPING\r\n")
        try peer.send("HTTP/1.1 400 Bad Request\r\n\r\n")
        guard case .malformed = try call.wait().fault else {
            Issue.record("HTTP was taken for an answer")
            return
        }
    }

    @Test func answersMayComeByteByByte() throws {
        let origin = try TestOrigin()
        let caller = try caller(origin)
        let peer = try greet(origin)
        let calls = try caller.begin([RedisCommand("PING"), RedisCommand("PING")])
        for byte in "*2\r\n$3\r\na\r\n\r\n:7\r\n-ERR no\r\n".utf8 {
            try peer.send([byte])
            try caller.loop.settle()
        }
        #expect(try calls[0].wait().value == .array([.bytes(Array("a\r\n".utf8)), .integer(7)]))
        #expect(try calls[1].wait().refusal == .other)
    }

    @Test func whatWasAnsweredBeforeTheEndCounts() throws {
        let origin = try TestOrigin()
        let caller = try caller(origin)
        let peer = try greet(origin)
        let calls = try caller.begin([RedisCommand("PING"), RedisCommand("PING")])
        _ = try peer.receiveExactly(28)
        try peer.send("+PONG\r\n+PO")
        peer.hangUp()
        #expect(try calls[0].wait().value == .status("PONG"))
        #expect(try calls[1].wait().isUnknown)
    }

    @Test func aFullServerSaysSo() throws {
        let server = try RedisServer.start(["maxclients 1"])
        let first = try Caller(server)
        try first.waitUntilReady()
        try isUnreachable(try Caller(server), "max number of clients")
    }
}
