import Admission
import Redis

extension StoreFault {
    init(_ fault: RedisFault) {
        switch fault {
        case .notSent, .closed: self = .notDone(fault.description)
        case .overloaded: self = .overloaded
        case .outcomeUnknown: self = .unknown(fault.description)
        case .malformed: self = .nonsense(fault.description)
        case .refused(let refusal): self = StoreFault(refusal)
        }
    }

    /// Redis judges a script before it begins it; what it says then was not done. An error of the script itself can come from
    /// anywhere in it: no script of this version has one, unless the keys hold what is not ours.
    private init(_ refusal: RedisRefusal) {
        switch refusal.kind {
        case .loading, .readOnly, .outOfMemory, .noScript, .moved, .ask, .tryAgain, .clusterDown, .crossSlot, .masterDown,
            .noReplicas, .misconfigured, .busy, .wrongPassword, .noAuthentication, .noPermission, .transactionAborted:
            self = .notDone(refusal.message)
        case .wrongType: self = .nonsense(refusal.message)
        // Said by `Scripts/line.lua`.
        case .other where refusal.message.hasPrefix("SCHEMA "):
            self = .unusable(
                """
                \(refusal.message); nodes of two versions share a Redis: run one version everywhere, or give this one a prefix \
                of its own; when no node of the other runs any more, delete the room's keys, and the nodes bring the line back
                """)
        case .other:
            // Said by `align` in `Scripts/line.lua`.
            self = refusal.message.hasPrefix("LANES ") ? .notDone(refusal.message) : .nonsense(refusal.message)
        }
    }
}
