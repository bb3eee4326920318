import Address
import Bytes
import Glibc
import HTTP
import Loop
import Telemetry
import Web

// The server of the rows `json` and `page`: answers from memory, through the engine's own listener and loop.
//
//   bench-server --listen 127.0.0.1:PORT --loops N --page FILE
//
// `/poll` is 120 bytes of JSON, `/page` is the file.

/// Two answers made beforehand.
final class FromMemory: Handler {
    private let poll: PreparedAnswer
    private let page: PreparedAnswer
    private let missing = Answer(404, body: "There are /poll and /page.\n")

    init(page: [UInt8]) {
        let json =
            #"{"room":"main","state":"waiting","place":48211,"ahead":48210,"wait":{"low":1260,"high":1500},"poll":12,"note":"ok....."}"#
        poll = PreparedAnswer(200, contentType: "application/json", body: Array(json.utf8))
        self.page = PreparedAnswer(200, contentType: "text/html; charset=utf-8", body: page)
    }

    func handle(_ head: RequestHead, _ bytes: Span<UInt8>, on connection: ServerConnection) {
        let path = bytes[head.pathAndQuery]
        if path.equals("/poll") {
            poll.send(on: connection)
        } else if path.equals("/page") {
            page.send(on: connection)
        } else {
            connection.answer(missing)
        }
    }

    func refused(_ refusal: Refusal, on connection: ServerConnection) {}
    func finished(_ connection: ServerConnection) {}
}

func value(_ name: String) -> String? {
    guard let at = CommandLine.arguments.firstIndex(of: name), at + 1 < CommandLine.arguments.count else { return nil }
    return CommandLine.arguments[at + 1]
}

func readFile(_ path: String) -> [UInt8] {
    guard let file = fopen(path, "r") else { return [] }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = fread(&bytes, 1, bytes.count, file)
    return Array(bytes[..<count])
}

guard let endpoint = value("--listen").flatMap(Endpoint.init), let file = value("--page"),
    let loops = value("--loops").flatMap({ Int($0) })
else {
    let usage = Array("usage: bench-server --listen HOST:PORT --loops N --page FILE\n".utf8)
    _ = write(STDERR_FILENO, usage, usage.count)
    exit(2)
}

let page = readFile(file)
let metrics = Metrics()
let names = ServerCountNames(metrics)
let log = try LogWriter(to: .standardError)
signal(SIGPIPE, SIG_IGN)
_ = DescriptorLimit.raise()
var threads: [LoopThread] = []
for index in 0..<loops {
    let socket = try Socket.listen(on: endpoint, backlog: 4096)
    threads.append(
        try LoopThread.start(name: "bench-\(index)") { loop in
            let server = Server(
                loop: loop, handler: FromMemory(page: page), settings: ServerSettings(),
                counts: ServerCounts(names, shard: metrics.makeShard()))
            loop.tenant = try? Listener(socket, endpoint: endpoint, server: server, journal: Journal(log))
        })
}
for thread in threads { thread.join() }
