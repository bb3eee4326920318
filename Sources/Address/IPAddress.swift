/// An IPv4 or IPv6 address as 128 bits; IPv4 lies at ::ffff:0:0/96, so that one comparison serves both.
public struct IPAddress: Hashable, Sendable {
    public let high: UInt64
    public let low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    public init(v4 bits: UInt32) { self.init(high: 0, low: 0xffff_0000_0000 | UInt64(bits)) }

    public static let loopback4 = IPAddress(v4: 0x7f00_0001)
    public static let loopback6 = IPAddress(high: 0, low: 1)

    public var isV4: Bool { high == 0 && low >> 32 == 0xffff }
    public var v4: UInt32 { UInt32(truncatingIfNeeded: low) }

    /// 16-bit group 0 (first) to 7.
    func group(_ index: Int) -> UInt16 {
        let word = index < 4 ? high : low
        return UInt16(truncatingIfNeeded: word >> UInt64((3 - index % 4) * 16))
    }
}

extension IPAddress: LosslessStringConvertible {
    /// IPv4 dotted, or IPv6 as RFC 5952 writes it (without brackets).
    public var description: String {
        if isV4 { return "\(v4 >> 24).\(v4 >> 16 & 255).\(v4 >> 8 & 255).\(v4 & 255)" }
        var best = 0..<0
        var at = 0
        while at < 8 {
            var end = at
            while end < 8 && group(end) == 0 { end += 1 }
            if end - at > max(1, best.count) { best = at..<end }
            at = max(end, at + 1)
        }
        let hex = { (groups: Range<Int>) in groups.map { String(group($0), radix: 16) }.joined(separator: ":") }
        return best.isEmpty ? hex(0..<8) : hex(0..<best.lowerBound) + "::" + hex(best.upperBound..<8)
    }

    /// Strict: four decimal numbers without leading zeros, or IPv6 with at most one `::`; no zone, no brackets.
    public init?(_ text: String) {
        let parsed = text.utf8.contains(UInt8(ascii: ":")) ? Self.parse6(text) : Self.parse4(text).map(IPAddress.init(v4:))
        guard let parsed else { return nil }
        self = parsed
    }

    private static func parse4(_ text: some StringProtocol) -> UInt32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bits: UInt32 = 0
        for part in parts {
            guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy({ (48...57).contains($0) }),
                part.utf8.count == 1 || part.utf8.first != 48, let number = UInt8(part)
            else { return nil }
            bits = bits << 8 | UInt32(number)
        }
        return bits
    }

    private static func parse6(_ text: String) -> IPAddress? {
        guard text.utf8.count <= 45 else { return nil }
        let halves = text.split(separator: "::", maxSplits: 2, omittingEmptySubsequences: false)
        guard halves.count <= 2, let front = groups(halves[0]), let back = groups(halves.count == 2 ? halves[1] : "") else {
            return nil
        }
        let given = front.count + back.count
        guard halves.count == 2 ? given <= 7 : given == 8 else { return nil }
        // IPv4 only ends an address, and `::` behind it would be an end too.
        if halves.count == 2 && halves[0].contains(".") { return nil }
        let all = front + Array(repeating: 0, count: 8 - given) + back
        let word = { (part: ArraySlice<UInt16>) in part.reduce(UInt64(0)) { $0 << 16 | UInt64($1) } }
        return IPAddress(high: word(all[0..<4]), low: word(all[4..<8]))
    }

    /// Groups between colons; the last may be an IPv4 address, which counts for two.
    private static func groups(_ text: Substring) -> [UInt16]? {
        if text.isEmpty { return [] }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        var numbers: [UInt16] = []
        for (index, part) in parts.enumerated() {
            if index == parts.count - 1, part.contains(".") {
                guard let bits = parse4(part) else { return nil }
                numbers += [UInt16(bits >> 16), UInt16(bits & 0xffff)]
                continue
            }
            guard (1...4).contains(part.utf8.count), part.utf8.first != UInt8(ascii: "+"),
                part.utf8.first != UInt8(ascii: "-"),
                let number = UInt16(part, radix: 16)
            else { return nil }
            numbers.append(number)
        }
        return numbers
    }
}
