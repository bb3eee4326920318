import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Loop

@Suite struct LoopExecutorTests {
    /// Threads that a task was seen on, and what it said.
    private final class Diary: Sendable {
        let threads = Mutex<[UInt]>([])
        let continuation = Mutex<CheckedContinuation<Int, Never>?>(nil)
        func note() { threads.withLock { $0.append(UInt(pthread_self())) } }
    }

    private static func thread(of loop: TestLoop) throws -> UInt { try loop.run { _ in UInt(pthread_self()) } }

    @Test func tasksRunAndResumeOnTheLoop() throws {
        let loop = try TestLoop()
        let diary = Diary()
        let sum = Answer<Int>()
        let executor = try loop.run { $0.executor }
        Task(executorPreference: executor) {
            diary.note()
            let number = await withCheckedContinuation { continuation in
                diary.note()
                diary.continuation.withLock { $0 = continuation }
            }
            diary.note()
            let more = await Self.nested(diary)
            diary.note()
            sum.give(number + more)
        }
        try loop.wait { _ in diary.continuation.withLock { $0 != nil } }
        // From a thread that is not the loop's.
        let resumer = try Thread.start(name: "resumer") { diary.continuation.withLock { $0 }?.resume(returning: 40) }
        resumer.join()
        #expect(try sum.wait() == 42)
        let expected = try Self.thread(of: loop)
        #expect(diary.threads.withLock { $0 } == Array(repeating: expected, count: 5))
    }

    private static func nested(_ diary: Diary) async -> Int {
        await Task.yield()
        diary.note()
        return 2
    }

    @Test func aTaskResumedOnTheLoopGoesOnThere() throws {
        let loop = try TestLoop()
        let diary = Diary()
        let done = Answer<Int>()
        try loop.run { loop in
            Task(executorPreference: loop.executor) {
                let number = await withCheckedContinuation { continuation in
                    diary.continuation.withLock { $0 = continuation }
                }
                diary.note()
                done.give(number)
            }
        }
        try loop.wait { _ in diary.continuation.withLock { $0 != nil } }
        try loop.run { _ in diary.continuation.withLock { $0 }?.resume(returning: 1) }
        #expect(try done.wait() == 1)
        #expect(diary.threads.withLock { $0 } == [try Self.thread(of: loop)])
    }

    @Test func manyTasksAllComeToAnEnd() throws {
        let loop = try TestLoop()
        let executor = try loop.run { $0.executor }
        final class Total: Sendable { let value = Atomic<Int>(0) }
        let sum = Total()
        let done = Answer<Bool>()
        for number in 1...500 {
            Task(executorPreference: executor) {
                await Task.yield()
                let after = sum.value.wrappingAdd(number, ordering: .relaxed).newValue
                if after == 125_250 { done.give(true) }
            }
        }
        #expect(try done.wait())
    }

    @Test func anActorOfTheLoopStaysOnIt() async throws {
        let loop = try TestLoop()
        let executor = try loop.run { $0.executor }
        let counter = Counter(executor)
        for _ in 0..<10 { await counter.add() }
        let threads = await counter.threads
        #expect(Set(threads) == [try Self.thread(of: loop)])
        #expect(threads.count == 10)
    }

    private actor Counter {
        let executor: LoopExecutor
        var threads: [UInt] = []
        init(_ executor: LoopExecutor) { self.executor = executor }
        nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
        func add() { threads.append(UInt(pthread_self())) }
    }
}
