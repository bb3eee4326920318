import Digest

/// The ceilings of every token.
public enum TokenLimits {
    /// Of a whole token; a longer one is refused before it is looked at. None that is signed is longer.
    public static let bytesMax = TokenHeader.bytesMax + Base64URL.encodedCount(claimsBytesMax) + 1 + signatureLetters
    /// Of the claims as JSON: the longest are those of a pass that is bound to a network.
    public static let claimsBytesMax = 195
    /// Integers stay exact for readers that know doubles alone.
    public static let integerMax: UInt64 = 1 << 53 - 1
    /// How long a pass may be good for. It cannot be taken back by a store that is away, so it is short.
    public static let passLifetimeSecondsMax: UInt64 = 3600
    /// By how much the clock of the node that signed may be ahead of ours.
    public static let clockSkewSecondsMax: UInt64 = 5

    static let signatureLetters = 43
}
