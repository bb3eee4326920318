import CLinux
import Glibc

/// A pipe by which a child process says that it is ready.
public final class ReadyPipe: Watcher {
    /// For the child.
    public let writeEnd: Int32
    private let readEnd: Int32
    private let loop: EventLoop
    private let onEnd: (Bool) -> Void
    private var isWatched = true

    /// Calls `onEnd` once: true when the child said so, false when it ended without.
    public init(on loop: EventLoop, _ onEnd: @escaping (Bool) -> Void) throws(SystemError) {
        var ends: [Int32] = [0, 0]
        guard clinux_pipe(&ends) == 0 else { throw SystemError("pipe2") }
        readEnd = ends[0]
        writeEnd = ends[1]
        self.loop = loop
        self.onEnd = onEnd
        try loop.watch(readEnd, for: .readable, self)
    }

    /// The child has its copy.
    public func closeWriteEnd() { close(writeEnd) }

    public func ready(_ readiness: Readiness) {
        var byte: UInt8 = 0
        let count = read(readEnd, &byte, 1)
        if count < 0 { return }
        cancel()
        onEnd(count == 1)
    }

    /// Nobody waits for it any more; must be called on the loop.
    public func cancel() {
        guard isWatched else { return }
        isWatched = false
        loop.unwatch(readEnd)
        close(readEnd)
    }

    /// The child's side.
    public static func sayReady(on descriptor: Int32) {
        var byte: UInt8 = 1
        _ = write(descriptor, &byte, 1)
        close(descriptor)
    }
}
