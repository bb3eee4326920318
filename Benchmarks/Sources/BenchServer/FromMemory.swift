import Bytes
import HTTP
import Web

/// Answers made once and sent as often as they are asked for.
final class FromMemory: Handler {
    private let poll: PreparedAnswer
    private let page: PreparedAnswer
    private let unknown: PreparedAnswer

    init(poll: [UInt8], page: [UInt8]) {
        self.poll = PreparedAnswer(200, contentType: "application/json", body: poll)
        self.page = PreparedAnswer(200, contentType: "text/html", body: page)
        unknown = PreparedAnswer(404, contentType: "text/plain", body: Array("There are /poll and /page.\n".utf8))
    }

    func handle(_ head: RequestHead, _ bytes: Span<UInt8>, on connection: ServerConnection) {
        let path = bytes[head.pathAndQuery]
        if path.equals("/poll") { return poll.send(on: connection) }
        if path.equals("/page") { return page.send(on: connection) }
        unknown.send(on: connection)
    }

    func refused(_ refusal: Refusal, on connection: ServerConnection) {}
    func finished(_ connection: ServerConnection) {}
}

/// As shipped, but for what would end a connection within a run.
func benchSettings() -> ServerSettings {
    var settings = ServerSettings()
    settings.requestsPerConnectionMax = .max
    settings.idleTimeout = 600_000_000_000
    return settings
}
