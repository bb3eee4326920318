/// A sequence number: where its holder stands among all who ever queued for a room.
///
/// The epoch goes up whenever a store was lost or replaced, so that every place of an earlier epoch precedes every place
/// of a later one. Below 2^53, because a store may keep it as a double.
public struct Place: Hashable, Comparable, Sendable {
    public static let numberBits: UInt64 = 40
    public static let numberMax: UInt64 = 1 << numberBits - 1
    public static let epochMax: UInt64 = 1 << 13 - 1
    /// Before everybody.
    public static let none = Place(unchecked: 0)
    /// Given to nobody, in a draw that is never held.
    static let ofNobody = Place(epoch: epochMax, number: 0)

    public let rawValue: UInt64

    private init(unchecked rawValue: UInt64) { self.rawValue = rawValue }

    /// Nil beyond 2^53.
    public init?(rawValue: UInt64) {
        guard rawValue < 1 << 53 else { return nil }
        self.rawValue = rawValue
    }

    /// What is beyond a ceiling stays at it.
    public init(epoch: UInt64, number: UInt64) {
        rawValue = min(epoch, Self.epochMax) << Self.numberBits | min(number, Self.numberMax)
    }

    public var epoch: UInt64 { rawValue >> Self.numberBits }
    public var number: UInt64 { rawValue & Self.numberMax }

    /// A ticket of the pre-queue: its number is drawn at the opening, see `Draw`.
    public var awaitsDraw: Bool { number == 0 && rawValue != 0 }

    public static func < (one: Place, other: Place) -> Bool { one.rawValue < other.rawValue }
}

extension Place: CustomStringConvertible {
    public var description: String { "\(epoch):\(number)" }
}
