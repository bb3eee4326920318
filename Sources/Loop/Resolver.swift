import Address
import CLinux
import Glibc

/// Turns a host name into addresses. It blocks, as the system's resolver does, so it is called before the loops run or on
/// a thread of its own, never on a loop.
public enum Resolver {
    static let addressesMax = 16

    public static func addresses(of host: String) throws(ResolverError) -> [IPAddress] {
        if let literal = IPAddress(host) { return [literal] }
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = Int32(AI_ADDRCONFIG)
        var first: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, nil, &hints, &first)
        guard code == 0 else { throw ResolverError(host: host, reason: String(cString: gai_strerror(code))) }
        defer { freeaddrinfo(first) }
        var found: [IPAddress] = []
        var next = first
        while let entry = next, found.count < addressesMax {
            var storage = sockaddr_storage()
            let length = min(Int(entry.pointee.ai_addrlen), MemoryLayout<sockaddr_storage>.size)
            memcpy(&storage, entry.pointee.ai_addr, length)
            if let endpoint = Endpoint(storage), !found.contains(endpoint.address) { found.append(endpoint.address) }
            next = entry.pointee.ai_next
        }
        if found.isEmpty { throw ResolverError(host: host, reason: "the name has no address") }
        return found
    }
}

public struct ResolverError: Error, Sendable, CustomStringConvertible {
    public let host: String
    public let reason: String

    public init(host: String, reason: String) {
        self.host = host
        self.reason = reason
    }

    public var description: String { "\(host) cannot be resolved: \(reason)" }
}
