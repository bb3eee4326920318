import Address
import Loop

/// Turns a name into addresses on a thread of its own, because the system's resolver blocks.
public struct HostLookup: Sendable {
    public typealias Resolve = @Sendable (_ host: String) -> Result<[IPAddress], ResolverError>

    /// What runs on that thread; tests put something else in.
    let resolve: Resolve

    public init(_ resolve: @escaping Resolve) { self.resolve = resolve }

    public static let system = HostLookup { host in
        do throws(ResolverError) {
            return .success(try Resolver.addresses(of: host))
        } catch {
            return .failure(error)
        }
    }

    /// Calls back on the loop, unless that has ended.
    func begin(
        _ host: String, on loop: EventLoop, _ then: @escaping (Result<[IPAddress], ResolverError>) -> Void
    ) throws(SystemError) {
        let (handle, resolve, carried) = (loop.handle, resolve, Carried(then))
        try Thread.start(name: "redis-lookup") {
            let result = resolve(host)
            handle.submit { _ in carried.value(result) }
        }.detach()
    }
}

/// Carries what belongs to a loop through another thread and back.
private final class Carried<Value>: @unchecked Sendable {
    // Unchecked: the thread between only holds it; made and used on the one loop.
    let value: Value
    init(_ value: Value) { self.value = value }
}
