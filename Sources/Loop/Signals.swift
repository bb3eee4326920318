import CLinux
import Glibc

/// Signals as something a loop reads, instead of a handler that interrupts.
public final class Signals: Watcher {
    private let descriptor: Int32
    private let loop: EventLoop
    private let onSignal: (Int32) -> Void

    /// Must be called before the process has a second thread, so that all of them inherit the mask.
    public static func block(_ signals: [Int32]) {
        signal(SIGPIPE, SIG_IGN)
        var set = sigset(of: signals)
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    public init(_ signals: [Int32], on loop: EventLoop, _ onSignal: @escaping (Int32) -> Void) throws(SystemError) {
        var set = Self.sigset(of: signals)
        descriptor = signalfd(-1, &set, Int32(SFD_NONBLOCK) | Int32(SFD_CLOEXEC))
        guard descriptor >= 0 else { throw SystemError("signalfd") }
        self.loop = loop
        self.onSignal = onSignal
        try loop.watch(descriptor, for: .readable, self)
    }

    public func ready(_ readiness: Readiness) {
        var info = signalfd_siginfo()
        while read(descriptor, &info, MemoryLayout<signalfd_siginfo>.size) == MemoryLayout<signalfd_siginfo>.size {
            onSignal(Int32(info.ssi_signo))
        }
    }

    private static func sigset(of signals: [Int32]) -> sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal) }
        return set
    }
}
