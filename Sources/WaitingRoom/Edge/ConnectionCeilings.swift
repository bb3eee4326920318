import Address
import Admission
import Digest
import Settings
import Synchronization
import Web

/// How many connections there may be, in total and from one address, over all loops.
final class ConnectionCeilings: ConnectionPolicy, Sendable {
    private let total = Atomic<Int>(0)
    private let totalMax: Atomic<Int>
    /// 0: no ceiling.
    private let perAddressMax: Atomic<Int>
    /// Proxies of ours, behind each of which are many people.
    private let uncounted: Mutex<[Network]>
    private let counter: ConnectionCounter

    init(_ settings: Settings.Server, addressesMax: Int) {
        totalMax = Atomic(settings.connectionsMax)
        perAddressMax = Atomic(settings.connectionsPerAddressMax ?? 0)
        uncounted = Mutex(settings.trustedProxies + settings.proxyProtocol)
        counter = ConnectionCounter(addressesMax: addressesMax, seed: (SecureRandom.word(), SecureRandom.word()))
    }

    func apply(_ settings: Settings.Server) {
        totalMax.store(settings.connectionsMax, ordering: .relaxed)
        perAddressMax.store(settings.connectionsPerAddressMax ?? 0, ordering: .relaxed)
        uncounted.withLock { $0 = settings.trustedProxies + settings.proxyProtocol }
    }

    /// Where the connection was counted, or nil when it may not stay.
    func admit(_ address: IPAddress) -> UInt64? {
        guard total.wrappingAdd(1, ordering: .relaxed).newValue <= totalMax.load(ordering: .relaxed) else {
            total.wrappingSubtract(1, ordering: .relaxed)
            return nil
        }
        let perAddress = perAddressMax.load(ordering: .relaxed)
        let isUncounted = uncounted.withLock { $0.contains { $0.contains(address) } }
        if perAddress == 0 || isUncounted { return UInt64(ConnectionPlace.untracked.slot) }
        switch counter.acquire(address, limit: perAddress) {
        case .granted(let place):
            return UInt64(place.slot)
        case .refused:
            total.wrappingSubtract(1, ordering: .relaxed)
            return nil
        }
    }

    func release(_ token: UInt64) {
        total.wrappingSubtract(1, ordering: .relaxed)
        counter.release(ConnectionPlace(slot: UInt32(truncatingIfNeeded: token)))
    }
}
