import CLinux
import Glibc

/// Tells the service manager how the process is (the protocol of `sd_notify`: a datagram to a Unix socket). Does nothing
/// where there is none.
public struct ServiceNotifier: Sendable {
    private let path: String?
    /// Half of what the manager's watchdog allows, or nil without one.
    public let watchdogNanoseconds: UInt64?

    public init(environment: [String: String]) {
        path = environment["NOTIFY_SOCKET"].flatMap { $0.hasPrefix("/") || $0.hasPrefix("@") ? $0 : nil }
        let isOurs = environment["WATCHDOG_PID"].map { $0 == "\(getpid())" } ?? true
        let microseconds = isOurs ? environment["WATCHDOG_USEC"].flatMap(UInt64.init) ?? 0 : 0
        // 0 is no watchdog, and so is what lies beyond all time.
        let (half, isBeyond) = microseconds.multipliedReportingOverflow(by: 500)
        watchdogNanoseconds = half == 0 || isBeyond ? nil : half
    }

    public func ready(_ status: String) { send("READY=1\nSTATUS=\(status)\nMAINPID=\(getpid())") }
    public func reloading() { send("RELOADING=1\nMONOTONIC_USEC=\(Clock.system.monotonic / 1000)") }
    public func stopping() { send("STOPPING=1") }
    /// Another process is the service from now on; that this one ends is not the service's end.
    public func replaced(by process: pid_t) { send("MAINPID=\(process)") }
    public func alive() { send("WATCHDOG=1") }

    private func send(_ message: String) {
        guard let path else { return }
        let descriptor = clinux_socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue))
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
        // An abstract socket's name begins with a zero byte.
        if bytes[0] == UInt8(ascii: "@") { bytes[0] = 0 }
        let length = MemoryLayout<sa_family_t>.size + bytes.count
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let text = Array(message.utf8)
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = sendto(descriptor, text, text.count, Int32(MSG_NOSIGNAL), $0, socklen_t(length))
            }
        }
    }
}
