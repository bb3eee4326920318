import Foundation
import Testing

/// What systemd does with it: sockets that it opened, and messages that it wants.
@Suite struct ServiceManagerTests {
    /// Opens sockets and becomes the program, as a service manager does: they are 3 and on, and the process id is its own.
    static let activation = """
        import os, socket, sys
        names = sys.argv[1].split(":")
        program = sys.argv[2:]
        sockets = []
        for name in names:
            one = socket.socket()
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            one.bind(("127.0.0.1", 0))
            one.listen(64)
            sockets.append(one)
        copies = [os.dup(one.fileno()) for one in sockets]
        high = [__import__("fcntl").fcntl(copy, __import__("fcntl").F_DUPFD, 50) for copy in copies]
        for at, copy in enumerate(high):
            os.dup2(copy, 3 + at, inheritable=True)
        os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(names)), LISTEN_FDNAMES=":".join(names))
        os.execv(program[0], program)
        """

    private func activated(_ names: String, _ config: ConfigText) throws -> RunningProgram {
        try RunningProgram(config, wrapper: ["/usr/bin/env", "python3", "-c", Self.activation, names])
    }

    @Test func itServesOnTheSocketsThatItIsGiven() throws {
        let origin = try ScriptedOrigin.named("one")
        defer { origin.stop() }
        // The port in the file is somebody else's: it is not asked for.
        let other = try ScriptedOrigin()
        defer { other.stop() }
        let config = ConfigText(upstream: origin.port, with: ["server.listen": .text("127.0.0.1:\(other.port)")])
        let program = try activated("http:admin", config)
        defer { program.stop() }
        #expect(try program.ask("/").text == "one")
        #expect(try program.askAdmin("/healthz").status == 200)
        let client = Crowd(4, asking: try program.port)
        try client.wait(for: "one", more: 200)
        try client.stop()
        #expect(client.failures.isEmpty)
    }

    @Test func socketsWithoutANameOfOursAreForHTTP() throws {
        let origin = try ScriptedOrigin.named("one")
        defer { origin.stop() }
        let program = try activated("waitingroom.socket", ConfigText(upstream: origin.port))
        defer { program.stop() }
        #expect(try program.ask("/").text == "one")
    }

    @Test func theyAreHandedOnAtATakeover() throws {
        let origin = try ScriptedOrigin.named("one")
        defer { origin.stop() }
        let program = try activated("http", ConfigText(upstream: origin.port))
        defer { program.stop() }
        let (port, old) = (try program.port, "\(program.pid)")
        program.signal(SIGUSR2)
        let line = try program.log.wait("serving") { $0["pid"] != old }
        #expect(line["listen"] == "127.0.0.1:\(port)")
        #expect(try program.waitForEnd() == 0)
        #expect(try RawConnection(to: port).ask("/").text == "one")
    }

    // MARK: Messages

    /// The socket that messages go to.
    final class NotifySocket: Sendable {
        let path: String
        private let descriptor: Int32

        init(in folder: TemporaryFolder) throws {
            path = folder.path("notify")
            descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            let bytes = Array(path.utf8)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
            let size = socklen_t(MemoryLayout<sockaddr_un>.size)
            let code = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) }
            }
            guard code == 0 else { throw Trouble("bind \(path): \(String(cString: strerror(errno)))") }
            var limit = timeval(tv_sec: Patience.seconds, tv_usec: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        }

        deinit { close(descriptor) }

        /// The next message; its lines.
        func next() throws -> [String] {
            var bytes = [UInt8](repeating: 0, count: 4096)
            let count = recv(descriptor, &bytes, bytes.count, 0)
            guard count > 0 else { throw Trouble("no message: \(String(cString: strerror(errno)))") }
            return String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n").map(String.init)
        }

        /// The next one that is not the watchdog's.
        func nextButWatchdog() throws -> [String] {
            while true {
                let lines = try next()
                if lines != ["WATCHDOG=1"] { return lines }
            }
        }
    }

    @Test func itSaysWhatItDoes() throws {
        let folder = try TemporaryFolder()
        let manager = try NotifySocket(in: folder)
        let program = try RunningProgram(
            ConfigText(upstream: 9, with: ["reload.watch": false]), environment: ["NOTIFY_SOCKET": manager.path],
            folder: folder)
        defer { program.stop() }
        let ready = try manager.next()
        #expect(ready.contains("READY=1") && ready.contains("MAINPID=\(program.pid)"))
        program.signal(SIGHUP)
        let reloading = try manager.next()
        #expect(reloading.contains("RELOADING=1") && reloading.contains { $0.hasPrefix("MONOTONIC_USEC=") })
        #expect(try manager.next().contains("READY=1"))
        program.signal(SIGTERM)
        #expect(try manager.next() == ["STOPPING=1"])
        #expect(try program.waitForEnd() == 0)
    }

    @Test func theWatchdogIsFed() throws {
        let folder = try TemporaryFolder()
        let manager = try NotifySocket(in: folder)
        let program = try RunningProgram(
            ConfigText(upstream: 9), environment: ["NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "100000"], folder: folder)
        defer { program.stop() }
        #expect(try manager.next().contains("READY=1"))
        for _ in 0..<3 { #expect(try manager.next() == ["WATCHDOG=1"]) }
    }

    @Test func aTakeoverMakesTheNewProcessTheMainOne() throws {
        // The old process must not say that the service stops: the manager would believe it.
        let folder = try TemporaryFolder()
        let manager = try NotifySocket(in: folder)
        let shell = "WATCHDOG_PID=$$ exec \"$0\" \"$@\""
        let program = try RunningProgram(
            ConfigText(upstream: 9), environment: ["NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "100000"],
            wrapper: ["/bin/sh", "-c", shell], folder: folder)
        defer { program.stop() }
        #expect(try manager.nextButWatchdog().contains("MAINPID=\(program.pid)"))
        program.signal(SIGUSR2)
        let old = "\(program.pid)"
        let successor = try program.log.wait("serving") { $0["pid"] != old }["pid"]
        #expect(try program.waitForEnd() == 0)
        var main = ""
        while true {
            // The watchdog is fed by the new process; the old one has ended.
            let lines = try manager.next()
            #expect(!lines.contains("STOPPING=1"))
            if let line = lines.first(where: { $0.hasPrefix("MAINPID=") }) { main = line }
            if main == "MAINPID=\(successor)", lines == ["WATCHDOG=1"] { break }
        }
        for _ in 0..<3 { #expect(try manager.next() == ["WATCHDOG=1"]) }
    }
}
