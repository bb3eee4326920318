import Address
import Glibc
import Loop
import Settings
import Telemetry
import Web

// The server of the rows `json` and `page`: answers from memory, through the engine's own listener, loop and counters.
//
//   bench-server --listen 127.0.0.1:PORT --loops N --poll FILE --page FILE
//
// `/poll` answers with the one file, `/page` with the other. SIGTERM ends it.

func fail(_ words: String) -> Never {
    let line = Array("bench-server: \(words)\n".utf8)
    _ = write(STDERR_FILENO, line, line.count)
    exit(2)
}

func option(_ name: String) -> String {
    let arguments = CommandLine.arguments
    guard let at = arguments.firstIndex(of: name), at + 1 < arguments.count else { fail("\(name) is missing") }
    return arguments[at + 1]
}

func content(_ path: String) -> [UInt8] {
    do throws(SettingsProblems) { return try SettingsFile.read(path) } catch { fail("\(error)") }
}

guard let endpoint = Endpoint(option("--listen")) else { fail("--listen wants host:port") }
guard let loops = Int(option("--loops")), (1...64).contains(loops) else { fail("--loops wants 1 to 64") }
let poll = content(option("--poll"))
let page = content(option("--page"))

signal(SIGPIPE, SIG_IGN)
_ = DescriptorLimit.raise()
let metrics = Metrics()
let names = ServerCountNames(metrics)
do {
    let writer = try LogWriter(to: .standardError)
    let threads = try (0..<loops).map { number in
        try LoopThread.start(name: "loop-\(number)") { loop in
            do {
                let shard = metrics.makeShard()
                let server = Server(
                    loop: loop, handler: FromMemory(poll: poll, page: page), settings: benchSettings(),
                    counts: ServerCounts(names, shard: shard))
                let socket = try Socket.listen(on: endpoint, backlog: 4096)
                loop.tenant = try Listener(socket, endpoint: endpoint, server: server, journal: Journal(writer))
            } catch {
                fail("\(error)")
            }
        }
    }
    for thread in threads { thread.join() }
} catch {
    fail("\(error)")
}
