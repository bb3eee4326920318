import Loop
import Synchronization
import TestSupport
import Testing

@testable import Relay

@Suite struct HealthProbeTests {
    /// What the probe has said.
    private final class Diary: Sendable {
        let lines = Mutex<[String]>([])
        var all: [String] { lines.withLock { $0 } }
    }

    private func probe(_ origin: TestOrigin) throws -> (TestLoop, Diary) {
        let loop = try TestLoop()
        let diary = Diary()
        let endpoint = origin.endpoint
        try loop.run { loop in
            let target = UpstreamTarget(
                name: "origin", authority: "origin.test", isSecure: false, tlsName: "", endpoints: [endpoint])
            let settings = HealthProbe.Settings(path: "/health", interval: 5_000_000_000, timeout: 2_000_000_000)
            let probe = HealthProbe(target, settings: settings, tls: nil, on: loop) { isDown, why in
                diary.lines.withLock { $0.append("\(isDown ? "down" : "up"): \(why)") }
            }
            loop.tenant = probe
            probe.start()
        }
        return (loop, diary)
    }

    /// Answers the probe's next question.
    private func answer(_ origin: TestOrigin, _ loop: TestLoop, _ text: String) throws {
        let peer = try origin.accept()
        #expect(
            try peer.receiveHead()
                == "GET /health HTTP/1.1\nHost: origin.test\nUser-Agent: waitingroom-health\nConnection: close\n")
        try peer.send(text)
        _ = try peer.receiveAll()
        try loop.settle()
    }

    @Test func twoFailuresMakeItDownAndOneAnswerUp() throws {
        let origin = try TestOrigin()
        let (loop, diary) = try probe(origin)
        try answer(origin, loop, "HTTP/1.1 204 No Content\r\n\r\n")
        try loop.advance(seconds: 5.1)
        try answer(origin, loop, "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")
        #expect(diary.all == [])
        try loop.advance(seconds: 5.1)
        try answer(origin, loop, "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")
        #expect(diary.all == ["down: answered 503 to /health"])
        try loop.advance(seconds: 5.1)
        try answer(origin, loop, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes")
        #expect(diary.all == ["down: answered 503 to /health", "up: answers again"])
        #expect(try loop.run { ($0.tenant as? HealthProbe)?.isDown } == false)
    }

    @Test func silenceIsAFailure() throws {
        let origin = try TestOrigin()
        let (loop, diary) = try probe(origin)
        for _ in 0..<2 {
            let peer = try origin.accept()
            _ = try peer.receiveHead()
            try loop.advance(seconds: 2.1)
            #expect(try peer.receive() == .end)
            try loop.advance(seconds: 5.1)
        }
        #expect(diary.all == ["down: no answer in time"])
    }

    @Test func garbageAndClosingAreFailures() throws {
        let origin = try TestOrigin()
        let (loop, diary) = try probe(origin)
        try answer(origin, loop, "garbage\r\n\r\n")
        try loop.advance(seconds: 5.1)
        let peer = try origin.accept()
        _ = try peer.receiveHead()
        peer.finishSending()
        try loop.wait { ($0.tenant as? HealthProbe)?.isDown == true }
        #expect(diary.all == ["down: closed the connection instead of answering"])
    }

    @Test func aRefusedConnectIsAFailure() throws {
        let nobody = try TestOrigin(.refusing)
        let (loop, diary) = try probe(nobody)
        try loop.wait { loop in
            loop.handle.submit { _ in }
            return true
        }
        for _ in 0..<3 { try loop.advance(seconds: 5.1) }
        #expect(diary.all == ["down: connect: Connection refused"])
    }

    @Test func anEndedProbeAsksNoMore() throws {
        let origin = try TestOrigin()
        let (loop, diary) = try probe(origin)
        try answer(origin, loop, ok("fine"))
        try loop.run { ($0.tenant as? HealthProbe)?.end() }
        try loop.advance(seconds: 100)
        #expect(origin.isLonely && diary.all == [])
    }
}
