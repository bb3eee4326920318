import Admission

/// What comes with every call: which line its caller knows, the clock, the rules. As text, since it is read once for a whole
/// batch, and so that it can be read in a slow log.
enum RoomHeader {
    static let fieldCount = 26

    /// Numbers are whole and exact in a script up to 2^53; sums of two of these stay below that.
    static let exactMax = TimeBounds.timeMax

    static func text(_ call: StoreCall, now: Microseconds?) -> String {
        let rules = call.rules
        let fields: [String] =
            [
                epoch(call.epoch), lineage(call.lineage), optional(now),
                exact(rules.rate.count), exact(rules.rate.perMicroseconds), exact(rules.burst), exact(rules.slotsMax),
                exact(rules.waitingMax), rules.state.rawValue, rules.method.rawValue,
                optional(rules.schedule.prequeueAt), optional(rules.schedule.opensAt), optional(rules.schedule.closesAt),
                exact(rules.claimWindow), exact(rules.turnGrace), exact(rules.abandonAfter), exact(rules.slotLife),
                exact(rules.spentLife), exact(rules.freshWindow), exact(rules.sessionMax), exact(rules.standstillAfter),
                exact(rules.endedLife),
            ] + bounds(rules.rateBounds)
        return fields.joined(separator: " ")
    }

    private static func bounds(_ bounds: RateBounds?) -> [String] {
        guard let bounds else { return ["-", "-", "-", "-"] }
        return [bounds.min, bounds.max].flatMap { [exact($0.count), exact($0.perMicroseconds)] }
    }

    /// Shares, lengths of names, names: `3:7:general,1:3:vip,`.
    static func lanes(_ rules: RoomRules) -> String {
        rules.lanes.map { "\($0.share):\($0.name.utf8.count):\($0.name)," }.joined()
    }

    /// What is beyond is as good as endless, and stays at the ceiling.
    static func exact(_ number: Int64) -> String { String(min(max(number, -exactMax), exactMax)) }

    static func epoch(_ epoch: UInt64) -> String { String(min(epoch, UInt64(exactMax))) }

    /// 16 digits; not a number in a script, where one has 53 bits.
    static func lineage(_ lineage: UInt64) -> String {
        let digits = String(lineage, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private static func optional(_ number: Microseconds?) -> String { number.map(exact) ?? "-" }
}
