import Digest
import Glibc
import HTTP
import Loop
import Relay
import Settings
import Stores
import Telemetry
import Web

/// The running program. The main thread is the control loop: signals, the admin listener, reloads, health checks, and the
/// end of it all. The loops that serve visitors each have a thread and are spoken to by messages.
final class Service {
    let loop: EventLoop
    let shared: EdgeShared
    let journal: Journal
    let source: SettingsSource
    let notifier: ServiceNotifier
    let arguments: [String]
    let environment: [String: String]
    private(set) var plan: EdgePlan
    private(set) var edges: [LoopThread] = []
    let sockets: ListeningSockets
    var health = ServiceHealth()
    private(set) var line: LineSide?
    var probes: [HealthProbe] = []
    /// All that were ever configured, for their series.
    var knownUpstreams: Set<String> = []
    private(set) var admin: AdminSide?
    private var rates: RateSide?
    private var timers: [LoopTimer] = []
    private var signals: Signals?
    var reloading = ReloadState()
    var ending = EndState()
    var takeover: Takeover?
    private let readyDescriptor: Int32?

    static let handledSignals = [SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1, SIGUSR2, SIGCHLD]

    init(
        _ plan: EdgePlan, source: SettingsSource, arguments: [String], environment: [String: String]
    ) throws {
        Signals.block(Self.handledSignals)
        let descriptorsMax = DescriptorLimit.raise()
        let loopCount = plan.settings.server.loops ?? Processors.count
        var plan = plan
        plan.fitConnections(to: descriptorsMax, loopCount: loopCount)
        self.plan = plan
        self.source = source
        self.arguments = arguments
        self.environment = environment
        loop = try EventLoop()
        shared = try EdgeShared(plan.settings, loopCount: loopCount)
        journal = Journal(shared.log, level: plan.settings.log.level.logLevel)
        notifier = ServiceNotifier(environment: environment)
        let inherited = InheritedSockets(environment, settings: plan.settings, processID: getpid())
        readyDescriptor = inherited.readyDescriptor
        sockets = try ListeningSockets(plan.settings, inherited: inherited, loopCount: loopCount)
    }

    /// Serves until it is told to end. Returns the exit code.
    func run() -> Int32 {
        loop.tenant = self
        loop.onTurnEnd = { [journal, loop] in journal.flush(at: Int64(loop.unixNow)) }
        for warning in plan.warnings { log(.warning, "settings.warning") { $0.field("reason", warning) } }
        do {
            signals = try Signals(Self.handledSignals, on: loop) { [unowned self] in handle(signal: $0) }
            let line = try LineSide(plan.settings, plan.line, on: loop, journal: journal)
            self.line = line
            line.ledgers?.register(in: shared.metrics)
            line.start()
            try startEdges(line)
            let admin = try AdminSide(self)
            self.admin = admin
            rates = RateSide(self, admin.board)
        } catch {
            log(.error, "start.failed") { $0.field("reason", "\(error)") }
            _ = shared.log.close(millisecondsMax: Self.logCloseMillisecondsMax)
            return Program.exitFailed
        }
        startTimers()
        startProbes()
        watchFiles()
        announce()
        loop.run()
        finish()
        return ending.exitCode
    }

    private func startEdges(_ line: LineSide) throws {
        let count = shared.loopCount
        let (host, nodeName, isShared) = (line.host, line.nodeName, line.isShared)
        for index in 0..<count {
            let mine = try sockets.forLoop(index, of: count)
            let (plan, shared, control) = (plan, shared, loop.handle)
            edges.append(
                try LoopThread.start(name: "edge-\(index)") { loop in
                    do {
                        let store = DistantStore(host, isShared: isShared, on: control, from: loop)
                        let edge = try EdgeLoop(
                            index: index, on: loop, plan: plan, shared: shared, store: store, nodeName: nodeName)
                        loop.tenant = edge
                        try edge.listen(on: mine)
                    } catch {
                        let reason = "\(error)"
                        control.submit { control in
                            (control.tenant as? Service)?.fail("a loop cannot begin: \(reason)")
                        }
                    }
                })
        }
    }

    private func startTimers() {
        timers.append(LoopTimer.every(1_000_000_000, on: loop) { [unowned self] in askEdges() })
        timers.append(LoopTimer.every(30_000_000_000, on: loop) { [unowned self] in resolveAgain() })
        timers.append(
            LoopTimer.every(3_600_000_000_000, on: loop) { [unowned self] in
                let (limiter, startedAt) = (shared.limiter, health.startedAt)
                limiter.refresh(now: loop.now &- startedAt)
            })
        if let interval = notifier.watchdogNanoseconds {
            timers.append(
                LoopTimer.every(interval, on: loop) { [unowned self] in
                    // A loop that hangs is not kept alive by the one that does not.
                    if health.loopsRespond(at: loop.now) { notifier.alive() }
                })
        }
        health.startedAt = loop.now
        health.loopCount = shared.loopCount
        askEdges()
    }

    private func announce() {
        let http = sockets.endpoints(.http).map(\.description).joined(separator: ", ")
        let tls = sockets.endpoints(.tls).map(\.description).joined(separator: ", ")
        log(.info, "serving") { line in
            if !http.isEmpty { line.field("listen", http) }
            if !tls.isEmpty { line.field("tls", tls) }
            let admin = sockets.endpoints(.admin).map(\.description).joined(separator: ", ")
            line.field("admin", admin.isEmpty ? "off" : admin)
            line.field("upstream", plan.targets.map(\.name).joined(separator: ", "))
            line.field("limit", plan.settings.limits.perAddress?.description ?? "off")
            line.field("loops", shared.loopCount)
            line.field("version", HelpText.version)
            line.field("pid", getpid())
        }
        if plan.line.hasMadeKeys {
            log(.info, "keys.made") { line in
                line.field("file", plan.line.keysFile)
                line.field("hint", "they sign tickets and passes; all nodes of a fleet need the same ones")
            }
        }
        if plan.admin.hasMadeToken {
            log(.info, "admin.token_made") { line in
                line.field("file", plan.admin.tokenFile)
                line.field("hint", "it opens the dashboard and `waitingroom room`; whoever has it may change the rooms")
            }
        }
        health.isStarted = true
        notifier.ready("serving on \([http, tls].filter { !$0.isEmpty }.joined(separator: ", "))")
        if let readyDescriptor { ReadyPipe.sayReady(on: readyDescriptor) }
    }

    // MARK: Signals

    private func handle(signal: Int32) {
        switch signal {
        case SIGTERM, SIGINT, SIGQUIT: endAsked(by: signal)
        case SIGHUP:
            reopenLogs()
            reload(because: "SIGHUP")
        case SIGUSR1: reopenLogs()
        case SIGUSR2: takeOver()
        case SIGCHLD: takeover?.childrenEnded(ChildProcess.reap())
        default: break
        }
    }

    private func reopenLogs() {
        shared.log.reopen()
        shared.accessLog?.reopen()
        admin?.audit?.reopen()
        log(.info, "logs.reopened") { _ in }
    }

    // MARK: Speaking to the loops

    func tellEdges(_ work: @escaping @Sendable (EdgeLoop) -> Void) {
        for edge in edges {
            edge.handle.submit { loop in
                if let edge = loop.tenant as? EdgeLoop { work(edge) }
            }
        }
    }

    /// For what one loop does for all.
    func tellFirstEdge(_ work: @escaping @Sendable (EdgeLoop) -> Void) {
        edges.first?.handle.submit { loop in
            if let edge = loop.tenant as? EdgeLoop { work(edge) }
        }
    }

    private func askEdges() {
        rates?.tick()
        admin?.tick()
        let control = loop.handle
        tellEdges { edge in
            let report = edge.report
            control.submit { control in
                guard let service = control.tenant as? Service else { return }
                service.health.received(report, at: control.now)
                service.admin?.board.heard(report)
                service.rates?.heard(report)
            }
        }
    }

    /// New settings, or new addresses of upstreams, are in force from here on.
    func adopt(_ plan: EdgePlan, poolChanged: Bool) {
        self.plan = plan
        admin?.follow(plan)
        journal.level = plan.settings.log.level.logLevel
        shared.ceilings.apply(plan.settings.server)
        tellEdges { $0.apply(plan, poolChanged: poolChanged) }
        if poolChanged { startProbes() }
    }

    // MARK: Ends

    /// Stops the control loop for good; `run` returns.
    func stop(exitCode: Int32) {
        ending.exitCode = exitCode
        loop.stop()
    }

    func fail(_ reason: String) {
        log(.error, "failed") { $0.field("reason", reason) }
        stop(exitCode: Program.exitFailed)
    }

    func closeAdmin() { admin?.stop() }

    private static let logCloseMillisecondsMax = 2000

    private func finish() {
        for edge in edges {
            edge.handle.submit { loop in
                (loop.tenant as? EdgeLoop)?.abort()
                (loop.tenant as? EdgeLoop)?.flushLogs()
                loop.stop()
            }
        }
        for edge in edges { edge.join() }
        line?.stop()
        admin?.closeAudit(millisecondsMax: Self.logCloseMillisecondsMax)
        log(.info, "ended") { $0.field("exit_code", ending.exitCode) }
        journal.flush(at: Int64(loop.unixNow))
        _ = shared.accessLog?.close(millisecondsMax: Self.logCloseMillisecondsMax)
        _ = shared.log.close(millisecondsMax: Self.logCloseMillisecondsMax)
    }

    func log(_ level: LogLevel, _ event: StaticString, _ fields: (inout LogLine) -> Void) {
        journal.log(level, event, at: Int64(Clock.unixNanoseconds), fields)
    }
}

extension EdgePlan {
    /// Of the descriptors, at most a third are for origins.
    private static let originShare = 3
    /// Connections on which an origin waits for a slow client, for each that it may have work on.
    private static let clientPacedFactor = 8

    /// A connection to a client may need one to an origin as well; what the limit of open files does not leave is not
    /// promised.
    mutating func fitConnections(to descriptorsMax: Int, loopCount: Int) {
        let reserved = 64 + 8 * loopCount
        let servers = max(1, targets.count)
        let wanted = settings.upstream.connectionsMax * (1 + Self.clientPacedFactor)
        let perServer = min(wanted, descriptorsMax / Self.originShare / servers)
        clientPacedMax = max(0, perServer - settings.upstream.connectionsMax)
        let room = max(16, descriptorsMax - reserved - perServer * servers)
        guard settings.server.connectionsMax > room else { return }
        warnings.append(
            "[server] connections_max \(settings.server.connectionsMax) is more than the limit of \(descriptorsMax) open files "
                + "leaves; \(room) is used (raise ulimit -n or LimitNOFILE)")
        settings.server.connectionsMax = room
    }
}
