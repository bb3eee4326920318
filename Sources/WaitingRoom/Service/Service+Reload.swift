import Loop
import Relay
import Settings

/// What a reload is doing.
struct ReloadState {
    var isRunning = false
    /// Asked for again while one was running.
    var isWanted = false
    var watch: FileWatch?
    var settle: LoopTimer?
}

/// Reloads: settings are read on a thread of their own, refused whole when anything is wrong, else handed to all loops.
extension Service {
    /// Editors write in several steps; what follows within this time belongs together.
    private static let settleNanoseconds: UInt64 = 200_000_000

    func watchFiles() {
        reloading.watch?.cancel(on: loop)
        reloading.watch = nil
        guard plan.settings.reload.watch, let file = source.configFile else { return }
        let certificates = plan.settings.tls.certificates.flatMap { [$0.certificate, $0.key] }
        do {
            reloading.watch = try FileWatch(paths: [file] + certificates + plan.settings.pageFiles, on: loop) {
                [unowned self] in
                reloading.settle?.cancel()
                reloading.settle = LoopTimer.after(Self.settleNanoseconds, on: loop) { [unowned self] in
                    reload(because: "a file has changed")
                }
            }
        } catch {
            log(.warning, "reload.unwatched") { line in
                line.field("reason", error.description)
                line.field("hint", "changes take effect on SIGHUP only")
            }
        }
    }

    func reload(because cause: StaticString) {
        if reloading.isRunning {
            reloading.isWanted = true
            return
        }
        reloading.isRunning = true
        notifier.reloading()
        log(.info, "reload.begun") { $0.field("cause", cause) }
        let (source, control) = (source, loop.handle)
        let read: @Sendable () -> Void = {
            let result: Result<EdgePlan, SettingsProblems>
            do throws(SettingsProblems) {
                result = .success(try EdgePlan.prepare(try source.load()))
            } catch {
                result = .failure(error)
            }
            control.submit { control in (control.tenant as? Service)?.reloaded(result) }
        }
        do {
            _ = try Thread.start(name: "reload", read)
        } catch {
            reloading.isRunning = false
            log(.error, "reload.refused") { $0.field("reason", error.description) }
        }
    }

    private func reloaded(_ result: Result<EdgePlan, SettingsProblems>) {
        reloading.isRunning = false
        switch result {
        case .success(let new): take(new)
        case .failure(let problems):
            for problem in problems.list { log(.error, "reload.refused") { $0.field("reason", problem.description) } }
            log(.error, "reload.kept") { $0.field("reason", "nothing was changed, the old settings stay in force") }
        }
        notifier.ready("serving")
        if reloading.isWanted {
            reloading.isWanted = false
            reload(because: "asked for again")
        }
    }

    private func take(_ new: EdgePlan) {
        // Cut down as the present ones are: what the limit of open files forbids is no change.
        var effective = new
        effective.fitConnections(to: DescriptorLimit.raise(), loopCount: shared.loopCount)
        let changes = Settings.changes(from: plan.settings, to: effective.settings)
        effective.settings = plan.settings.reloaded(to: effective.settings)
        let poolChanged =
            effective.targets != plan.targets || effective.authorities != plan.authorities
            || changes.live.contains { $0.hasPrefix("upstream.") || $0 == "server.tunnel_idle_timeout" }
        adopt(effective, poolChanged: poolChanged)
        watchFiles()
        for warning in effective.warnings { log(.warning, "settings.warning") { $0.field("reason", warning) } }
        log(.info, "reload.done") { line in
            line.field("changed", changes.live.isEmpty ? "nothing" : changes.live.joined(separator: " "))
            if !changes.needRestart.isEmpty {
                line.field("after_restart", changes.needRestart.joined(separator: " "))
            }
        }
    }

    /// Names of upstreams are looked up now and then, since what they lead to moves.
    func resolveAgain() {
        let names = plan.settings.upstream.servers.filter { $0.address == nil }
        guard !names.isEmpty, !reloading.isRunning else { return }
        let (settings, control) = (plan.settings, loop.handle)
        _ = try? Thread.start(name: "resolve") {
            guard let fresh = try? EdgePlan.prepare(settings) else { return }
            control.submit { control in (control.tenant as? Service)?.resolved(fresh) }
        }
    }

    private func resolved(_ fresh: EdgePlan) {
        guard fresh.settings == plan.settings, !reloading.isRunning else { return }
        var next = plan
        var hasMoved = false
        for (index, target) in fresh.targets.enumerated() where index < next.targets.count {
            // A name server that is down for a while does not take the addresses away that were good.
            if target.endpoints.isEmpty || Set(target.endpoints) == Set(next.targets[index].endpoints) { continue }
            next.targets[index].endpoints = target.endpoints
            hasMoved = true
        }
        if hasMoved { adopt(next, poolChanged: true) }
    }
}

/// Health checks of the upstreams, on the control loop, told to all loops.
extension Service {
    func startProbes() {
        for probe in probes { probe.end() }
        probes = []
        health.down = [:]
        guard let settings = plan.settings.healthSettings else { return }
        let client = (try? plan.makeTLSClient()) ?? nil
        for target in plan.targets {
            let probe = HealthProbe(target, settings: settings, tls: client, on: loop) { [unowned self] isDown, reason in
                upstreamChanged(target.name, isDown: isDown, reason: reason)
            }
            probe.start()
            probes.append(probe)
        }
    }

    private func upstreamChanged(_ name: String, isDown: Bool, reason: String) {
        health.down[name] = isDown ? reason : nil
        log(isDown ? .warning : .info, isDown ? "upstream.down" : "upstream.up") { line in
            line.field("upstream", name)
            line.field("reason", reason)
        }
        tellEdges { $0.setDown(isDown, upstream: name) }
    }
}
