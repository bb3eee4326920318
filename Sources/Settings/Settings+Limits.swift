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

extension Settings.Limits {
    static let section = Section(
        "limits",
        "How much one address may ask; IPv6 counts by /64, since one customer owns that many. Beyond it 429, with Retry-After.",
        [
            Key(
                "limits", "per_address", \.limits.perAddress, Kind<Rate>.rate().or("off"),
                "Requests, as in \"100/s\", \"600/m\". A page with all that belongs to it is some hundred requests, and a "
                    + "hundred people behind one address fit once they wait or read; a script that runs on does not. \"off\" "
                    + "when something in front of us limits already."),
            Key(
                "limits", "burst", \.limits.burst, Kind<Int>.integer(1...1_000_000_000).or("auto"),
                "How many of them may come at once. \"auto\" is what per_address allows in one second, and at least one."),
            Key(
                "limits", "addresses_max", \.limits.addressesMax, .integer(1024...100_000_000), restart: true,
                "Addresses that are remembered at a time; the one that was silent longest gives way. 16 bytes each, whether "
                    + "they are used or not."),
        ])
}
