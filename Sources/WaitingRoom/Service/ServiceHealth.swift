/// What the control loop knows of the rest, for `/healthz` and `/readyz`. Pure.
struct ServiceHealth {
    /// A loop that has not answered for so long is stuck.
    static let silenceMax: UInt64 = 5_000_000_000

    var startedAt: UInt64 = 0
    var loopCount = 0
    var isStarted = false
    var isDraining = false
    /// Upstreams that the health check found down, with its reason.
    var down: [String: String] = [:]
    private(set) var reports: [Int: LoopReport] = [:]
    private var heardAt: [Int: UInt64] = [:]

    mutating func received(_ report: LoopReport, at now: UInt64) {
        reports[report.index] = report
        heardAt[report.index] = now
    }

    func loopsRespond(at now: UInt64) -> Bool {
        // One that has never answered is given as long as one that has stopped.
        let areAllHeard = heardAt.count >= loopCount || now < startedAt + Self.silenceMax
        return areAllHeard && heardAt.values.allSatisfy { now < $0 + Self.silenceMax }
    }

    /// Usable as at least one loop sees it.
    func isUsable(_ upstream: String) -> Bool {
        if down[upstream] != nil { return false }
        let seen = reports.values.flatMap(\.upstreams).filter { $0.name == upstream }
        return seen.isEmpty || seen.contains(where: \.isUsable)
    }

    /// Lines of `check: ok` or `check: what is wrong`, and whether all are well.
    /// `stores`: of each room, which one holds its line.
    func readiness(
        at now: UInt64, upstreams: [String], stores: [(room: String, use: StoreUse)] = []
    ) -> (isReady: Bool, lines: [String]) {
        var lines: [String] = []
        var isReady = true
        func check(_ name: String, _ trouble: String?) {
            lines.append("\(name): \(trouble ?? "ok")")
            if trouble != nil { isReady = false }
        }
        check("started", isStarted ? nil : "not yet")
        check("draining", isDraining ? "yes, no new connections are taken" : nil)
        check("loops", loopsRespond(at: now) ? nil : "one has not answered for 5 s")
        let usable = upstreams.filter { isUsable($0) }
        for name in upstreams where !usable.contains(name) {
            lines.append("upstream \(name): \(down[name] ?? "left alone after failures")")
        }
        check("upstreams", usable.isEmpty ? "none of \(upstreams.count) is usable" : nil)
        for (room, use) in stores { lines.append("store \(room): \(use.word)") }
        if !stores.isEmpty { check("store", StoreUse.trouble(stores.map(\.use))) }
        return (isReady, lines)
    }
}
