import CLinux
import Glibc

/// Runs the tasks of a loop on its thread: actor jobs and task jobs alike, one enqueue a suspension.
///
/// Start a task with `Task(executorPreference: loop.executor)`. A continuation resumed on the loop's thread goes straight
/// to the local queue; resumed elsewhere it comes in by the loop's handle.
public final class LoopExecutor: SerialExecutor, TaskExecutor, @unchecked Sendable {
    // Unchecked: `jobs` is touched on the loop's thread only, which `isOnLoop` decides before each use.
    private let handle: LoopHandle
    private var jobs: [UnownedJob] = []
    private var spare: [UnownedJob] = []
    private var thread: pthread_t?

    init(handle: LoopHandle) { self.handle = handle }

    /// The calling thread is the loop's from now on.
    func adopt() { thread = pthread_self() }

    private var isOnLoop: Bool { thread.map { pthread_equal($0, pthread_self()) != 0 } ?? false }

    var hasJobs: Bool { !jobs.isEmpty }

    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if isOnLoop {
            jobs.append(job)
        } else {
            handle.submit { loop in loop.executor.jobs.append(job) }
        }
    }

    /// Runs what is queued now; what that queues runs in the next turn, so that sockets are not starved.
    func runJobs() {
        if jobs.isEmpty { return }
        swap(&jobs, &spare)
        for job in spare {
            job.runSynchronously(isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
        }
        spare.removeAll(keepingCapacity: true)
    }

    public func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

    public func checkIsolated() { precondition(isOnLoop, "this code belongs to its loop's thread") }
}
