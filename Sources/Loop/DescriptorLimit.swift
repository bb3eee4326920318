import CLinux
import Glibc

/// How many descriptors this process may have.
public enum DescriptorLimit {
    /// Raises the soft limit to the hard one and says what it is then.
    public static func raise() -> Int {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(resource, &limit) == 0 else { return 1024 }
        if limit.rlim_cur < limit.rlim_max {
            limit.rlim_cur = limit.rlim_max
            _ = setrlimit(resource, &limit)
            _ = getrlimit(resource, &limit)
        }
        return Int(clamping: limit.rlim_cur)
    }
}

/// A descriptor kept in reserve: given up for a moment when none is left, so that a connection can be taken from the
/// queue and closed, instead of the listener being reported ready for ever.
public struct DescriptorReserve: ~Copyable {
    private var descriptor: Int32

    public init() { descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC) }

    deinit { if descriptor >= 0 { close(descriptor) } }

    public var isHeld: Bool { descriptor >= 0 }

    /// Frees the reserve for the duration of `body`.
    public mutating func lend<Result>(_ body: () -> Result) -> Result {
        if descriptor >= 0 { close(descriptor) }
        defer { descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC) }
        return body()
    }
}
