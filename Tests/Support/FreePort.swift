import Glibc
import Synchronization

/// A port on loopback for a server that is started, stopped and started again on it.
///
/// Below the range from which the kernel takes ports by itself, so that no client gets it while the server is down. Each is
/// given once a process; another process begins elsewhere.
enum FreePort {
    private static let ports = 12_000..<32_000
    private static let last = Mutex(Int(getpid()) * 61)

    static func find() throws -> UInt16 {
        for _ in ports {
            let number = last.withLock { last in
                last += 1
                return UInt16(ports.lowerBound + last % ports.count)
            }
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            guard descriptor >= 0 else { throw PeerTrouble("socket") }
            defer { close(descriptor) }
            if LoopbackAddress(number).with({ bind(descriptor, $0, $1) }) == 0 { return number }
        }
        throw PeerTrouble(saying: "no port between \(ports.lowerBound) and \(ports.upperBound) is free")
    }
}
