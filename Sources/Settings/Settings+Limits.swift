extension Settings {
    /// How much one address (IPv6: one /64) may ask.
    public struct Limits: Sendable, Equatable {
        /// `nil` is off.
        public var perAddress: Rate? = .perSecond(100)
        /// How many may come at once; `nil` is what `perAddress` allows in a second.
        public var burst: Int?
        public var addressesMax = 1_000_000

        /// `burst`, or one second's worth of `perAddress` and at least one.
        public var burstCount: Int {
            if let burst { return burst }
            guard let rate = perAddress, rate.perNanoseconds > 0 else { return 1 }
            let (scaled, overflow) = rate.count.multipliedReportingOverflow(by: 1_000_000_000)
            return max(1, Int(clamping: overflow ? rate.count : scaled / rate.perNanoseconds))
        }

        public init() {}
    }
}
