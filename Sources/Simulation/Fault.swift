import Admission

/// Something that goes wrong, or that somebody does, at a time.
struct Fault: Sendable {
    enum Kind: Sendable {
        /// The store answers so much later.
        case slowStore(Microseconds)
        /// Stopped (SIGSTOP): calls queue and are done when it goes on.
        case stoppedStore
        /// Killed; it comes back with all it had, with nothing, or with what it had so long ago.
        case killedStore(Keeps)
        case emptiedStore
        case clockStep(Microseconds)
        /// One node does not reach the stores.
        case partition
        /// One node does not reach the primary store, and everything else.
        case primaryUnreached
        /// So many calls or answers in a thousand get lost, or are done twice.
        case lossyNetwork(perThousand: Int)
        case crash
        /// A crash, and the node is there again when the fault is over.
        case restart
        case join
        case gracefulLeave
        case control([ControlChange])
        /// The configuration is changed, node by node.
        case rules(AdmissionRate, slotsMax: Int64)
        case revocation
        /// The fallback store or the roster is gone.
        case lostFallback
    }

    enum Keeps: Sendable {
        case everything, nothing
        case older(Microseconds)
    }

    var kind: Kind
    var at: Microseconds
    var lasting: Microseconds = 0

    var end: Microseconds { at + lasting }
}
