import CLinux
import Glibc

/// A system call that failed: what was tried, and the kernel's reason.
public struct SystemError: Error, Equatable, Sendable, CustomStringConvertible {
    public let call: String
    public let code: Int32

    public init(_ call: String, _ code: Int32 = errno) {
        self.call = call
        self.code = code
    }

    public var reason: String { String(cString: strerror(code)) }
    public var description: String { "\(call): \(reason)" }

    /// The process or the system has no descriptor left.
    public var isExhaustion: Bool { code == EMFILE || code == ENFILE || code == ENOBUFS || code == ENOMEM }
}
