/// How long somebody waits before giving up.
public struct Patience: Equatable, Sendable {
    /// Nil is for ever.
    public var meanNanoseconds: UInt64?

    public init(meanNanoseconds: UInt64? = nil) { self.meanNanoseconds = meanNanoseconds }

    /// Between a half and one and a half of the mean; `UInt64.max` for ever.
    public func draw(_ dice: inout Dice) -> UInt64 {
        guard let meanNanoseconds else { return .max }
        return dice.around(meanNanoseconds)
    }
}
