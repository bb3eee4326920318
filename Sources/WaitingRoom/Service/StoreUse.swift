import Admission

/// Which store holds a room's line, as this process knows it.
enum StoreUse: Equatable {
    case memory
    case route(StoreRoute)

    /// For people.
    var word: String {
        switch self {
        case .memory: "memory"
        case .route(let route): route.word
        }
    }

    /// Why visitors are better off with another node; nil when they are not. When nobody has a store (`lost`), no other node could do
    /// better, and who is inside goes on by the pass: that is no reason.
    static func trouble(_ uses: [StoreUse]) -> String? {
        if uses.contains(.route(.alone)) { return "this node alone does not reach the store that the others use" }
        // A room that has just been added asks for a moment, too; where all do, the process has not begun.
        return uses.allSatisfy { $0 == .route(.starting) } ? "it is not known yet which one holds the lines" : nil
    }
}
