import Admission

/// What a run is made of: everything that does not follow from the dice alone.
public struct Scenario: Sendable {
    public enum Kind: String, Sendable, CaseIterable {
        /// Nothing goes wrong but the visitors.
        case calm
        /// Calls and answers get lost, late, doubled; nodes are cut off.
        case network
        /// The store is slow, stopped, killed, emptied, set back.
        case losses
        /// Nodes crash, restart, come and go.
        case nodes
        case clocks
        /// Rate, cap and state are changed live and by configuration.
        case operators
        /// Everybody is there before the opening.
        case prequeue
        /// Who goes first is drawn, whenever one came.
        case lottery
        case lanes
        /// Two stores and a roster.
        case failover
        /// The room is moved to the fallback and back, more than once, while nodes come, go and are alone.
        case moves
        /// No store is there for a while, as each `on_store_loss` has it.
        case storeless
        /// A node is cut off for longer than a store keeps who is not heard of.
        case silence
        /// So many that what nodes remember does not fit into one call; the store is lost while they wait.
        case crowd
        /// Of everything some.
        case mixed
        /// A million visitors, four nodes, a store that is emptied once.
        case million
        /// A sale of the size and with the times of a real one, of whose visitors every second goes away without a word.
        case ghosts
    }

    public var kind: Kind
    public var visitors: Int
    var nodes: Int
    var rules: RoomRules
    /// All have come by then.
    var arrivalsEnd: Microseconds
    /// So many in a hundred stand at the door at the very beginning.
    var wallPercent: Int64
    var delay: ClosedRange<Microseconds> = 200...3_000
    /// Of calls and of answers, in a thousand, as long as faults go on.
    var lostPerThousand = 0
    var doubledPerThousand = 0
    var clockDriftMax: Int64 = 50
    var clockOffsetMax: Microseconds = 2_000_000
    var isSticky = true
    var hasFallback = false
    var loss = StoreLoss.hold
    /// Nodes know what to do without a store.
    var hasFailover: Bool { hasFallback || kind == .storeless }
    var faults: [Fault] = []
    /// A session is renewed less often than so.
    var renewalsMax = 3
    /// By weight, in the order of `Visitor.Habit`.
    var habits: [Int] = [60, 8, 5, 5, 6, 4, 5, 4, 3]

    /// Who vanishes does so with its first question after this; nil: whenever its patience ends.
    var ghostsGoAt: Microseconds?

    /// Nothing goes wrong any more from then on.
    var faultsEnd: Microseconds { faults.map(\.end).max() ?? 0 }

    /// Long enough for everybody, however slow: a run ends when all is done, and this is when it should have been.
    var endMax: Microseconds {
        var seconds = rules.rate.perSecond
        var slots = rules.slotsMax
        // What an operator sets stays.
        for fault in faults {
            switch fault.kind {
            case .rules(let rate, let slotsMax):
                seconds = min(seconds, rate.perSecond)
                slots = min(slots, slotsMax)
            case .control(let changes):
                for change in changes {
                    if case .rate(let rate?) = change { seconds = min(seconds, rate.perSecond) }
                    if case .slotsMax(let slotsMax?) = change { slots = min(slots, slotsMax) }
                }
            default: break
            }
        }
        let bySlots = Double(max(slots, 1)) / (Double(sessionMax) / 1e6)
        let slowest = max(min(seconds, bySlots), 0.05)
        let opening = rules.schedule.opensAt ?? 0
        return max(faultsEnd, arrivalsEnd, opening) + Microseconds(Double(visitors) / slowest * 2.5e6) + 240_000_000
            + rules.turnGrace * 5 / 2 + rules.claimWindow
    }

    /// A slot is taken no longer, all renewals and the idle end included.
    var sessionMax: Microseconds {
        Microseconds(renewalsMax) * rules.passLife + max(rules.sessionIdle, rules.passLife)
    }

    /// Nodes have brought back all that they know so long after a store has come back.
    static let restored: Microseconds = 8_000_000

    /// After a fault it takes so long at most until everybody who polls as told is in the line again. Where nodes know all that
    /// is to be known, as long as they need to bring it back; else a poll, a beat, and a call that times out.
    func recovery(from fault: Fault.Kind) -> Microseconds {
        let poll = max(min(30_000_000, rules.abandonAfter / 4), 2_000_000) * 6 / 5
        let all = poll + rules.abandonAfter / 6 + poll + 12_000_000
        if hasFallback { return all + 30_000_000 }
        return switch fault {
        case .emptiedStore, .killedStore(.nothing), .killedStore(.everything), .slowStore, .stoppedStore: Self.restored
        default: all
        }
    }
}
