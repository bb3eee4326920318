import Loop

/// A thread that waits for the disk, so that no loop has to.
public struct JournalThread: Sendable {
    private let thread: LoopThread

    public static func start() throws(SystemError) -> JournalThread {
        JournalThread(thread: try LoopThread.start(name: "journal") { _ in })
    }

    public var background: Background {
        let handle = thread.handle
        return { work in handle.submit { _ in work() } }
    }

    /// Everything that was given before is done.
    public func stop() {
        if thread.handle.submit({ $0.stop() }) { thread.join() }
    }
}
