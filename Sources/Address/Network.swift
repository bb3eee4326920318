/// A block of addresses, such as `10.0.0.0/8` or `2001:db8::/32`.
public struct Network: Hashable, Sendable {
    public let base: IPAddress
    /// Of the 128 bits; an IPv4 prefix counts 96 more than it is written with.
    public let prefixBits: Int

    public init(base: IPAddress, prefixBits: Int) {
        let bits = min(max(prefixBits, 0), 128)
        self.base = base.masked(to: bits)
        self.prefixBits = bits
    }

    public var isV4: Bool { prefixBits >= 96 && base.isV4 }

    /// An IPv6 block holds no IPv4 address: `::/0` is all of IPv6 only, though IPv4 lies within its bits.
    public func contains(_ address: IPAddress) -> Bool {
        address.masked(to: prefixBits) == base && address.isV4 == isV4
    }
}

extension IPAddress {
    /// The same with all but the first `prefixBits` of its 128 bits cleared.
    public func masked(to prefixBits: Int) -> IPAddress {
        if prefixBits >= 128 { return self }
        if prefixBits <= 0 { return IPAddress(high: 0, low: 0) }
        if prefixBits <= 64 { return IPAddress(high: high & ~(UInt64.max >> UInt64(prefixBits)), low: 0) }
        return IPAddress(high: high, low: low & ~(UInt64.max >> UInt64(prefixBits - 64)))
    }
}

extension Network: LosslessStringConvertible {
    public var description: String { isV4 ? "\(base)/\(prefixBits - 96)" : "\(base)/\(prefixBits)" }

    /// A block, or a single address; bits set behind the prefix are refused, since they are mostly a mistake.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPAddress(String(parts[0])) else { return nil }
        var bits = 128
        if parts.count == 2 {
            let digits = parts[1]
            guard (1...3).contains(digits.utf8.count), digits.utf8.allSatisfy({ (48...57).contains($0) }),
                digits.utf8.count == 1 || digits.utf8.first != 48, let number = Int(digits),
                number <= (address.isV4 ? 32 : 128)
            else { return nil }
            bits = address.isV4 ? number + 96 : number
        }
        guard address.masked(to: bits) == address else { return nil }
        self.init(base: address, prefixBits: bits)
    }
}
