import Address
import Glibc
import Loop

/// Looks names up on a thread of its own, one at a time for each name: who asks meanwhile gets the same answer. Belongs to
/// one loop.
final class PostgresLookup {
    typealias Found = Result<[String], PostgresConnectFault>

    private let handle: LoopHandle
    private var waiting: [String: [(Found) -> Void]] = [:]

    init(on loop: EventLoop) { handle = loop.handle }

    /// `then` is called at once for what needs no lookup: an address, or the folder of a socket.
    func find(_ settings: PostgresSettings, then: @escaping (Found) -> Void) {
        if settings.isSocketFolder { return then(.success([])) }
        let host = settings.host
        if let address = IPAddress(host) { return then(.success([address.description])) }
        waiting[host, default: []].append(then)
        guard waiting[host]?.count == 1 else { return }
        let carried = Carried(self)
        let handle = handle
        do throws(SystemError) {
            _ = try Thread.start(name: "lookup") {
                pthread_detach(pthread_self())
                let found = Self.addresses(of: host)
                handle.submit { _ in carried.lookup?.answer(host, found) }
            }
        } catch {
            answer(host, .failure(PostgresConnectFault(.lookup, "\(host) cannot be looked up: \(error)")))
        }
    }

    private static func addresses(of host: String) -> Found {
        do throws(ResolverError) {
            return .success(try Resolver.addresses(of: host).map(\.description))
        } catch {
            return .failure(PostgresConnectFault(.lookup, error.description))
        }
    }

    private func answer(_ host: String, _ found: Found) {
        for then in waiting.removeValue(forKey: host) ?? [] { then(found) }
    }

    // Unchecked: the thread only passes it on; it is looked into on the loop alone.
    private final class Carried: @unchecked Sendable {
        weak var lookup: PostgresLookup?
        init(_ lookup: PostgresLookup) { self.lookup = lookup }
    }
}
