/// Something asked of the server, from the question to the answer, which comes once.
final class PostgresCall {
    typealias Outcome = Result<[PostgresRows], PostgresFault>

    enum Kind {
        /// Steps that are committed together or not at all.
        case segment([PostgresStep])
        /// A text of several statements.
        case script(String)
    }

    let kind: Kind
    /// Nanoseconds of the loop's clock.
    let due: UInt64
    let byteCount: Int
    /// Of no use on another connection.
    let isBound: Bool
    private let budget: PostgresBudget?
    private var then: ((Outcome) -> Void)?

    var progress = PostgresProgress([])
    /// Prepared statements that it relies on.
    var names: [PostgresPrepared.Name] = []
    var rows: [PostgresRows] = []
    /// Sent a second time since its prepared statements were of no use.
    var isRepeated = false

    /// `budget`: what it has been taken from, and is given back to.
    init(
        _ kind: Kind, due: UInt64, budget: PostgresBudget?, isBound: Bool = false, then: @escaping (Outcome) -> Void
    ) {
        self.kind = kind
        self.due = due
        self.budget = budget
        self.isBound = isBound
        self.then = then
        byteCount = Self.byteCount(kind)
    }

    static func byteCount(_ kind: Kind) -> Int {
        switch kind {
        case .segment(let steps): steps.reduce(0) { $0 + $1.byteCount }
        case .script(let sql): sql.utf8.count
        }
    }

    var isScript: Bool {
        if case .script = kind { return true }
        return false
    }

    func finish(_ outcome: Outcome) {
        guard let then else { return }
        self.then = nil
        budget?.give(byteCount)
        then(outcome)
    }
}
