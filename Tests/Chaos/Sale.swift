import Admission
import Loop
import Postgres
import Stores
import TestSupport

/// A sale on real servers, from the first arrival to the last admission, and what is to be said of it.
struct Sale {
    let setting: Setting

    func run() throws -> Verdict {
        let stage = try Stage(nodes: setting.nodes)
        defer {
            stage.redis.close()
            stage.postgres.close()
        }
        try prepare(stage)
        let done = Answer<Bool>()
        let countdown = Countdown(setting.nodes)
        let nodes = try (0..<setting.nodes).map { number in try start(number, stage, countdown, done) }
        let director = try LoopThread.start(name: "director") { loop in direct(stage, on: loop, done) }
        let isDone = (try? done.wait(seconds: setting.patienceSeconds)) ?? false
        let reports = try nodes.map { node in try ask(node) { $0.report() } }
        for node in nodes {
            try ask(node) { $0.stop() }
            if node.handle.submit({ $0.stop() }) { node.join() }
        }
        if director.handle.submit({ $0.stop() }) { director.join() }
        return Verdict(setting, reports, isDone: isDone)
    }

    private func prepare(_ stage: Stage) throws {
        let settings = try PostgresSettings(url: stage.database)
        let outcome = Answer<String?>()
        let thread = try LoopThread.start(name: "prepare") { loop in
            PostgresSchema.prepare(settings, on: loop, deadline: loop.now + 30_000_000_000) { result in
                if case .failure(let fault) = result { outcome.give("\(fault)") } else { outcome.give(nil) }
            }
        }
        let fault = try outcome.wait()
        if thread.handle.submit({ $0.stop() }) { thread.join() }
        if let fault { throw PeerTrouble(saying: fault) }
    }

    private func start(_ number: Int, _ stage: Stage, _ countdown: Countdown, _ done: Answer<Bool>) throws -> LoopThread {
        let setting = setting
        return try LoopThread.start(name: "node\(number)") { loop in
            guard let node = try? SaleNode(number, setting, stage, on: loop) else { return }
            loop.tenant = node
            node.crowd.onDone = { if countdown.isLast() { done.give(true) } }
            node.start(on: loop)
        }
    }

    /// Begins and ends the fault when it is time.
    private func direct(_ stage: Stage, on loop: EventLoop, _ done: Answer<Bool>) {
        let fault = setting.fault
        let timers = Timers()
        loop.tenant = timers
        timers.all.append(
            LoopTimer.after(UInt64(setting.faultAfterSeconds * 1e9), on: loop) { try? stage.begin(fault) })
        timers.all.append(
            LoopTimer.after(UInt64((setting.faultAfterSeconds + setting.faultSeconds) * 1e9), on: loop) {
                try? stage.end(fault)
            })
    }

    private func ask<Value: Sendable>(_ thread: LoopThread, _ body: @escaping @Sendable (SaleNode) -> Value) throws -> Value
    {
        let answer = Answer<Value>()
        thread.handle.submit { loop in
            guard let node = loop.tenant as? SaleNode else { return }
            answer.give(body(node))
        }
        return try answer.wait()
    }
}

private final class Timers {
    var all: [LoopTimer] = []
}
