import Glibc
import Loop

/// A new process of the (perhaps replaced) program file that takes over the listening sockets. Since the sockets stay open
/// throughout, no connection is refused or lost: both accept until the new one is ready, then this one drains.
final class Takeover {
    private let service: Service
    private var pipe: ReadyPipe?
    private var deadline: LoopTimer?
    private(set) var child: pid_t = 0
    private var isOver = false

    private static let readyTimeout: UInt64 = 60_000_000_000

    init(_ service: Service) { self.service = service }

    func start() throws(SystemError) {
        let path = Self.programPath(service.arguments.first ?? "waitingroom", searchPath: service.environment["PATH"] ?? "")
        let pipe = try ReadyPipe(on: service.loop) { [unowned self] in ended(isReady: $0) }
        let listening = service.sockets.all
        var environment = service.environment
        environment["LISTEN_PID"] = nil
        environment["LISTEN_FDS"] = nil
        environment["LISTEN_FDNAMES"] = nil
        environment[InheritedSockets.ownVariable] = listening.map(\.kind.rawValue).joined(separator: ":")
        environment[InheritedSockets.readyVariable] = "\(InheritedSockets.firstDescriptor + Int32(listening.count))"
        // The new process is the one to be watched from now on.
        environment["WATCHDOG_PID"] = nil
        defer { pipe.closeWriteEnd() }
        do throws(SystemError) {
            child = try ChildProcess.start(
                path, arguments: Array(service.arguments.dropFirst()), environment: environment,
                descriptors: listening.map(\.socket.descriptor) + [pipe.writeEnd])
        } catch {
            pipe.cancel()
            throw error
        }
        self.pipe = pipe
        deadline = LoopTimer.after(Self.readyTimeout, on: service.loop) { [unowned self] in
            kill(child, SIGTERM)
            giveUp("it was not ready after 60 s")
        }
    }

    /// Where the program file is now. By the name it was started with, so that a link that leads to a new release counts.
    static func programPath(_ name: String, searchPath: String) -> String {
        if name.contains("/") { return name }
        for folder in searchPath.split(separator: ":") {
            let path = "\(folder)/\(name)"
            if access(path, X_OK) == 0 { return path }
        }
        return "/proc/self/exe"
    }

    /// This process ends, and one that is not ready yet has nothing to take over.
    func abandon() {
        guard !isOver else { return }
        kill(child, SIGTERM)
        giveUp("this process was told to end first")
    }

    func childrenEnded(_ children: [(pid: pid_t, status: Int32)]) {
        for ended in children where ended.pid == child { giveUp("it ended with status \(ended.status >> 8 & 255)") }
    }

    private func ended(isReady: Bool) {
        guard !isOver else { return }
        guard isReady else { return giveUp("it ended before it was ready") }
        isOver = true
        deadline?.cancel()
        service.log(.info, "takeover.done") { $0.field("pid", child) }
        service.closeAdmin()
        service.notifier.replaced(by: child)
        service.drain(because: "process \(child) has taken over")
    }

    private func giveUp(_ reason: String) {
        guard !isOver else { return }
        isOver = true
        deadline?.cancel()
        // A process that the child has left behind may hold its end open.
        pipe?.cancel()
        service.log(.error, "takeover.failed") { line in
            line.field("reason", reason)
            line.field("hint", "this process goes on serving")
        }
        service.takeover = nil
    }
}

extension Service {
    func takeOver() {
        if takeover != nil || ending.isDraining {
            return log(.warning, "takeover.refused") { $0.field("reason", "one is under way, or this process is ending") }
        }
        let next = Takeover(self)
        do {
            try next.start()
            takeover = next
            log(.info, "takeover.begun") { $0.field("pid", next.child) }
        } catch {
            log(.error, "takeover.failed") { $0.field("reason", error.description) }
        }
    }
}
