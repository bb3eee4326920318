import HTTP
import TLS
import TestSupport
import Testing

@testable import Web

/// Slow clients: each is given up at its deadline, none before.
@Suite struct DeadlineTests {
    @Test func aSlowHeadIsAnswered408() throws {
        let site = try Site.scripted { $0.headTimeout = 10_000_000_000 }
        let client = try site.connect()
        try client.send("GET / HTTP/1.1\r\nHo")
        try site.wait { $0.server.hasHeadBegun }
        try site.loop.advance(seconds: 6)
        // A trickle does not move it.
        try client.send("st: a\r\n")
        try site.loop.advance(seconds: 3.9)
        #expect(client.isSilent)
        try site.loop.advance(seconds: 0.2)
        #expect(try client.receiveAnswer().status == 408)
        #expect(try client.receive() == .end)
    }

    @Test func whoSaysNothingAtAllIsClosed() throws {
        let site = try Site.scripted { $0.headTimeout = 10_000_000_000 }
        let client = try site.connect()
        try site.wait { $0.server.connectionCount == 1 }
        try site.loop.advance(seconds: 9.9)
        #expect(client.isSilent)
        try site.loop.advance(seconds: 0.2)
        #expect(try client.receive() == .end)
    }

    @Test(arguments: ["", "GET /late HTTP/1.1\r\nHo"]) func whatHasComeInTimeCountsHoweverLateTheLoopIs(_ before: String)
        throws
    {
        let site = try Site.scripted { $0.headTimeout = 10_000_000_000 }
        let client = try site.connect()
        try client.send(before)
        try site.wait { before.isEmpty ? $0.server.connectionCount == 1 : $0.server.hasHeadBegun }
        let rest = Array("GET /late HTTP/1.1\r\nHost: a\r\n\r\n".utf8.dropFirst(before.utf8.count))
        let clock = site.loop.clock
        try site.loop.run { loop in
            clock.advance(by: 11_000_000_000)
            // In the turn in which the deadline passes, when it has been asked already what is ready.
            loop.handle.submit { _ in try? client.send(rest) }
        }
        #expect(try client.receiveAnswer().text == "/late")
    }

    @Test func anIdleConnectionIsClosedAfterAWhile() throws {
        let site = try Site.scripted { $0.idleTimeout = 75_000_000_000 }
        let client = try site.connect()
        for _ in 0..<3 {
            _ = try client.get("/a")
            try site.loop.advance(seconds: 70)
            #expect(client.isSilent)
        }
        try site.loop.advance(seconds: 6)
        #expect(try client.receive() == .end)
    }

    @Test func aBodyBelowTheRateIsCut() throws {
        let site = try Site.scripted {
            $0.bodyTimeout = 10_000_000_000
            $0.bytesPerSecondMin = 100
        }
        let client = try site.connect()
        try client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n")
        try site.wait(untilHandler: { $0.held.count == 1 })
        // Two windows with enough in each, then one with too little.
        for window in 1...2 {
            try client.send(pattern(1100))
            try site.wait(untilHandler: { $0.held.first?.body.count == window * 1100 })
            try site.loop.advance(seconds: 10.02)
            #expect(client.isSilent, "window \(window)")
        }
        try client.send(pattern(900))
        try site.wait(untilHandler: { $0.held.first?.body.count == 3100 })
        try site.loop.advance(seconds: 10.02)
        #expect(try client.receiveAnswer().status == 408)
        #expect(try client.receive() == .end)
        #expect(try site.handler { $0.held.first?.events } == ["gone: slowBody"])
    }

    @Test func aClientThatWaitsForAnAnswerIsNotCut() throws {
        let site = try Site.scripted()
        let client = try site.connect()
        try client.send("GET /hold HTTP/1.1\r\nHost: a\r\n\r\n")
        try site.wait(untilHandler: { $0.held.count == 1 })
        try site.loop.advance(seconds: 10_000)
        try site.answerHeld()
        #expect(try client.receiveAnswer().text == "held")
    }

    @Test func aPausedBodyIsNotTheClientsFault() throws {
        let site = try Site.scripted { $0.bodyTimeout = 10_000_000_000 }
        let client = try site.connect()
        try client.send("POST /pause HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345")
        try site.wait(untilHandler: { $0.held.count == 1 })
        try site.loop.advance(seconds: 100)
        try site.handler {
            $0.held.first?.answersAtEnd = true
            $0.held.first?.connection.resumeReading()
        }
        try client.send("67890")
        #expect(try client.receiveAnswer().text == "10 bytes")
    }

    @Test func afterAPauseTheBodyHasAWindowAgain() throws {
        let site = try Site.scripted { $0.bodyTimeout = 10_000_000_000 }
        let client = try site.connect()
        try client.send("POST /pause HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345")
        try site.wait(untilHandler: { $0.held.count == 1 })
        try site.loop.advance(seconds: 100)
        try site.handler { $0.held.first?.connection.resumeReading() }
        try site.loop.advance(seconds: 10.1)
        #expect(try client.receiveAnswer().status == 408)
    }

    @Test func aReaderThatTakesNothingIsCut() throws {
        let site = try Site.scripted { $0.writeTimeout = 10_000_000_000 }
        let client = try site.connect(receiveBuffer: 4096)
        try client.send("GET /stream/50000000 HTTP/1.1\r\nHost: a\r\n\r\n")
        try site.wait(untilHandler: { $0.connection?.wire.isBlocked == true })
        try site.loop.advance(seconds: 9.9)
        #expect(try site.connectionCount == 1)
        try site.loop.advance(seconds: 0.2)
        #expect(try site.connectionCount == 0)
        #expect(try site.handler { $0.held.first?.events.last } == "gone: slowReader")
        // Half an answer must not look like a whole one.
        #expect(try client.receiveAll().ending == .reset)
    }

    @Test func aSlowReaderThatGoesOnIsServed() throws {
        let site = try Site.scripted {
            $0.writeTimeout = 10_000_000_000
            $0.bytesPerSecondMin = 1000
        }
        let client = try site.connect(receiveBuffer: 4096)
        let total = 8_000_000
        try client.send("GET /stream/\(total) HTTP/1.1\r\nHost: a\r\n\r\n")
        _ = try client.receiveHead()
        var received = 0
        while received < total {
            received += try client.receiveExactly(min(1_000_000, total - received)).count
            try site.loop.advance(seconds: 9)
        }
        #expect(try site.connectionCount == 1)
        #expect(try client.get("/next").text == "/next")
    }

    @Test func aReaderIsJudgedByWhatItTakes() throws {
        // The kernel holds megabytes and asks for more only when a good part of them is gone: that is not the reader's fault.
        let site = try Site.scripted {
            $0.writeTimeout = 10_000_000_000
            $0.bytesPerSecondMin = 1000
        }
        let client = try site.connect(receiveBuffer: 4096)
        try client.send("GET /stream/50000000 HTTP/1.1\r\nHost: a\r\n\r\n")
        try site.wait(untilHandler: { $0.connection?.wire.isBlocked == true })
        for _ in 0..<5 {
            try site.loop.advance(seconds: 5)
            _ = try client.receiveExactly(100_000)
            try site.loop.advance(seconds: 5.1)
        }
        #expect(try site.connectionCount == 1)
    }

    @Test func aWholeAnswerThatIsTakenSlowlyIsNotIdle() throws {
        // Composed at once: for the server the exchange is over, for the client it is not.
        let site = try Site.scripted {
            $0.idleTimeout = 5_000_000_000
            $0.writeTimeout = 10_000_000_000
        }
        let client = try site.connect(receiveBuffer: 4096)
        try client.send("GET /size/8000000 HTTP/1.1\r\nHost: a\r\n\r\n")
        try site.wait(untilHandler: { $0.connection?.wire.isBlocked == true })
        for _ in 0..<3 {
            _ = try client.receiveExactly(1_000_000)
            try site.loop.advance(seconds: 9)
        }
        #expect(try site.run { $0.server.evictIdle(10) } == 0, "nor is it to be evicted")
        #expect(try site.connectionCount == 1)
        // Until now something has moved in each window; from now on nothing does.
        for _ in 0..<2 { try site.loop.advance(seconds: 11) }
        #expect(try site.connectionCount == 0)
        #expect(try client.receiveAll().ending == .reset)
    }

    @Test func aHandshakeHasItsTime() throws {
        let site = try Site.secure { $0.handshakeTimeout = 10_000_000_000 }
        let client = try site.connect()
        try site.wait { $0.server.connectionCount == 1 }
        try site.loop.advance(seconds: 9.9)
        #expect(client.isSilent)
        try site.loop.advance(seconds: 0.2)
        #expect(try client.receive() == .end)
    }

    @Test func aTrickleOfTLSBytesDoesNotKeepAConnection() throws {
        let site = try Site.secure { $0.headTimeout = 10_000_000_000 }
        let client = try SecurePeer(try site.connect())
        // The beginning of a record that never becomes whole.
        for byte: UInt8 in [23, 3, 3, 16] {
            try client.peer.send([byte])
            try site.loop.advance(seconds: 4)
        }
        #expect(try site.connectionCount == 0)
    }
}

extension Server {
    /// A head has begun to come on some connection.
    var hasHeadBegun: Bool { connections.contains { $0?.phase == .head } }
}
