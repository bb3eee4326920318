/// Picks one of several servers: of two chosen at random, the one with less to do. Nearly as even as looking at all of
/// them, without everybody running to the same idle one.
enum Balance {
    /// `usable` are the indices to pick from; `load` says how much one has to do.
    static func pick(_ usable: [Int], random: UInt64, load: (Int) -> Int) -> Int? {
        switch usable.count {
        case 0: return nil
        case 1: return usable[0]
        default:
            let count = UInt64(usable.count)
            let first = Int(random % count)
            let other = Int((random >> 32) % (count - 1))
            let second = other < first ? other : other + 1
            return load(usable[second]) < load(usable[first]) ? usable[second] : usable[first]
        }
    }
}
