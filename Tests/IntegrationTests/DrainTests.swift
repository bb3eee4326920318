import Foundation
import Testing

/// The end: what is in flight is finished, nothing new is taken, and there is a limit to it.
@Suite struct DrainTests {
    /// An origin that begins an answer and ends it when it is told.
    final class SlowAnswer: Sendable {
        let origin: ScriptedOrigin
        private let proceed = Shared(false)

        init() throws {
            let proceed = proceed
            origin = try ScriptedOrigin { connection in
                while true {
                    let request = try connection.receiveRequest()
                    guard request.target == "/slow" else { return try ScriptedOrigin.answerWell(request, on: connection) }
                    try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nslow")
                    try proceed.wait(for: "the test", until: \.self)
                    try connection.send("ness")
                }
            }
        }

        func finish() { proceed.change { $0 = true } }
    }

    /// A client whose answer has begun.
    static func waiting(_ program: RunningProgram) throws -> RawConnection {
        let client = try program.connect()
        try client.send("GET /slow HTTP/1.1\r\nHost: site.test\r\n\r\n")
        _ = try client.receiveHead()
        return client
    }

    @Test(arguments: [SIGTERM, SIGINT, SIGQUIT]) func finishesWhatIsInFlightAndTakesNothingNew(_ signal: Int32) throws {
        let slow = try SlowAnswer()
        defer { slow.origin.stop() }
        let program = try RunningProgram(ConfigText(upstream: slow.origin.port))
        defer { program.stop() }
        let client = try Self.waiting(program)
        let port = try program.port
        program.signal(signal)
        try program.log.wait("draining")
        try eventually("new connections are refused") {
            do {
                // Whoever got in before the socket was closed is reset, or refused by now.
                _ = try RawConnection(to: port).end()
                return false
            } catch is RawConnection.Refused {
                return true
            }
        }
        #expect(!program.hasEnded)
        #expect(try program.askAdmin("/readyz").status == 503)
        slow.finish()
        #expect(try client.receive(exactly: 8) == Array("slowness".utf8))
        #expect(try client.end() == .inOrder)
        #expect(try program.waitForEnd() == 0)
        #expect(try program.log.wait("ended")["exit_code"] == "0")
    }

    @Test func anIdleConnectionIsClosedAndOneThatStillAsksIsAnswered() throws {
        let slow = try SlowAnswer()
        defer { slow.origin.stop() }
        let program = try RunningProgram(ConfigText(upstream: slow.origin.port))
        defer { program.stop() }
        let busy = try Self.waiting(program)
        let (idle, late) = (try program.connect(), try program.connect())
        for client in [idle, late] { #expect(try client.ask("/")["Connection"] == nil) }
        program.signal(SIGTERM)
        try program.log.wait("draining")
        let answer = try late.ask("/late")
        #expect(answer.status == 200 && answer["Connection"] == "close")
        #expect(try late.end() == .inOrder)
        #expect(try idle.end() == .inOrder)
        slow.finish()
        #expect(try busy.receive(exactly: 8) == Array("slowness".utf8))
        #expect(try program.waitForEnd() == 0)
    }

    @Test func aSecondSignalEndsAtOnce() throws {
        let slow = try SlowAnswer()
        defer { slow.origin.stop() }
        let program = try RunningProgram(ConfigText(upstream: slow.origin.port))
        defer { program.stop() }
        let client = try Self.waiting(program)
        program.signal(SIGTERM)
        try program.log.wait("draining")
        program.signal(SIGTERM)
        #expect(try program.waitForEnd() == 0)
        #expect(try client.end().bytes == Array("slow".utf8))
        #expect(try program.log.wait("ending.now")["reason"] == "asked a second time")
    }

    @Test func thereIsADeadline() throws {
        let slow = try SlowAnswer()
        defer { slow.origin.stop() }
        let program = try RunningProgram(ConfigText(upstream: slow.origin.port, with: ["server.drain_timeout": "200ms"]))
        defer { program.stop() }
        let client = try Self.waiting(program)
        program.signal(SIGTERM)
        #expect(try program.waitForEnd() == 0)
        #expect(try client.end().bytes == Array("slow".utf8))
        #expect(try program.log.wait("ending.now")["reason"].contains("did not finish in time"))
        #expect(try program.access.wait("access")["target"] == "/slow", "what was cut is in the access log")
    }

    @Test func aTunnelDoesNotHoldItUpBeyondTheDeadline() throws {
        let origin = try ScriptedOrigin(TunnelTests.echo)
        defer { origin.stop() }
        let program = try RunningProgram(ConfigText(upstream: origin.port, with: ["server.drain_timeout": "200ms"]))
        defer { program.stop() }
        let client = try program.connect()
        try client.send(TunnelTests.upgrade)
        #expect(try client.receiveAnswer().status == 101)
        program.signal(SIGTERM)
        #expect(try program.waitForEnd() == 0)
        _ = try client.end()
    }

    @Test func nothingIsLostUnderLoad() throws {
        // Every request that got through the door is answered; the others are refused, not cut.
        let origin = try ScriptedOrigin.named("one")
        defer { origin.stop() }
        let program = try RunningProgram(ConfigText(upstream: origin.port))
        defer { program.stop() }
        let crowd = Crowd(4, asking: try program.port)
        try crowd.wait(for: "one", more: 100)
        program.signal(SIGTERM)
        #expect(try program.waitForEnd() == 0)
        try crowd.stop()
        try program.access.waitForEnd()
        let answers = program.access.all("access")
        #expect(answers.allSatisfy { $0["status"] == "200" })
        #expect(answers.count == crowd.answers("one"))
    }
}
