import Address
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Loop

@Suite struct EventLoopTests {
    /// Notes what it is told, and does something about it.
    private final class Watch: Watcher {
        var events: [Readiness] = []
        var react: (Readiness) -> Void = { _ in }

        func ready(_ readiness: Readiness) {
            events.append(readiness)
            react(readiness)
        }
    }

    private final class Pipe {
        let ends: [Int32]
        let watch = Watch()

        init() { ends = unblockedPipe() }

        func fill() {
            var byte: UInt8 = 1
            _ = write(ends[1], &byte, 1)
        }

        func drain() {
            var byte: UInt8 = 0
            while read(ends[0], &byte, 1) == 1 {}
        }
    }

    @Test func workComesInOrderAndExactlyOnce() throws {
        let loop = try TestLoop()
        let box = Answer<Bool>()
        let count = 2000
        final class Shared: Sendable {
            let seen = Mutex<[[Int]]>([[], [], []])
        }
        let shared = Shared()
        let threads = try (0..<3).map { lane in
            try Thread.start(name: "submitter") {
                for number in 0..<count {
                    loop.handle.submit { _ in shared.seen.withLock { $0[lane].append(number) } }
                }
            }
        }
        for thread in threads { thread.join() }
        loop.handle.submit { _ in box.give(true) }
        _ = try box.wait()
        #expect(shared.seen.withLock { $0.allSatisfy { $0 == Array(0..<count) } })
    }

    @Test func afterItsEndALoopTakesNoWork() throws {
        let loop = try TestLoop()
        let last = Answer<Bool>()
        try loop.run { loop in
            loop.stop()
            // What was taken before the end still runs.
            loop.handle.submit { _ in last.give(true) }
        }
        #expect(try last.wait())
        loop.stop()
        try loop.wait(untilEnded: ())
        #expect(!loop.handle.submit { _ in Issue.record("ran after the end") })
    }

    @Test func eventsOfAClosedDescriptorGoToNobody() throws {
        let loop = try TestLoop()
        try loop.run { loop in
            // Both are ready in the same turn; whoever is told first closes the other one and opens something new, which
            // gets the same number.
            let pipes = [Pipe(), Pipe()]
            let newcomer = Watch()
            for (at, pipe) in pipes.enumerated() {
                pipe.fill()
                pipe.watch.react = { _ in
                    let other = pipes[1 - at]
                    pipe.drain()
                    guard other.watch.events.isEmpty else { return }
                    loop.unwatch(other.ends[0])
                    close(other.ends[0])
                    dup2(unblockedPipe()[0], other.ends[0])
                    try? loop.watch(other.ends[0], for: .readable, newcomer)
                }
                try loop.watch(pipe.ends[0], for: .readable, pipe.watch)
            }
            loop.tenant = Keep([pipes[0], pipes[1], newcomer])
        }
        try loop.settle()
        let counts = try loop.run { loop -> [Int] in
            let kept = try #require(loop.tenant as? Keep).all
            return kept.map { ($0 as? Pipe)?.watch.events.count ?? ($0 as? Watch)?.events.count ?? -1 }
        }
        #expect(counts[0] + counts[1] == 1, "only the first of the two was told")
        #expect(counts[2] == 0, "the newcomer heard of its predecessor's event")
    }

    private final class Keep {
        let all: [AnyObject]
        init(_ all: [AnyObject]) { self.all = all }
    }

    private final class Diary: Sendable {
        let lines = Mutex<[String]>([])
        func note(_ line: String) { lines.withLock { $0.append(line) } }
    }

    @Test func turnEndsComeLastAndInOrder() throws {
        final class Ends: TurnEnd {
            let diary: Diary
            let loop: EventLoop
            var again = true
            init(_ loop: EventLoop, _ diary: Diary) {
                self.loop = loop
                self.diary = diary
            }
            func turnEnded() {
                diary.note("end")
                if again {
                    again = false
                    loop.atTurnEnd(self)
                }
            }
        }
        let loop = try TestLoop()
        let diary = Diary()
        try loop.run { loop in
            loop.onTurnEnd = { diary.note("log") }
            loop.atTurnEnd(Ends(loop, diary))
            loop.handle.submit { _ in diary.note("next turn") }
            diary.note("work")
        }
        try loop.settle()
        #expect(diary.lines.withLock { $0.prefix(5) } == ["work", "end", "end", "log", "next turn"])
    }

    @Test func endsThatAskForEndsDoNotStopTheWorld() throws {
        final class Endless: TurnEnd {
            let loop: EventLoop
            init(_ loop: EventLoop) { self.loop = loop }
            func turnEnded() { loop.atTurnEnd(self) }
        }
        let loop = try TestLoop()
        try loop.run { $0.atTurnEnd(Endless($0)) }
        #expect(try loop.run { _ in true })
    }

    @Test func ofTwoLoopsAtOneListenerEveryConnectionIsTakenOnce() throws {
        final class Acceptor: Watcher {
            let socket: Socket
            var taken: [Socket] = []
            init(_ socket: Socket) { self.socket = socket }
            func ready(_ readiness: Readiness) {
                while case .connection(let connection, _) = socket.accept() { taken.append(connection) }
            }
        }
        let listener = try Socket.listen(on: Endpoint(address: .loopback4, port: 0), backlog: 128)
        let endpoint = try #require(listener.localEndpoint)
        let loops = [try TestLoop(), try TestLoop()]
        for loop in loops {
            let mine = try listener.duplicate()
            try loop.run { loop in
                let acceptor = Acceptor(mine)
                loop.tenant = acceptor
                try loop.watchListener(mine.descriptor, acceptor)
            }
        }
        let clients = try (0..<32).map { _ in try Peer.connect(to: endpoint) }
        for loop in loops { try loop.settle() }
        let counts = try loops.map { try $0.run { ($0.tenant as? Acceptor)?.taken.count ?? 0 } }
        #expect(counts.reduce(0, +) == clients.count)
        for loop in loops { try loop.run { ($0.tenant as? Acceptor)?.taken.forEach { $0.close() } } }
        listener.close()
    }
}

extension TestLoop {
    /// Until no work is taken any more.
    func wait(untilEnded: Void) throws {
        let begun = Clock.system.monotonic
        while handle.submit({ _ in }) {
            guard Clock.system.monotonic - begun < UInt64(patienceSeconds) * 1_000_000_000 else { return }
            sched_yield()
        }
    }
}

private func unblockedPipe() -> [Int32] {
    var ends: [Int32] = [0, 0]
    pipe(&ends)
    for end in ends { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
    return ends
}
