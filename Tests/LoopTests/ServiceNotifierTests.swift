import Foundation
import Glibc
import TestSupport
import Testing

@testable import Loop

@Suite struct ServiceNotifierTests {
    /// The manager's end of the socket. `name`: a path, or `@` and a name that is in no folder.
    private final class ServiceSocket {
        let descriptor: Int32
        init(_ name: String) throws {
            descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            var limit = timeval(tv_sec: patienceSeconds, tv_usec: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            var bytes = Array(name.utf8)
            if bytes.first == UInt8(ascii: "@") { bytes[0] = 0 }
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
            let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
            let bound = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
            }
            guard descriptor >= 0, bound == 0 else { throw SystemError("bind") }
        }
        deinit { close(descriptor) }
        func message() -> String {
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = recv(descriptor, &buffer, buffer.count, 0)
            return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
        }
    }

    @Test(arguments: [true, false]) func theManagerIsTold(_ isAbstract: Bool) throws {
        let unique = "waitingroom-test-\(UUID().uuidString)"
        let path = "/tmp/\(unique)"
        defer { unlink(path) }
        let name = isAbstract ? "@\(unique)" : path
        let manager = try ServiceSocket(name)
        let notifier = ServiceNotifier(environment: ["NOTIFY_SOCKET": name])
        notifier.ready("serving on 127.0.0.1:8080")
        #expect(manager.message() == "READY=1\nSTATUS=serving on 127.0.0.1:8080\nMAINPID=\(getpid())")
        notifier.reloading()
        #expect(manager.message().hasPrefix("RELOADING=1\nMONOTONIC_USEC="))
        notifier.alive()
        #expect(manager.message() == "WATCHDOG=1")
        notifier.stopping()
        #expect(manager.message() == "STOPPING=1")
    }

    @Test func withoutAManagerNothingHappens() {
        for environment in [[:], ["NOTIFY_SOCKET": ""], ["NOTIFY_SOCKET": "relative"], ["NOTIFY_SOCKET": "/no/such/socket"]]
        {
            ServiceNotifier(environment: environment).ready("nobody hears")
        }
        ServiceNotifier(environment: ["NOTIFY_SOCKET": "/" + String(repeating: "x", count: 200)]).alive()
    }

    @Test func theWatchdogIsAnsweredInHalfItsTime() {
        func interval(_ environment: [String: String]) -> UInt64? {
            ServiceNotifier(environment: environment).watchdogNanoseconds
        }
        #expect(interval(["WATCHDOG_USEC": "30000000"]) == 15_000_000_000)
        #expect(interval(["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "\(getpid())"]) == 15_000_000_000)
        #expect(interval(["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"]) == nil)
        #expect(interval([:]) == nil)
        #expect(interval(["WATCHDOG_USEC": "soon"]) == nil)
        // None, and for ever: neither is a time to answer in.
        #expect(interval(["WATCHDOG_USEC": "0"]) == nil)
        #expect(interval(["WATCHDOG_USEC": "\(UInt64.max)"]) == nil)
    }
}
