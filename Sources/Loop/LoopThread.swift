import CLinux
import Glibc

/// A thread of its own for a loop.
public struct LoopThread: Sendable {
    public let handle: LoopHandle
    private let thread: Thread

    /// Starts a loop on a new thread and calls `setUp` there before its first turn.
    public static func start(
        name: String, clock: Clock = .system, setUp: @escaping @Sendable (EventLoop) -> Void
    ) throws(SystemError) -> LoopThread {
        let loop = try EventLoop(clock: clock)
        let handle = loop.handle
        // The loop is given to the new thread and not used here again.
        let carried = Carried(loop)
        let thread = try Thread.start(name: name) {
            let loop = carried.value
            setUp(loop)
            loop.run()
        }
        return LoopThread(handle: handle, thread: thread)
    }

    /// Waits until the thread has ended.
    public func join() { thread.join() }
}

/// Carries what is not Sendable into the thread that owns it from then on.
private final class Carried<Value>: @unchecked Sendable {
    // Unchecked: made on one thread, used on one other, handed over by the start of that thread.
    let value: Value
    init(_ value: Value) { self.value = value }
}

/// A plain thread.
public struct Thread: Sendable {
    private let thread: pthread_t

    public static func start(name: String, _ body: @escaping @Sendable () -> Void) throws(SystemError) -> Thread {
        var thread = pthread_t()
        let start = Unmanaged.passRetained(Start(name: name, body: body))
        let code = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
                clinux_name_thread(String(start.name.prefix(15)))
                start.body()
                return nil
            }, start.toOpaque())
        guard code == 0 else {
            start.release()
            throw SystemError("pthread_create", code)
        }
        return Thread(thread: thread)
    }

    /// Waits until it has ended.
    public func join() { pthread_join(thread, nil) }

    /// Nobody will wait for it: what the kernel keeps for that goes when it ends.
    public func detach() { pthread_detach(thread) }

    private final class Start: Sendable {
        let name: String
        let body: @Sendable () -> Void
        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }
}
