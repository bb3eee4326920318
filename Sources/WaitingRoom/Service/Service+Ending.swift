import Loop

/// How far the end is.
struct EndState {
    var isDraining = false
    var exitCode = Program.exitDone
    var stillBusy: Set<Int> = []
    var deadline: LoopTimer?
}

/// The end: finish what is in flight, take nothing new, by a deadline; a second signal ends at once.
extension Service {
    func endAsked(by signal: Int32) {
        if ending.isDraining {
            log(.warning, "ending.now") { $0.field("reason", "asked a second time") }
            return stop(exitCode: Program.exitDone)
        }
        notifier.stopping()
        takeover?.abandon()
        drain(because: "signal \(signal)")
    }

    func drain(because reason: String) {
        guard !ending.isDraining else { return }
        ending.isDraining = true
        health.isDraining = true
        let timeout = plan.settings.server.drainTimeout
        log(.info, "draining") { line in
            line.field("reason", reason)
            line.field("deadline_ms", milliseconds: timeout.nanoseconds)
        }
        ending.stillBusy = Set(0..<shared.loopCount)
        let control = loop.handle
        tellEdges { edge in
            let index = edge.index
            edge.drain { control.submit { control in (control.tenant as? Service)?.drained(index) } }
        }
        sockets.closeAll()
        ending.deadline = LoopTimer.after(timeout.unsigned, on: loop) { [unowned self] in
            log(.warning, "ending.now") { $0.field("reason", "what was in flight did not finish in time") }
            stop(exitCode: Program.exitDone)
        }
    }

    private func drained(_ index: Int) {
        ending.stillBusy.remove(index)
        if ending.stillBusy.isEmpty { stop(exitCode: Program.exitDone) }
    }
}
