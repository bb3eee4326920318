import Bytes
import HTTP
import Loop
import TestSupport

@testable import Web

/// Answers by the path of the request, so that a test says in its request what is to happen.
final class ScriptedHandler: Handler {
    /// The last one that was asked something; the one of a test with one client.
    private(set) var connection: ServerConnection?
    private(set) var log: [String] = []
    /// Requests that wait for the test to answer them.
    var held: [HeldRequest] = []

    func handle(_ head: RequestHead, _ bytes: Span<UInt8>, on connection: ServerConnection) {
        self.connection = connection
        let path = bytes[head.pathAndQuery].string
        log.append("\(bytes[head.methodName].string) \(path)")
        let parts = path.dropFirst().split(separator: "/")
        switch parts.first ?? "" {
        case "size":
            // Composed at once, however large.
            connection.answer(Answer(200, body: String(repeating: "x", count: Int(parts.last ?? "") ?? 0)))
        case "hold", "pause", "echo", "tunnel", "stream":
            let request = HeldRequest(connection)
            held.append(request)
            connection.exchange?.responder = request
            if parts.first == "pause" { connection.pauseReading() }
            if parts.first == "echo" { request.answersAtEnd = true }
            if parts.first == "tunnel" { request.openTunnel() }
            if parts.first == "stream" { request.stream(Int(parts.last ?? "") ?? 0) }
        case "early":
            connection.answer(Answer(403, body: "no\n"))
        case "source":
            connection.answer(Answer(200, body: connection.source.description))
        default:
            connection.answer(Answer(200, body: path))
        }
    }

    func refused(_ refusal: Refusal, on connection: ServerConnection) { log.append("refused \(refusal.status)") }

    func finished(_ connection: ServerConnection) { log.append("finished") }
}

/// A request that is answered when the test, or the request's end, says so.
final class HeldRequest: Responder {
    let connection: ServerConnection
    var answersAtEnd = false
    var pausesAtBody = false
    private(set) var body: [UInt8] = []
    private(set) var events: [String] = []
    private var toStream = 0
    private var isTunnel = false

    init(_ connection: ServerConnection) { self.connection = connection }

    func requestBody(_ bytes: Span<UInt8>) {
        body += bytes.array
        if isTunnel { connection.send(bytes) }
        if pausesAtBody { connection.pauseReading() }
    }

    func requestEnded() {
        events.append("ended")
        if answersAtEnd { answer("\(body.count) bytes") }
    }

    func batchEnded() {}

    func clientCanTakeMore() {
        events.append("can take more")
        if toStream > 0 { streamOn() }
    }

    func clientGone(_ loss: ClientLoss) { events.append("gone: \(loss)") }

    func answer(_ text: String) { connection.answer(Answer(200, body: text)) }

    func openTunnel() {
        isTunnel = true
        _ = connection.beginAnswer(101, body: .none)
        connection.compose { $0.append("HTTP/1.1 101 Switching Protocols\r\n\r\n") }
        connection.becomeTunnel()
    }

    /// Sends `count` bytes, waiting whenever the client has enough.
    func stream(_ count: Int) {
        toStream = count
        let framing = connection.beginAnswer(200, body: .length(UInt64(count)), declaredLength: UInt64(count))
        connection.compose { output in
            output.append("HTTP/1.1 200 OK\r\nContent-Length: \(count)\r\n")
            ConnectionField.append(framing, minorVersion: 1, to: &output)
            output.append("\r\n")
        }
        streamOn()
    }

    private func streamOn() {
        let block = [UInt8](repeating: 46, count: 16384)
        while toStream > 0, !connection.isOutputFull, connection.phase == .exchange {
            let count = min(toStream, block.count)
            toStream -= count
            connection.send(block.span.extracting(..<count))
        }
        if toStream == 0, connection.phase == .exchange { connection.finishAnswer() }
    }
}

extension Site {
    /// A site with a scripted handler.
    static func scripted(
        isSecure: Bool = false, _ change: (inout ServerSettings) -> Void = { _ in },
        configure: @escaping @Sendable (Server) throws -> Void = { _ in }
    ) throws -> Site {
        var settings = ServerSettings()
        change(&settings)
        return try Site(
            settings: settings, isSecure: isSecure, makeHandler: { _ in ScriptedHandler() }, configure: configure)
    }

    func handler<Value: Sendable>(_ body: @escaping @Sendable (ScriptedHandler) throws -> Value) throws -> Value {
        try run { try body(try scriptedHandler($0)) }
    }

    /// Takes turns until the handler has something to show.
    func wait(untilHandler isSo: @escaping @Sendable (ScriptedHandler) -> Bool) throws {
        try wait { tenant in (tenant.handler as? ScriptedHandler).map(isSo) ?? false }
    }

    /// Takes turns until a request is held, and answers it.
    func answerHeld(_ text: String = "held") throws {
        try wait(untilHandler: { !$0.held.isEmpty })
        try handler { $0.held.removeFirst().answer(text) }
    }

    var connectionCount: Int {
        get throws { try run { $0.server.connectionCount } }
    }

    /// The server has let go of every connection.
    func waitUntilEmpty() throws { try wait { $0.server.connectionCount == 0 } }
}

private func scriptedHandler(_ tenant: Site.Tenant) throws -> ScriptedHandler {
    guard let handler = tenant.handler as? ScriptedHandler else { throw NoHandler() }
    return handler
}

struct NoHandler: Error {}
