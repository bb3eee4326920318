/// When a waiting visitor is to ask again: about a hundredth of its wait, so that the load of waiting stays flat however long
/// the line is, and more often near the front, so that nobody's turn passes unheard.
enum PollInterval {
    static let nearest: Microseconds = 1_000_000
    static let near: Microseconds = 2_000_000
    static let farMax: Microseconds = 30_000_000

    /// `dice` is a random word; it moves the time by a fifth at most.
    static func after(_ wait: WaitRange?, rules: RoomRules, dice: UInt64) -> Microseconds {
        // Whoever comes as late as it was told is neither taken for dead nor misses its turn.
        let far = max(min(farMax, rules.abandonAfter / 4, rules.claimWindow / 2), near)
        guard let wait else { return jittered(min(far, 10_000_000), dice) }
        if wait.low < 20_000_000 { return jittered(min(max(wait.middle / 10, nearest), near), dice) }
        return jittered(min(max(wait.middle / 100, near), far), dice)
    }

    /// Of whoever is held: who was to come in is soon to have its turn again, and all others may be many.
    static let heldAtTheDoor: Microseconds = 2_000_000
    static let heldUnknown: Microseconds = 5_000_000

    static func jittered(_ time: Microseconds, _ dice: UInt64) -> Microseconds {
        time * 4 / 5 + Microseconds(dice % UInt64(time * 2 / 5 + 1))
    }
}
