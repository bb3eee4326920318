import Address
import Glibc
import Loop
import Settings

/// Speaks to the admin listener of a program that runs. Blocks, with a deadline: it is a process of its own.
struct AdminClient {
    static let timeoutMilliseconds: Int32 = 10_000
    static let answerBytesMax = 8 << 20

    let server: UpstreamServer
    let token: String

    struct Answer {
        let status: Int
        let body: [UInt8]

        var json: JSONValue? { JSONReader.read(body) }
        var isGood: Bool { (200...299).contains(status) }
    }

    /// Why there is no answer, and what to do about it.
    struct Trouble: Error, CustomStringConvertible {
        let description: String
    }

    func ask(_ method: String, _ path: String, _ body: JSONValue? = nil) throws(Trouble) -> Answer {
        let addresses: [IPAddress]
        do throws(ResolverError) {
            addresses = try Resolver.addresses(of: server.host)
        } catch {
            throw Trouble(description: error.description)
        }
        var last = Trouble(description: "\(server.host) has no address")
        for address in addresses {
            do throws(Trouble) {
                return try ask(Endpoint(address: address, port: server.port), method, path, body)
            } catch {
                last = error
            }
        }
        throw last
    }

    private func ask(
        _ endpoint: Endpoint, _ method: String, _ path: String, _ body: JSONValue?
    ) throws(Trouble) -> Answer {
        do throws(SystemError) {
            let socket = try Socket.connect(to: endpoint)
            defer { socket.close() }
            try Self.wait(socket, Int16(POLLOUT))
            if let error = socket.pendingError { throw error }
            var request = "\(method) \(path) HTTP/1.1\r\nHost: \(server.authority)\r\nConnection: close\r\n"
            request += "Authorization: Bearer \(token)\r\nAccept: application/json\r\n"
            let text = body?.description ?? ""
            if body != nil { request += "Content-Type: application/json\r\nContent-Length: \(text.utf8.count)\r\n" }
            try Self.send(Array((request + "\r\n" + text).utf8), on: socket)
            return try Self.read(try Self.receive(on: socket))
        } catch {
            throw Trouble(
                description:
                    "\(endpoint) cannot be asked: \(error.reason); is the program running, and is --admin its admin listener?"
            )
        }
    }

    private static func send(_ bytes: [UInt8], on socket: Socket) throws(SystemError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            switch socket.send(Array(rest).span) {
            case .bytes(let count): rest = rest.dropFirst(count)
            case .wouldBlock: try wait(socket, Int16(POLLOUT))
            case .failed(let error): throw error
            }
        }
    }

    private static func receive(on socket: Socket) throws(SystemError) -> [UInt8] {
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while answer.count < answerBytesMax {
            try wait(socket, Int16(POLLIN))
            let count = recv(socket.descriptor, &buffer, buffer.count, 0)
            if count == 0 { break }
            if count > 0 {
                answer += buffer[..<count]
            } else if errno != EAGAIN && errno != EINTR {
                throw SystemError("recv", errno)
            }
        }
        return answer
    }

    private static func wait(_ socket: Socket, _ events: Int16) throws(SystemError) {
        var entry = pollfd(fd: socket.descriptor, events: events, revents: 0)
        let count = poll(&entry, 1, timeoutMilliseconds)
        if count == 0 { throw SystemError("poll", ETIMEDOUT) }
        if count < 0 && errno != EINTR { throw SystemError("poll", errno) }
    }

    /// The connection ends with the answer, so that all behind its head is the body.
    private static func read(_ bytes: [UInt8]) throws(SystemError) -> Answer {
        let mark: [UInt8] = [13, 10, 13, 10]
        guard bytes.starts(with: Array("HTTP/1.1 ".utf8)), bytes.count > 12,
            let status = Int(String(decoding: bytes[9..<12], as: UTF8.self)),
            let end = bytes.indices.first(where: { bytes[$0...].starts(with: mark) })
        else { throw SystemError("answer", EPROTO) }
        return Answer(status: status, body: Array(bytes[(end + 4)...]))
    }

    /// Lets a second pass.
    static func pause() { _ = poll(nil, 0, 1000) }
}

extension AdminClient {
    static let addressDefault = "http://127.0.0.1:9900"

    /// Where the program is and what opens it, by flags, environment and configuration, in this order.
    static func find(_ command: RoomCommand, _ environment: [String: String]) throws(Trouble) -> AdminClient {
        let settings = try command.configFile.map { (file) throws(Trouble) in try load(file) }
        let listen = settings?.admin.listen.first.map { "http://\($0)" }
        let address = command.admin ?? environment["WAITINGROOM_ADMIN"] ?? listen ?? addressDefault
        guard let server = UpstreamServer(address.hasPrefix("http") ? address : "http://" + address), server.scheme == .http
        else { throw Trouble(description: "--admin is not such as \(addressDefault): \"\(address)\"") }
        if command.tokenFile == nil, let token = environment["WAITINGROOM_TOKEN"], !token.isEmpty {
            return AdminClient(server: server, token: token)
        }
        let file = command.tokenFile ?? AdminPlan.path(settings ?? Settings())
        do throws(SettingsProblems) {
            return AdminClient(server: server, token: try AdminPlan.secrets(file).first?.secret ?? "")
        } catch {
            let advice = "give the token by --token-file, WAITINGROOM_TOKEN or the program's --config"
            throw Trouble(description: "\(error.description); \(advice)")
        }
    }

    private static func load(_ file: String) throws(Trouble) -> Settings {
        do throws(SettingsProblems) {
            return try Settings.load(
                bytes: try SettingsFile.read(file), file: file, overrides: [], required: [:],
                fileTrouble: SettingsFile.trouble)
        } catch {
            throw Trouble(description: error.description)
        }
    }
}
