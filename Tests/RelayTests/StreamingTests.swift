import TestSupport
import Testing

@testable import Relay
@testable import Web

/// Large bodies and slow readers: everything arrives, and nothing is gathered beyond the ceilings.
@Suite struct StreamingTests {
    private static let size = 12_000_000

    private func largest(_ proxy: RelaySite) throws -> (client: Int, kept: Int) {
        try proxy.site.run { tenant in
            let connections = tenant.server.connections.compactMap { $0 }
            return (connections.map { $0.wire.pending }.max() ?? 0, connections.map { $0.kept.count }.max() ?? 0)
        }
    }

    @Test(arguments: [false, true]) func aLargeAnswerToASlowReader(_ isChunked: Bool) throws {
        let origin = try TestOrigin()
        let proxy = try RelaySite([origin.endpoint])
        let client = try proxy.connect(receiveBuffer: 4096)
        try client.send(get())
        let upstream = try origin.accept()
        _ = try upstream.receiveHead()
        let body = pattern(Self.size)
        let framing = isChunked ? "Transfer-Encoding: chunked" : "Content-Length: \(body.count)"
        try upstream.send("HTTP/1.1 200 OK\r\n\(framing)\r\n\r\n")
        let bytes =
            isChunked ? Array("\(String(body.count, radix: 16))\r\n".utf8) + body + Array("\r\n0\r\n\r\n".utf8) : body
        let sender = try upstream.sendMeanwhile(bytes)
        // The client takes nothing: the origin is stopped, and what lies here is bounded.
        try proxy.site.wait { tenant in tenant.server.connections.contains { $0?.isOutputFull == true } }
        try proxy.loop.settle()
        #expect(try largest(proxy).client < ServerSettings.outputBytesMax + 131_072)
        let answer = try client.receiveAnswer()
        sender.join()
        #expect(answer.body == body)
        // The connection goes on in both directions.
        try client.send(get("/next"))
        #expect(try upstream.receiveHead().hasPrefix("GET /next "))
        try upstream.send(ok("next"))
        #expect(try client.receiveAnswer().text == "next")
    }

    @Test func aLargeUploadToASlowOrigin() throws {
        let origin = try TestOrigin()
        let proxy = try RelaySite([origin.endpoint])
        let body = pattern(Self.size, seed: 2)
        let client = try proxy.client("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.count)\r\n\r\n")
        let sender = try client.sendMeanwhile(body)
        let upstream = try origin.accept()
        _ = try upstream.receiveHead()
        // The origin takes nothing: the client is stopped.
        try proxy.site.wait { tenant in
            tenant.server.connections.contains { ($0?.isReadingPaused ?? false) && ($0?.kept.count ?? 0) > 0 }
        }
        try proxy.loop.settle()
        #expect(try largest(proxy).kept < ServerSettings.keptBytesMax + 65536)
        #expect(try upstream.receiveExactly(body.count) == body)
        sender.join()
        try upstream.send(ok("got it"))
        #expect(try client.receiveAnswer().text == "got it")
    }

    @Test func anOriginThatTakesABodySlowlyIsNotGivenUp() throws {
        let origin = try TestOrigin()
        let proxy = try RelaySite([origin.endpoint]) { $0.writeTimeout = 30_000_000_000 }
        let sent = { @Sendable (server: Server) -> (bytes: UInt64, isBlocked: Bool) in
            let forward = server.connections.lazy.compactMap { $0?.exchange?.responder as? Forward }.first
            return (forward?.upstream?.wire.sentBytes ?? 0, forward?.upstream?.wire.isBlocked ?? false)
        }
        let body = pattern(40_000_000)
        let client = try proxy.client("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.count)\r\n\r\n")
        let sender = try client.sendMeanwhile(body)
        let upstream = try origin.accept()
        _ = try upstream.receiveHead()
        var received: [UInt8] = []
        for _ in 0..<4 {
            try proxy.site.wait { sent($0.server).isBlocked }
            let before = try proxy.site.run { sent($0.server).bytes }
            try proxy.loop.advance(seconds: 20)
            received += try upstream.receiveExactly(4_000_000)
            try proxy.site.wait { sent($0.server).bytes > before }
        }
        received += try upstream.receiveExactly(body.count - received.count)
        sender.join()
        #expect(received == body)
        try upstream.send(ok("taken"))
        #expect(try client.receiveAnswer().text == "taken")
    }

    @Test func bothDirectionsAtOnce() throws {
        let origin = try TestOrigin()
        let proxy = try RelaySite([origin.endpoint])
        let (up, down) = (pattern(3_000_000, seed: 3), pattern(3_000_000, seed: 4))
        let client = try proxy.client("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(up.count)\r\n\r\n")
        let uploading = try client.sendMeanwhile(up)
        let upstream = try origin.accept()
        _ = try upstream.receiveHead()
        try upstream.send("HTTP/1.1 200 OK\r\nContent-Length: \(down.count)\r\n\r\n")
        let senders = [uploading, try upstream.sendMeanwhile(Array(down.dropLast()))]
        let head = try client.receiveAnswerHead()
        #expect(head.status == 200)
        // In turn, so that neither can fill up for good.
        var received: (up: [UInt8], down: [UInt8]) = ([], [])
        while received.up.count < up.count || received.down.count < down.count {
            if received.up.count < up.count { received.up += try upstream.receiveExactly(100_000) }
            if received.down.count < down.count - 100_000 { received.down += try client.receiveExactly(100_000) }
            if received.up.count == up.count && received.down.count == down.count - 100_000 {
                // An answer that is complete ends the exchange, so its last byte waits for the upload.
                try upstream.send([down[down.count - 1]])
                received.down += try client.receiveExactly(100_000)
            }
        }
        for sender in senders { sender.join() }
        #expect(received.up == up && received.down == down)
        try client.send(get("/next"))
        #expect(try upstream.receiveHead().hasPrefix("GET /next "))
    }

    @Test func aReaderThatGivesUpFreesTheOrigin() throws {
        var server = ServerSettings()
        server.writeTimeout = 5_000_000_000
        let origin = try TestOrigin()
        let proxy = try RelaySite([origin.endpoint], server: server)
        let client = try proxy.connect(receiveBuffer: 4096)
        try client.send(get())
        let upstream = try origin.accept()
        _ = try upstream.receiveHead()
        let sender = try upstream.sendMeanwhile(
            Array("HTTP/1.1 200 OK\r\nContent-Length: 90000000\r\n\r\n".utf8) + pattern(90_000_000))
        try proxy.site.wait { tenant in tenant.server.connections.contains { $0?.isOutputFull == true } }
        for _ in 0..<3 { try proxy.loop.advance(seconds: 5.1) }
        sender.join()
        #expect(try proxy.upstreamCount == 0)
        #expect(try client.receiveAll().ending == .reset)
    }
}
