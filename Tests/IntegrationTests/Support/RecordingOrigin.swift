/// An origin that remembers every request that it ever gets. It answers `/…/done` with a release.
final class RecordingOrigin: Sendable {
    private let requests = Shared<[Message]>([])
    /// What it answers, and no page of ours says.
    static let mark = "the-origin-itself"

    private let origin: ScriptedOrigin

    init() throws {
        let requests = requests
        origin = try ScriptedOrigin { connection in
            while true {
                let request = try connection.receiveRequest()
                requests.change { $0.append(request) }
                let isDone = request.target.hasSuffix("/done")
                try connection.answer(Self.mark, fields: isDone ? ["Waiting-Room: release"] : [])
            }
        }
    }

    var port: UInt16 { origin.port }
    var all: [Message] { requests.current }
    /// As they came: `GET /a`.
    var lines: [String] { all.map { "\($0.method) \($0.target)" } }

    func stop() { origin.stop() }
}
