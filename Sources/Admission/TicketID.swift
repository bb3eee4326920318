import Digest

/// The name of a ticket: 128 random bits, never reused, told to nobody but its holder.
public struct TicketID: Hashable, Comparable, Sendable {
    public static let byteCount = 16

    public let high: UInt64
    public let low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Nil for another number of bytes.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        let words = bytes.enumerated().reduce(into: (high: UInt64(0), low: UInt64(0))) { words, byte in
            if byte.offset < 8 {
                words.high = words.high << 8 | UInt64(byte.element)
            } else {
                words.low = words.low << 8 | UInt64(byte.element)
            }
        }
        self.init(high: words.high, low: words.low)
    }

    /// Nil for anything but the one spelling that `text` gives.
    public init?(text: String) {
        guard let bytes = Base64URL.decode(text) else { return nil }
        self.init(bytes: bytes)
    }

    public static func random(from source: inout some RandomNumberGenerator) -> TicketID {
        TicketID(high: source.next(), low: source.next())
    }

    public var bytes: [UInt8] {
        (0..<16).map { UInt8(truncatingIfNeeded: ($0 < 8 ? high : low) >> UInt64(56 - $0 % 8 * 8)) }
    }

    /// 22 characters of base64url.
    public var text: String { Base64URL.encode(bytes) }

    /// By bytes, as every store orders them.
    public static func < (one: TicketID, other: TicketID) -> Bool { (one.high, one.low) < (other.high, other.low) }

    /// The words are random already.
    public func hash(into hasher: inout Hasher) { hasher.combine(low) }
}

extension TicketID: CustomStringConvertible {
    public var description: String { text }
}
