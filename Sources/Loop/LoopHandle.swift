import CLinux
import Glibc
import Synchronization

/// The way into a loop from another thread: a queue of work and an eventfd that wakes it.
public final class LoopHandle: Sendable {
    public typealias Work = @Sendable (EventLoop) -> Void

    private struct Queue {
        var work: [Work] = []
        var isWoken = false
        var isClosed = false
    }

    private let queue = Mutex(Queue())
    let wakeDescriptor: Int32

    init(wakeDescriptor: Int32) { self.wakeDescriptor = wakeDescriptor }

    deinit { _ = Glibc.close(wakeDescriptor) }

    /// Runs `work` on the loop, in order of submission. False when the loop has ended: the work will not run.
    @discardableResult
    public func submit(_ work: @escaping Work) -> Bool {
        let wakes: Bool? = queue.withLock { queue in
            if queue.isClosed { return nil }
            queue.work.append(work)
            defer { queue.isWoken = true }
            return !queue.isWoken
        }
        guard let wakes else { return false }
        if wakes { eventfd_write(wakeDescriptor, 1) }
        return true
    }

    func take() -> [Work] {
        var count: UInt64 = 0
        eventfd_read(wakeDescriptor, &count)
        return queue.withLock { queue in
            queue.isWoken = false
            defer { queue.work = [] }
            return queue.work
        }
    }

    func end() -> [Work] {
        queue.withLock { queue in
            queue.isClosed = true
            defer { queue.work = [] }
            return queue.work
        }
    }
}
