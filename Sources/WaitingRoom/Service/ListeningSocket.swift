import Address
import Loop
import Settings

/// A socket that connections come in by, and what they speak.
struct ListeningSocket: Sendable {
    enum Kind: String, Sendable {
        case http, tls, admin
    }

    let socket: Socket
    let endpoint: Endpoint
    let kind: Kind
}

/// Sockets that the parent process left open for this one: a service manager (`LISTEN_FDS`, as systemd does it) or the
/// process that this one replaces.
struct InheritedSockets {
    static let firstDescriptor: Int32 = 3
    /// Of this program's own: kinds of the descriptors from 3 on, such as `http:http:tls:admin`.
    static let ownVariable = "WAITINGROOM_SOCKETS"
    /// The descriptor on which to say that this process is ready to take over.
    static let readyVariable = "WAITINGROOM_READY"
    static let socketsMax = 256

    private(set) var sockets: [ListeningSocket] = []
    private(set) var readyDescriptor: Int32?

    init(
        _ environment: [String: String], settings: Settings, processID: Int32, firstDescriptor: Int32 = Self.firstDescriptor
    ) {
        var names: [String] = []
        if let own = environment[Self.ownVariable] {
            names = own.split(separator: ":").map(String.init)
            readyDescriptor = environment[Self.readyVariable].flatMap(Int32.init)
        } else if environment["LISTEN_PID"] == "\(processID)", let count = environment["LISTEN_FDS"].flatMap(Int.init) {
            let given = environment["LISTEN_FDNAMES"]?.split(separator: ":", omittingEmptySubsequences: false) ?? []
            names = (0..<max(0, min(count, Self.socketsMax))).map { $0 < given.count ? String(given[$0]) : "" }
        }
        for (index, name) in names.prefix(Self.socketsMax).enumerated() {
            let socket = Socket(descriptor: firstDescriptor + Int32(index))
            guard let endpoint = socket.localEndpoint else { continue }
            socket.prepareInherited()
            let kind = ListeningSocket.Kind(rawValue: name) ?? Self.kind(of: endpoint, settings)
            sockets.append(ListeningSocket(socket: socket, endpoint: endpoint, kind: kind))
        }
    }

    /// By its address, where the name does not say.
    private static func kind(of endpoint: Endpoint, _ settings: Settings) -> ListeningSocket.Kind {
        if settings.tls.listen.contains(endpoint) { return .tls }
        if settings.admin.listen.contains(endpoint) { return .admin }
        return .http
    }
}

/// All sockets of a service: inherited ones first, the rest bound anew.
struct ListeningSockets: Sendable {
    private(set) var all: [ListeningSocket] = []

    /// One socket for each endpoint and loop, so that the kernel spreads the connections. Where sockets of a kind were
    /// inherited, they are used instead of the configured endpoints of that kind, and loops share them.
    init(_ settings: Settings, inherited: InheritedSockets, loopCount: Int) throws(ListenProblem) {
        all = inherited.sockets
        let wanted: [(ListeningSocket.Kind, [Endpoint], Int, String)] = [
            (.http, settings.server.listen, loopCount, "[server] listen"),
            (.tls, settings.tls.listen, loopCount, "[tls] listen"),
            (.admin, settings.admin.listen, 1, "[admin] listen"),
        ]
        for (kind, endpoints, count, key) in wanted where !all.contains(where: { $0.kind == kind }) {
            for endpoint in endpoints { try bind(endpoint, kind, count, settings, key) }
        }
    }

    private mutating func bind(
        _ endpoint: Endpoint, _ kind: ListeningSocket.Kind, _ count: Int, _ settings: Settings, _ key: String
    ) throws(ListenProblem) {
        if let trouble = Socket.isTaken(endpoint) { throw ListenProblem(key: key, endpoint: endpoint, error: trouble) }
        var endpoint = endpoint
        for _ in 0..<count {
            do throws(SystemError) {
                let socket = try Socket.listen(on: endpoint, backlog: Int32(clamping: settings.server.backlog))
                // Port 0: the kernel chooses once, for all of them.
                endpoint = socket.localEndpoint ?? endpoint
                all.append(ListeningSocket(socket: socket, endpoint: endpoint, kind: kind))
            } catch {
                throw ListenProblem(key: key, endpoint: endpoint, error: error)
            }
        }
    }

    /// This process needs them no more; whoever else has them keeps them open.
    func closeAll() { for socket in all { socket.socket.close() } }

    func endpoints(_ kind: ListeningSocket.Kind) -> [Endpoint] {
        var found: [Endpoint] = []
        for socket in all where socket.kind == kind && !found.contains(socket.endpoint) { found.append(socket.endpoint) }
        return found
    }

    /// The sockets of one loop. With fewer sockets than loops several loops watch the same one, each by a descriptor of
    /// its own, and the kernel wakes one of them.
    func forLoop(_ index: Int, of count: Int) throws(SystemError) -> [ListeningSocket] {
        var mine: [ListeningSocket] = []
        for kind in [ListeningSocket.Kind.http, .tls] {
            for endpoint in endpoints(kind) {
                let same = all.filter { $0.kind == kind && $0.endpoint == endpoint }
                if same.count >= count {
                    for (place, socket) in same.enumerated() where place % count == index { mine.append(try socket.copy()) }
                } else if !same.isEmpty {
                    mine.append(try same[index % same.count].copy())
                }
            }
        }
        return mine
    }
}

extension ListeningSocket {
    /// The same socket by a descriptor of its own, which its user may close.
    func copy() throws(SystemError) -> ListeningSocket {
        ListeningSocket(socket: try socket.duplicate(), endpoint: endpoint, kind: kind)
    }
}

/// Why the program cannot listen.
struct ListenProblem: Error, CustomStringConvertible {
    let key: String
    let endpoint: Endpoint
    let error: SystemError

    var description: String {
        "\(key): cannot listen on \(endpoint): \(error.reason)\(advice)"
    }

    private var advice: String {
        switch error.reason {
        case "Address already in use": "; another program has this port, stop it or choose another"
        case "Permission denied": "; ports below 1024 need CAP_NET_BIND_SERVICE"
        case "Cannot assign requested address": "; this machine does not have that address"
        default: ""
        }
    }
}
