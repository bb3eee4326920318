/// How far the server has got with one segment: what it still has to answer, in the order in which it was sent. Pure.
struct PostgresProgress {
    enum Awaited: Equatable {
        case preparation(PostgresPrepared.Name)
        case execution
    }

    enum Event {
        case success
        case failed(PostgresServerError)
        case skipped
        case sync
    }

    enum Action: Equatable {
        case none
        /// This result is one of those that were asked for.
        case keep
        /// The server has no statement of this name.
        case forget(PostgresPrepared.Name)
        /// Everything is answered, and either committed or undone.
        case complete
        /// The server has answered something else than it was asked.
        case violation
    }

    private let awaited: [Awaited]
    private var answered = 0
    /// The first error, which undid all of the segment.
    private(set) var failure: PostgresServerError?

    init(_ awaited: [Awaited]) { self.awaited = awaited }

    mutating func accept(_ event: Event) -> Action {
        switch event {
        case .sync:
            // An error ends a segment early only by skipping, so everything has been answered one way or another.
            return answered == awaited.count ? .complete : .violation
        case .failed(let error):
            if failure == nil { failure = error }
            // The commit itself may fail, as with a constraint that is deferred to it; the end still follows.
            return answered == awaited.count ? .none : step(succeeded: false)
        case .skipped: return step(succeeded: false)
        case .success: return step(succeeded: true)
        }
    }

    private mutating func step(succeeded: Bool) -> Action {
        guard answered < awaited.count else { return .violation }
        defer { answered += 1 }
        switch awaited[answered] {
        case .preparation(let name): return succeeded ? .none : .forget(name)
        case .execution: return succeeded ? .keep : .none
        }
    }

    /// What becomes of it when the connection ends here. An error of the session, and not of the statement, may have come
    /// behind the commit; only an error of the statement says for certain that nothing has happened.
    func interrupted(by why: PostgresInterruption) -> PostgresFault {
        if let failure, !failure.isFatal { return .server(failure) }
        return .unknownOutcome(why)
    }
}
