import Foundation

/// A server that does with each connection what the test says.
final class ScriptedOrigin: Sendable {
    typealias Script = @Sendable (RawConnection) throws -> Void

    let port: UInt16
    private let listener: Int32
    private struct State {
        var connections: [RawConnection] = []
        var accepted = 0
        var isStopped = false
    }
    private let state = Shared(State())
    private let accepting: Worker<Void>

    /// A script is run for every connection, each on its own thread; an error just ends it. `window`: the receive buffer of
    /// its connections, where the test wants a small one.
    init(
        at host: String = "127.0.0.1", port wanted: UInt16 = 0, window: Int32? = nil,
        _ script: @escaping Script = ScriptedOrigin.wellBehaved
    ) throws {
        let listener = socket(host.contains(":") ? AF_INET6 : AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var one: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, 4)
        if var window { setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &window, 4) }
        guard SocketAddress.of(host, wanted, { bind(listener, $0, $1) }) == 0, listen(listener, 1024) == 0 else {
            throw Trouble("an origin cannot listen on \(host):\(wanted): \(String(cString: strerror(errno)))")
        }
        self.listener = listener
        port = SocketAddress.port(of: listener)
        let state = state
        accepting = Worker {
            // Closed here, so that nobody gets its number while this thread may still use it.
            defer { close(listener) }
            while true {
                let descriptor = accept(listener, nil, nil)
                guard descriptor >= 0 else { return }
                let connection = RawConnection(adopting: descriptor)
                let isStopped = state.change { state in
                    state.accepted += 1
                    if !state.isStopped { state.connections.append(connection) }
                    return state.isStopped
                }
                if isStopped { return }
                _ = Worker {
                    defer {
                        connection.close()
                        state.change { state in state.connections.removeAll { $0 === connection } }
                    }
                    try script(connection)
                }
            }
        }
    }

    deinit { stop() }

    /// How many connections there have been.
    var accepted: Int { state.current.accepted }

    func stop() {
        let connections = state.change { state in
            defer { state.isStopped = true }
            return state.isStopped ? nil : state.connections
        }
        guard let connections else { return }
        shutdown(listener, Int32(SHUT_RDWR))
        _ = try? accepting.value()
        for connection in connections { connection.hangUp() }
    }

    /// Answers each request by its path: `/echo` with its body, `/bytes/N` with so many, everything else with its head.
    static let wellBehaved: Script = { connection in
        while true { try answerWell(try connection.receiveRequest(), on: connection) }
    }

    static func answerWell(_ request: Message, on connection: RawConnection) throws {
        if request.target == "/echo" {
            try connection.answer(request.text)
        } else if request.target.hasPrefix("/bytes/"), let count = Int(request.target.dropFirst("/bytes/".count)) {
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(count)\r\n\r\n")
            try connection.send([UInt8](repeating: UInt8(ascii: "x"), count: count))
        } else {
            try connection.answer(request.summary)
        }
    }

    /// Names itself in each answer.
    static func named(_ name: String) throws -> ScriptedOrigin {
        try ScriptedOrigin { connection in
            while true {
                _ = try connection.receiveRequest()
                try connection.answer(name)
            }
        }
    }
}

/// A port on which nobody listens now.
func unusedPort() throws -> UInt16 {
    let origin = try ScriptedOrigin()
    defer { origin.stop() }
    return origin.port
}
